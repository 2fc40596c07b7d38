"""Every weekday bank holiday of England and Wales from 2006 to 2023, written by hand from general knowledge.

Substitute days stand for those that fell on a weekend. The one-off days are 29 April 2011 (royal wedding), 4 and 5 June
2012 (the late May holiday moved for the Diamond Jubilee), 8 May 2020 (the early May holiday moved for VE Day), 2 and 3
June 2022 (Platinum Jubilee), 19 September 2022 (state funeral) and 8 May 2023 (coronation).
"""

from __future__ import annotations

from datetime import date

_BY_YEAR = {
    2006: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2007: "01-01 04-06 04-09 05-07 05-28 08-27 12-25 12-26",
    2008: "01-01 03-21 03-24 05-05 05-26 08-25 12-25 12-26",
    2009: "01-01 04-10 04-13 05-04 05-25 08-31 12-25 12-28",
    2010: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    2013: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2014: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2015: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2016: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2017: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2018: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
}
BANK_HOLIDAYS = {year: frozenset(date.fromisoformat(f"{year}-{day}") for day in days.split()) for year, days in _BY_YEAR.items()}
EVERY_BANK_HOLIDAY = frozenset().union(*BANK_HOLIDAYS.values())

"""Writes ``irrcac.json``: random tables of answers, and what the package irrCAC works out of each.

irrCAC needs an older scipy than the rest, so that it cannot be installed beside it. Run by hand, in an environment of its own:

    python -m venv /tmp/irr && /tmp/irr/bin/pip install irrCAC==0.4.4 && /tmp/irr/bin/python tests/irrcac_table.py
"""

from __future__ import annotations

import json
import random
import warnings
from importlib.metadata import version
from pathlib import Path

ANSWERS = ["yes", "no", "not_applicable"]
TABLES, SEED, DIGITS = 200, 1, 15


def main() -> None:
    import pandas as pd
    from irrCAC.raw import CAC

    draw = random.Random(SEED)
    found = []
    for _ in range(TABLES):
        readers, missing = draw.choice([2, 2, 2, 3, 4]), draw.choice([0.0, 0.0, 0.15, 0.3])
        weights = draw.choice([(1, 1, 1), (8, 1, 1), (5, 4, 0.5)])
        rows = []
        for _case in range(draw.randint(6, 40)):
            usual = draw.choices(ANSWERS, weights)[0]
            said = [usual if draw.random() < 0.7 else draw.choice(ANSWERS) for _ in range(readers)]
            rows.append([None if draw.random() < missing else answer for answer in said])
        rows = [row for row in rows if any(row)]
        frame = pd.DataFrame([[None if answer is None else answer for answer in row] for row in rows])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cac = CAC(frame, categories=sorted(ANSWERS), digits=DIGITS)
            measured = {name: getattr(cac, name)()["est"] for name in ("gwet", "fleiss", "krippendorff", "conger")}
        kept = {name: {"value": float(one["coefficient_value"]), "error": float(one["se"])} for name, one in measured.items()}
        found.append({"rows": rows, **kept})
    made = {"by": f"irrCAC {version('irrCAC')}", "seed": SEED, "answers": ANSWERS, "tables": found}
    Path(__file__).with_name("irrcac.json").write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

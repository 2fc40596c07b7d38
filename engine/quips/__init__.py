"""Quips reads probation case records against the inspectorate's published frameworks."""

__version__ = "0.1.0"

"""Runs the command line as ``python -m quips``."""

from quips.cli import main

if __name__ == "__main__":
    main(prog_name="quips")

"""What the commands of a round share: the folder, and who is at work."""

from __future__ import annotations

from pathlib import Path

import click

folder_argument = click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))
who_option = click.option(
    "--as", "who", required=True, metavar="PERSON", envvar="QUIPS_AS", help="Your reference, such as R07; or set QUIPS_AS."
)
because_option = click.option("--because", default="", metavar="WORDS", help="Why.")

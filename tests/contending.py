"""One of several programs that change the same case at once, run by a test.

    python contending.py FOLDER WHO HOW_MANY

Adds lines to the case until so many of its own have been acknowledged, and prints how often it was told that another was first.
"""

from __future__ import annotations

import sys
from pathlib import Path

from quips.storage.folder import FolderStore
from quips.storage.store import ChangedError


def main(folder: Path, who: str, how_many: int) -> None:
    store = FolderStore(folder)
    told = 0
    for number in range(how_many):
        before = store.read("TV-1")
        while True:
            try:
                store.write("TV-1", f"{before.text}{who} {number}\n", before.version)
                break
            except ChangedError as error:
                told += 1
                before = error.theirs
    print(told)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

"""Brings the GOV.UK and MoJ styles into the package: ``python tools/vendor.py GOVUK.tgz MOJ.tgz`` (as ``npm pack`` gives them).

The font, the crest and the crown may be used on gov.uk only, so they are taken out, and text is set in Arial.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path

INTO = Path(__file__).resolve().parents[1] / "engine/quips/web/static/vendor"
WANTED = {
    "govuk-frontend": ("dist/govuk/govuk-frontend.min.css", "dist/govuk/govuk-frontend.min.js"),
    "@ministryofjustice/frontend": ("moj/moj-frontend.min.css",),
}
LICENCE = "MIT licence, Crown copyright. Changed by tools/vendor.py: no font, no images, no source map.\n"


def main(packages: list[Path]) -> None:
    """Unpack what is wanted from each package and say which versions it is."""
    INTO.mkdir(parents=True, exist_ok=True)
    for old in INTO.iterdir():
        old.unlink()
    notes = []
    for package in packages:
        with tarfile.open(package) as tar:
            about = json.loads(_read(tar, "package.json"))
            notes.append(f"{about['name']} {about['version']}: https://www.npmjs.com/package/{about['name']}")
            for name in WANTED[about["name"]]:
                (INTO / Path(name).name).write_text(without_marks(_read(tar, name)), encoding="utf-8")
    (INTO / "README.txt").write_text("\n".join(notes) + "\n" + LICENCE, encoding="utf-8")


def without_marks(text: str) -> str:
    """Return a style sheet or script without the font, images and source map."""
    text = re.sub(r"/\*! Copyright[^*]*font[^*]*\*/", "", text)
    text = re.sub(r"@font-face\{[^}]*\}", "", text)
    text = re.sub(r"url\([^)]*/assets/[^)]*\)", "none", text)
    text = re.sub(r"GDS Transport,\s*arial", "Arial,Helvetica", text)
    return re.sub(r"/[/*]# sourceMappingURL=\S+(?: \*/)?\s*", "", text)


def _read(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(f"package/{name}")
    assert member is not None  # these packages hold plain files only
    return member.read().decode()


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])

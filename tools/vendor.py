"""Brings what others made into the package: ``python tools/vendor.py GOVUK.tgz MOJ.tgz``, or ``VIZ.tgz``.

The files are what ``npm pack govuk-frontend @ministryofjustice/frontend`` and ``npm pack @viz-js/viz`` give. The font, the crest
and the crown of GOV.UK may be used on gov.uk only, so they are taken out, and text is set in Arial. Viz.js is taken as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tarfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "engine/quips"
STYLES, PICTURES = PACKAGE / "web/static/vendor", PACKAGE / "reports/vendor"
WANTED = {
    "govuk-frontend": (STYLES, ("dist/govuk/govuk-frontend.min.css", "dist/govuk/govuk-frontend.min.js")),
    "@ministryofjustice/frontend": (STYLES, ("moj/moj-frontend.min.css",)),
    "@viz-js/viz": (PICTURES, ("dist/viz-global.js",)),
}
LICENCES = {
    STYLES: "MIT licence, Crown copyright. Changed by tools/vendor.py: no font, no images, no source map.",
    PICTURES: (
        "Unchanged. Viz.js: MIT licence, copyright Michael Daines. It holds, compiled, Graphviz (Eclipse Public Licence, source\n"
        "at https://gitlab.com/graphviz/graphviz) and Expat (MIT licence, source at https://github.com/libexpat/libexpat)."
    ),
}


def main(packages: list[Path]) -> None:
    """Unpack what is wanted from each package, and write down its version, its files' digests and its licence."""
    notes: dict[Path, list[str]] = {}
    for package in packages:
        with tarfile.open(package) as tar:
            about = json.loads(_read(tar, "package.json"))
            into, wanted = WANTED[about["name"]]
            if into not in notes:
                into.mkdir(parents=True, exist_ok=True)
                for old in into.iterdir():
                    old.unlink()
            said = notes.setdefault(into, [])
            said.append(f"{about['name']} {about['version']}: https://www.npmjs.com/package/{about['name']}")
            for name in wanted:
                text = _read(tar, name) if into == PICTURES else without_marks(_read(tar, name))
                (into / Path(name).name).write_text(text, encoding="utf-8", newline="")
                said.append(f"  {Path(name).name} sha256 {hashlib.sha256(text.encode()).hexdigest()}")
    for into, said in notes.items():
        (into / "README.txt").write_text("\n".join([*said, LICENCES[into]]) + "\n", encoding="utf-8")


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

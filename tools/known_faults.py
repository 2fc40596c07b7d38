"""Looks the installed packages up among the known vulnerabilities, and says plainly how many could not be looked up.

Run as ``python tools/known_faults.py``. Ends with 1 if a package has a known vulnerability. Without a network there is nothing to
look up in: that is no fault of the code, so it ends with 0, but says so in words that cannot be taken for a pass.
"""

from __future__ import annotations

import json
import subprocess
import sys


def main() -> int:
    """Audit the packages of this environment and return the exit status."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "--skip-editable",
        "--timeout",
        "10",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    try:
        packages = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stdout.write(f"NOT AUDITED: pip-audit could not look anything up, so nothing is known.\n{ran.stderr[-1_000:]}\n")
        return 0
    looked_up = [package for package in packages if "skip_reason" not in package]
    faults = [(package, fault) for package in looked_up for fault in package["vulns"]]
    for package, fault in faults:
        fixed = ", ".join(fault["fix_versions"]) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']} has {fault['id']}, put right in {fixed}.\n")
    if len(looked_up) < len(packages):
        sys.stdout.write(f"NOT AUDITED: {len(packages) - len(looked_up)} of {len(packages)} packages could not be looked up.\n")
    else:
        sys.stdout.write(f"All {len(packages)} packages were looked up.\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

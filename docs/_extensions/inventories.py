"""The inventories of other projects' documentation, as far as they can be had."""

from __future__ import annotations

import os
import time
import urllib.request
from pathlib import Path

_KEPT = 7 * 24 * 3600  # seconds
_PATIENCE = 5  # seconds


def reachable_inventories(folder: Path, projects: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return the mapping that intersphinx takes, with the projects whose inventory is in `folder` or can be fetched.

    Sphinx makes a warning of an inventory that it cannot fetch, and warnings are errors here. A project that is left
    out is named on standard output. ``FASTW2V_DOCS_OFFLINE=1`` fetches nothing.
    """
    found = {}
    for name, address in projects.items():
        path = folder / f"{name}.inv"
        fresh = path.exists() and time.time() - path.stat().st_mtime < _KEPT
        try:
            if not fresh and not os.environ.get("FASTW2V_DOCS_OFFLINE"):
                _fetch(f"{address}objects.inv", path)
        except OSError as error:
            print(f"{address}objects.inv: {error}")
        if path.exists():
            found[name] = (address, str(path))
    if lost := projects.keys() - found.keys():
        print(f"links to the documentation of {', '.join(sorted(lost))} are left out: no inventory")
    return found


def _fetch(address: str, path: Path) -> None:
    request = urllib.request.Request(address, headers={"User-Agent": "fastw2v documentation"})
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
        data = answer.read()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)

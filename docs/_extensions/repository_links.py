"""Links that read well on GitHub, made to read well on the site.

A link whose text is the name of a page, ``[tile.md](tile.md)``, gets the page's title. One to a file that is not a page
leads to the repository where its address is known, as in GitHub's workflows, and is plain words elsewhere.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)#\s]+)(#[^)\s]*)?\)")

_NAMED_BY_FILE = re.compile(r"\[([\w./]+\.md)\]\((\1(?:#[\w-]+)?)\)")


def rewrite_links(app: Sphinx, docname: str, source: list[str]) -> None:
    """Rewrite the links of a page before it is read."""
    folder = Path(app.srcdir, docname).parent
    repository = os.environ.get("GITHUB_REPOSITORY")

    def rewritten(found: re.Match[str]) -> str:
        text, path, place = found[1], found[2], found[3] or ""
        target = Path(os.path.normpath(folder / found[0].partition("](")[2].partition("#")[0].rstrip(")")))
        if Path(app.srcdir) in target.parents:
            return found[0]
        return f"[{text}](https://github.com/{repository}/blob/main/{path}{place})" if repository else text

    source[0] = _NAMED_BY_FILE.sub(r"[](\2)", _OUTSIDE.sub(rewritten, source[0]))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", rewrite_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

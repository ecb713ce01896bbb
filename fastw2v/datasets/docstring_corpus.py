"""The docstrings of the installed Python standard library, NumPy and SciPy: a corpus that every installation has.

Source files are parsed, never imported. Used only by :mod:`fastw2v.datasets.fetch`.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from fastw2v.progress.phase import SILENT, Silent

_PACKAGES = ("numpy", "scipy")
_SKIPPED_FOLDERS = {"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__"}
# NumPy and SciPy document compiled functions in calls of these.
_NEWDOC_CALLS = {"add_newdoc", "add_docstring"}
_BLANK_LINES = re.compile(r"\n\s*\n")
# Letters only: `n_rows` and `row2` are split into the words that a reader sees in them.
_WORD = re.compile(r"[^\W\d_]+")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def source_roots() -> list[Path]:
    """Find the folders of the standard library and, if installed, of NumPy and SciPy.

    Returns
    -------
    list of Path
    """
    roots = [Path(sysconfig.get_paths()["stdlib"])]
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            roots.append(Path(spec.origin).parent)
    return roots


def harvest(roots: list[Path], phase: Silent = SILENT) -> Iterator[list[str]]:
    """Read every docstring under the folders, in the order of the sorted paths.

    Parameters
    ----------
    roots : list of Path
    phase : Phase
        Is told of the files that were read.

    Yields
    ------
    list of str
        The lower-case words of one paragraph.

    Notes
    -----
    Test folders are skipped, and so are files that this Python cannot parse, such as templates.
    """
    files = [path for root in roots for path in _python_files(root)]
    phase.expect(len(files))
    for path in files:
        for text in _docstrings(path):
            yield from split_paragraphs(text)
        phase.advance()


def split_paragraphs(text: str) -> Iterator[list[str]]:
    """Split a text at blank lines and each paragraph into lower-case words.

    Parameters
    ----------
    text : str

    Yields
    ------
    list of str
        Never empty.

    Examples
    --------
    >>> list(split_paragraphs("Return the n_rows of x[0].\\n\\n  Also Max()."))
    [['return', 'the', 'n', 'rows', 'of', 'x'], ['also', 'max']]
    """
    for paragraph in _BLANK_LINES.split(text):
        words = _WORD.findall(paragraph.lower())
        if words:
            yield words


def _python_files(root: Path) -> list[Path]:
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
        found += [os.path.join(folder, name) for name in files if name.endswith(".py")]
    return sorted(map(Path, found), key=lambda path: path.relative_to(root).as_posix())


def _docstrings(path: Path) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other people's escape sequences
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield text
        elif isinstance(node, ast.Call) and _called_name(node.func) in _NEWDOC_CALLS:
            texts = [leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]
            # Prose has spaces; the names of documented objects do not.
            yield from (text for text in texts if isinstance(text, str) and " " in text.strip())


def _called_name(function: ast.expr) -> str:
    return str(getattr(function, "id", None) or getattr(function, "attr", ""))

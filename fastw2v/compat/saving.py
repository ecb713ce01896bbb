"""The arguments of gensim's `save`, and what it may write to: a path, a file of gensim's own, or an open file."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

from fastw2v.compat.arguments import refuse_unknown
from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import as_path

# A pickle whose object is one of gensim's, and not one that holds such an object.
_GENSIMS = re.compile(rb"\x80[\x02-\x05](\x95.{8})?(c|\x8c.)gensim\.models\.", re.DOTALL)
_BLOCK = 1 << 20


def saving(write: Callable[..., None]) -> Callable[..., None]:
    """Give a method that writes to a path the arguments of gensim's `save`."""

    @wraps(write, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def save(
        self: Any,
        fname_or_handle: Any = None,
        separately: Any = None,
        sep_limit: int = 10 << 20,
        ignore: Any = frozenset(),
        pickle_protocol: int = 4,
        overwrite: bool = False,
        **unknown: Any,
    ) -> None:
        given = unknown.pop("fname", None) if fname_or_handle is None else fname_or_handle
        refuse_unknown("save", unknown)
        if not hasattr(given, "write"):
            path = as_path("save", given, to_read=False)
            write(self, path, overwrite=overwrite or _is_gensims(path), name=os.fspath(path))
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "saved")
            write(self, path, overwrite=False, name=str(getattr(given, "name", "an open file")))
            _copy(path, given)

    del save.__wrapped__  # type: ignore[attr-defined]  # the arguments are those above
    return save


def _copy(path: Path, handle: Any) -> None:
    """Write a file into an open one, which may take less at once than it is given."""
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            left = memoryview(block)
            while left:
                try:
                    written = handle.write(left)
                except TypeError:
                    raise ParameterError("save: the file was opened for text; open it for bytes, mode 'wb'") from None
                left = left[len(left) if written is None else written :]


def _is_gensims(path: Path) -> bool:
    """Return whether gensim's `save` wrote the file that is there, and say that it is replaced."""
    with suppress(OSError), open(path, "rb") as file:
        if _GENSIMS.match(file.read(100)):
            warn_user(
                f"save: {os.fspath(path)} was written by gensim, and becomes a file of this package, which gensim "
                "cannot read; gensim's arrays beside it, if there are any, are left"
            )
            return True
    return False

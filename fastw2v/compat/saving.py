"""The arguments of gensim's `save`, and what it may write to: a path, a file of gensim's own, or an open file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

from fastw2v.compat.arguments import refuse_unknown
from fastw2v.errors import ParameterError, warn_user
from fastw2v.first_bytes import is_pickle
from fastw2v.parameters import as_path

_PICKLE_START = 1_000  # bytes of a pickle that name its class


def saving(write: Callable[..., None]) -> Callable[..., None]:
    """Give a method that writes to a path the arguments of gensim's `save`."""

    @wraps(write)
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
        given = unknown.pop("fname", fname_or_handle)
        refuse_unknown("save", unknown)
        if not hasattr(given, "write"):
            path = as_path("save", given, to_read=False)
            write(self, path, overwrite=overwrite or _is_gensims(path))
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "saved")
            write(self, path, overwrite=False)
            try:
                given.write(path.read_bytes())
            except TypeError:
                raise ParameterError("save: the file was opened for text; open it for bytes, with mode 'wb'") from None

    del save.__wrapped__  # type: ignore[attr-defined]  # the arguments are those above
    return save


def _is_gensims(path: Path) -> bool:
    """Return whether gensim's `save` wrote the file that is there, and say that it is replaced."""
    with suppress(OSError), open(path, "rb") as file:
        start = file.read(_PICKLE_START)
        if is_pickle(start) and b"gensim.models" in start:
            warn_user(
                f"save: {os.fspath(path)} was written by gensim, and becomes a file of this package, which gensim "
                "cannot read; gensim's arrays beside it, if there are any, are left"
            )
            return True
    return False

"""What was typed at earlier prompts: a file in the user's state folder, which the arrow keys bring back."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_KEPT = 1000  # lines
_VARIABLE = "FASTW2V_HISTORY"


class History:
    """Lines that were typed, kept from session to session.

    A file that cannot be read or written is no reason to answer no questions: there is then no history.

    Parameters
    ----------
    path : Path or None
        None keeps nothing.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "fastw2v", "history")
    >>> History(path).add("king - man")
    >>> History(path).lines()
    ['king - man']
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def lines(self) -> list[str]:
        """Return the lines of earlier sessions, the oldest first."""
        if self.path is None:
            return []
        try:
            lines = self.path.read_text("utf-8", "replace").splitlines()
        except OSError:
            return []
        if len(lines) > 2 * _KEPT:
            with suppress(OSError):
                self._write(lines[-_KEPT:], os.O_TRUNC)
        return lines[-_KEPT:]

    def add(self, line: str) -> None:
        """Keep a line at once, so that sessions beside each other lose none, and one that is killed neither."""
        if self.path is not None and line.strip():
            with suppress(OSError):
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._write([line.strip()], os.O_APPEND)

    def _write(self, lines: list[str], how: int) -> None:
        assert self.path is not None
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)


def history_file() -> Path | None:
    """Return the file for what is typed: ``$FASTW2V_HISTORY``, or one in the user's state folder; None if it is empty.

    The state folder is ``$XDG_STATE_HOME``, by default ``~/.local/state``.
    """
    named = os.environ.get(_VARIABLE)
    if named is not None:
        return Path(named).expanduser() if named else None
    state = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # as its specification says
        state = os.path.expanduser("~/.local/state")
    return Path(state, "fastw2v", "history") if os.path.isabs(state) else None

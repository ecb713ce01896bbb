"""Lines that a person types at a prompt, with history and completion, or that a program writes to standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from fastw2v.cli.history import History, history_file
from fastw2v.cli.stopping import Ended
from fastw2v.cli.streams import say
from fastw2v.corpus.files import check_readable
from fastw2v.errors import ParameterError

_END = (":quit", ":q", ":exit")
_COMPLETED = 200_000  # words that the Tab key knows: the most frequent of most files
_OFFERED = 50


class Prompt:
    """Reads lines.

    Parameters
    ----------
    prompt : str
        What stands before a line that is typed.
    hint : str
        What may be typed; ``:help`` shows it again.
    words : sequence of words
        The Tab key completes them.
    command : callable(name, value) -> str or None
        Carries out other commands, as in ``:topn 20``, and returns what to say; None if there is none of this name.

    Attributes
    ----------
    typed : bool
        Whether a person types the lines.
    """

    def __init__(self, prompt: str, hint: str, words: Sequence[Any], command: Callable[[str, str], str | None]) -> None:
        if sys.stdin is None:
            raise ParameterError("standard input is closed, so no question can be read: name WORDS")
        check_readable(sys.stdin)
        self.typed = sys.stdin.isatty()
        self._prompt, self._hint, self._words, self._command = prompt, hint, words, command

    def lines(self, *, blank: bool = False) -> Iterator[str]:
        """Yield lines that are neither blank nor commands, until there are no more.

        Parameters
        ----------
        blank : bool
            Yield blank lines, too, that a program writes.
        """
        if not self.typed:
            if hasattr(sys.stdin, "reconfigure"):  # files of words are UTF-8, whatever the locale
                sys.stdin.reconfigure(encoding="utf-8-sig", errors="backslashreplace")
            yield from (line for line in sys.stdin if blank or line.strip())
            return
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="surrogateescape")
        say(f"{self._hint} (:help, :topn N, Ctrl-D ends)")
        edited = sys.stdout is not None and sys.stdout.isatty()
        history = History(history_file())
        if edited:
            _set_up_editing(self._words, history.lines())
        while True:
            try:
                line = _as_typed(input(self._prompt) if edited else self._read_plainly())
            except EOFError:
                say("")
                return
            except Ended:
                raise
            except KeyboardInterrupt:  # as in a shell: it drops the line
                say("")
                continue
            history.add(line)
            name, _, value = line.strip().partition(" ")
            if name in _END or (name == "EXIT" and not value and "EXIT" not in self._words[:_COMPLETED]):
                return
            if name.startswith(":") and len(name) > 1 and name[1:].isalpha():
                said = self._help if name == ":help" else self._command(name, value.strip())
                say(said if said is not None else f"there is no command {name}: {', '.join((':help', ':topn', *_END))}")
            elif name:
                yield line

    @property
    def _help(self) -> str:
        return f"{self._hint}\n:topn N sets how many answers, Tab completes words; :quit or Ctrl-D ends"

    def _read_plainly(self) -> str:
        """Read a line where the answers go elsewhere: the prompt must not be among them."""
        say(self._prompt, end="")
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line


def _as_typed(line: str) -> str:
    """Return a line whose bytes are UTF-8 as what they say, whatever the encoding of standard input."""
    raw = line.encode(sys.stdin.encoding, "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _set_up_editing(words: Sequence[Any], earlier: Sequence[str]) -> None:
    """Let arrow keys edit the line and bring back earlier ones, and the Tab key complete words, where that exists."""
    try:
        import readline
    except ImportError:  # not built into this Python: lines can be typed all the same
        return
    known = [word for word in words[:_COMPLETED] if isinstance(word, str)]
    offered: list[str] = []

    def complete(text: str, state: int) -> str | None:
        if state == 0:
            offered[:] = islice((word for word in known if word.startswith(text)), _OFFERED)
        return offered[state] if state < len(offered) else None

    for line in earlier:
        readline.add_history(line)
    readline.set_completer_delims(" \t\n")
    readline.set_completer(complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")

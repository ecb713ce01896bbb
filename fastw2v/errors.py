"""The package's exceptions, each derived from the built-in one that fits; warnings; optional packages."""

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = [
    "BackendUnavailable",
    "CorpusChangedError",
    "CorpusError",
    "CorpusNotFoundError",
    "CorpusTypeError",
    "DeviceError",
    "DivergedError",
    "EmptyCorpusError",
    "Fastw2vError",
    "Fastw2vWarning",
    "FormatError",
    "MissingDependencyError",
    "ParameterError",
    "RankError",
    "TruncatedFileError",
    "UndecodableWordError",
    "UnknownWordError",
]

_HERE = str(Path(__file__).parent)

logger = logging.getLogger(__name__)


# How warnings are worded for the caller: a layer whose arguments have other names puts those in.
_worded: ContextVar[Callable[[str], str]] = ContextVar("fastw2v_worded", default=str)


@contextmanager
def warnings_worded(wording: Callable[[str], str]) -> Iterator[None]:
    """Let warnings that are issued meanwhile pass through a function that returns their final words."""
    token = _worded.set(wording)
    try:
        yield
    finally:
        _worded.reset(token)


def warn_user(message: str) -> None:
    """Issue a `Fastw2vWarning` that points at the innermost line outside the package, and outside scikit-learn.

    Its wrapper of `transform` is one line for all calls, and Python shows a warning once for each line. So is the line
    of `contextlib` that enters a context manager.
    """
    message = _worded.get()(message)
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith(_HERE)
        or frame.f_globals.get("__name__", "").startswith(("sklearn.", "contextlib"))
    ):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, Fastw2vWarning, stacklevel=level)


def add_note(error: BaseException, note: str) -> None:
    """Add a note that Python shows below an exception; 3.10 keeps it and shows none, but pytest and IPython do."""
    if hasattr(error, "add_note"):
        error.add_note(note)
    else:
        error.__notes__ = [*getattr(error, "__notes__", ()), note]


class Fastw2vWarning(RuntimeWarning):
    """The class of this package's warnings, to filter them as a group; each points at the caller's line."""


class Fastw2vError(Exception):
    """The common base of the exceptions below. Others, such as a plain `ValueError`, are raised as well."""


class CorpusError(Fastw2vError, ValueError):
    """The corpus cannot be used: it is empty, no word is frequent enough, a file is missing or is not text."""


class EmptyCorpusError(CorpusError):
    """A corpus has no word at all."""


class CorpusNotFoundError(CorpusError, FileNotFoundError):
    """There is no file of the corpus's name, or none in its folder or of its pattern."""


class CorpusTypeError(Fastw2vError, TypeError):
    """The corpus or an item of it has the wrong type; the message says which, as in ``corpus[3][7]``."""


class CorpusChangedError(CorpusError):
    """A file changed while it was read."""


class UnknownWordError(Fastw2vError, KeyError):
    """A word is not in the vocabulary; the message offers words of similar spelling.

    Parameters
    ----------
    word : hashable
        The word that was looked up.
    explain : callable() -> str, or str
        Returns the message, or is the message. Looking for similar words takes milliseconds, so a callable is called
        only when the message is first shown: code that catches the error never pays for it.

    Attributes
    ----------
    word : hashable
    """

    def __init__(self, word: object, explain: Callable[[], str] | str) -> None:
        super().__init__(word)
        self.word = word
        self._explain = explain

    def __str__(self) -> str:  # KeyError shows the repr of its argument, which would put quotes around the sentence
        if callable(self._explain):
            self._explain = self._explain()
        return self._explain

    def __reduce__(self) -> tuple[type, tuple[object, str]]:
        """Pickle the message, not the vocabulary that it is worked out from."""
        return type(self), (self.word, str(self))


class FormatError(Fastw2vError, ValueError):
    """A file does not match its name or header, is truncated, or claims sizes that it does not have."""


class TruncatedFileError(FormatError, EOFError):
    """A file ends before the rows that its header promises."""


class UndecodableWordError(FormatError, UnicodeDecodeError):
    """A word of a file is not valid in the file's encoding.

    Parameters
    ----------
    message : str
    error : UnicodeDecodeError
        What decoding the word raised; its attributes are taken over.
    """

    def __init__(self, message: str, error: UnicodeDecodeError) -> None:
        UnicodeDecodeError.__init__(self, error.encoding, error.object, error.start, error.end, error.reason)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type, tuple[str, UnicodeDecodeError]]:
        """Pickle the message with what a UnicodeDecodeError is made of."""
        plain = UnicodeDecodeError(self.encoding, self.object, self.start, self.end, self.reason)
        return type(self), (self.message, plain)


class ParameterError(Fastw2vError, ValueError):
    """A parameter is out of range or has the wrong type; the message says what is allowed."""


class DivergedError(Fastw2vError, ArithmeticError):
    """Training produced values that are not finite; the message names the epoch and the learning rate."""


class RankError(Fastw2vError, RuntimeError):
    """Another rank of a distributed training failed; the message says which, and quotes what it raised."""


class BackendUnavailable(Fastw2vError, ImportError):
    """The requested device cannot be used; the message says what is missing and how to get it."""


class DeviceError(Fastw2vError, RuntimeError):
    """A GPU failed while it was at work; the message quotes CUDA. What the run had trained there is lost."""


class MissingDependencyError(Fastw2vError, ImportError):
    """An optional package cannot be imported; the message says what needs it and how to install it."""


# ---- internal signals -----------------------------------------------------------------------------------------------
# Raised by the compiled scanners and caught by the Python code that called them, which knows the file, the line or the
# item and raises one of the exceptions above. Users never see these.


class ScannerSignal(Exception):
    """Base of the internal signals."""


class BadTextError(ScannerSignal):
    """A word of a file is not text: its ``offset`` in the file, its bytes, and the newlines before it."""

    def __init__(self, offset: int, word: bytes, lines: int) -> None:
        super().__init__(offset, word, lines)
        self.offset = offset
        self.word = word
        self.lines = lines


class BadTokenError(ScannerSignal):
    """Token ``index`` of a sentence cannot be a word; ``reason`` continues the sentence "corpus[3][7] ..."."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(index, reason)
        self.index = index
        self.reason = reason


class TooManyWordsError(ScannerSignal):
    """There are more distinct words than an int32 can number."""


# ---- optional packages ----------------------------------------------------------------------------------------------


def require(module: str, purpose: str, extra: str | None = None) -> ModuleType:
    """Import an optional package at the moment it is needed.

    Parameters
    ----------
    module : str
        Its import name.
    purpose : str
        What needs it; the subject of the message.
    extra : str, optional
        The extra of this package that installs it; without one it is installed under its own name.

    Raises
    ------
    MissingDependencyError
        It cannot be imported.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        wanted = f"'fastw2v[{extra}]'" if extra else package
        raise MissingDependencyError(
            f"{purpose} needs the package {package}, which cannot be imported ({error}): pip install {wanted}"
        ) from error

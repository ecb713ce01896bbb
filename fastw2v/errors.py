"""The package's own exceptions. Each is also the built-in one that people would catch without knowing it.

And its warnings, which point at the line of the user's that called the package.
"""

import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = [
    "BackendUnavailable",
    "CorpusChangedError",
    "CorpusError",
    "CorpusTypeError",
    "DivergedError",
    "FormatError",
    "MissingDependencyError",
    "ParameterError",
]

_HERE = str(Path(__file__).parent)


def warn_user(message: str) -> None:
    """Warn (RuntimeWarning) at the innermost line outside the package; ``stacklevel`` differs with the way in."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, RuntimeWarning, stacklevel=level)


class CorpusError(ValueError):
    """The corpus cannot be used: empty, no word often enough, bytes that are no text, a file that is not there."""


class CorpusTypeError(TypeError):
    """An item of the corpus has the wrong type; the message names its place, as in ``corpus[3][7]``."""


class CorpusChangedError(CorpusError):
    """A file changed while it was read."""


class FormatError(ValueError):
    """A file is not what its name or header says, is cut short, or claims sizes that it does not have."""


class ParameterError(ValueError):
    """A parameter is out of its range or of the wrong type; the message says what is allowed."""


class DivergedError(ArithmeticError):
    """Training left the finite numbers; the message names the epoch and the learning rate."""


class BackendUnavailable(ImportError):
    """A device was asked for that cannot be used here; the message says what is missing and how to get it."""


class MissingDependencyError(ImportError):
    """An optional package is needed and cannot be imported; the message says what for, and how to install it."""


def require(module: str, purpose: str, extra: str | None = None) -> ModuleType:
    """Import an optional package, where it is needed and not before.

    Parameters
    ----------
    module : str
        Its import name.
    purpose : str
        What needs it: the subject of the message's sentence.
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

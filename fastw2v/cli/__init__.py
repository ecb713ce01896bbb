"""The command line: ``fastw2v`` and ``python -m fastw2v``."""

from fastw2v.cli.commands import main

__all__ = ["main"]

"""The faces of other trainers, for scripts that were written for them; each is imported when it is first used."""

from importlib import import_module

__all__ = ["gensim"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'fastw2v.compat' has no attribute {name!r}")
    return import_module(f"fastw2v.compat.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)

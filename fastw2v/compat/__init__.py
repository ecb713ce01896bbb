"""The interfaces of other trainers, for scripts written for them; each is imported at first use."""

from importlib import import_module

__all__ = ["gensim"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'fastw2v.compat' has no attribute {name!r}")
    return import_module(f"fastw2v.compat.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""From whatever people have to word ids, sentence offsets and a vocabulary; `encode` does it all."""

from importlib import import_module

__all__ = ["encode"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'fastw2v.corpus' has no attribute {name!r}")
    return getattr(import_module("fastw2v.corpus.encoding"), name)

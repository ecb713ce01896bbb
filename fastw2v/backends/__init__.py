"""The backends that train tiles, the protocol that they share, and the choice between them."""

from fastw2v.backends.choice import Run, choose

__all__ = ["Run", "choose"]

"""The devices that train a tile: what each must offer, and which one to take."""

from fastw2v.backends.choice import Run, choose

__all__ = ["Run", "choose"]

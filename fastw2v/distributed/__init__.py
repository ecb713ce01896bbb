"""Several ranks that train one model: how they pass arrays to each other, and what they agree on."""

from fastw2v.distributed.comm import Alone, Comm, agreed
from fastw2v.distributed.threads import Threads

__all__ = ["Alone", "Comm", "Threads", "agreed"]

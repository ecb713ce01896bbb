"""The protocol of a backend, and the choice of one.

A backend is a class `Run`, called as ``Run(arrays, corpus, tables, plan, n_jobs=...)``. Stop, resume, divergence,
progress and callbacks behave alike on every device because training/loop.py implements them once, on top of its calls.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from fastw2v.cuda_device import driver_present, why_not
from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import Tables

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

logger = logging.getLogger(__name__)

MODULES = {"cpu": "fastw2v._train", "cuda": "fastw2v.gpu", "numpy": "fastw2v.backends.reference"}


class Run(Protocol):
    """One training run: the six calls that the training loops make."""

    stats: ChunkStats
    """The sums of the last `train_chunk`, even if it raised."""

    def __init__(self, arrays: Arrays, corpus: EncodedCorpus, tables: Tables, plan: Plan, *, n_jobs: int = 1) -> None:
        """Prepare to train ``arrays`` in place."""

    def train_chunk(self, epoch: int, first: int, last: int) -> ChunkStats:
        """Train the chunks [first, last) of an epoch, in order; after `request_stop` fewer. Return their sums."""

    def request_stop(self) -> None:
        """Make `train_chunk` return at the next chunk end. Signal handlers may call this."""

    def pull(self) -> None:
        """Update the host's arrays."""

    def push(self) -> None:
        """Update the run from the host's arrays, which others have changed."""

    def device_rows(self) -> Any:
        """Return the input rows in the memory of the device that trains them, or None if that is the host's."""

    def close(self) -> None:
        """Release threads, memory and device; the host's arrays stay."""


def check_device(device: str) -> None:
    """Raise if the device cannot be used. Called before the corpus is read, which may take an hour.

    Raises
    ------
    BackendUnavailable
        There is no usable GPU, or FASTW2V_ISA names an instruction set that is not available.
    """
    if device == "cuda":
        import_module(MODULES["cuda"]).open_device()
    elif device == "cpu" or (device == "auto" and not driver_present()):
        import_module(MODULES["cpu"]).instruction_sets()


def choose(device: str) -> type[Run]:
    """Return the backend for a device.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda", "numpy"}
        ``"auto"`` uses a GPU if one can be used, else CPU threads, and logs the choice and the reason. ``"cuda"`` never
        falls back.

    Raises
    ------
    BackendUnavailable
        The device was requested by name and cannot be used.

    Examples
    --------
    >>> from fastw2v.backends.choice import choose
    >>> choose("numpy").__module__
    'fastw2v.backends.reference'
    """
    if device == "auto":
        reason = why_not()
        device = "cuda" if reason is None else "cpu"
        logger.info("device='auto': training on %s", "a GPU" if reason is None else f"CPU threads; GPU: {reason}")
    backend: type[Run] = import_module(MODULES[device]).Run
    return backend

"""The state of a training run, its report, and the progress that callbacks receive."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v import cards
from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import Arrays, OutputRows, packed_rows, split_output_rows
from fastw2v.planning.tables import Tables
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.progress.figures import counted, format_took
from fastw2v.training.dealing import Deal

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class Progress:
    """The progress that a callback receives.

    Attributes
    ----------
    epoch, epochs : int
        The current epoch, from 1, and their number.
    tokens, total_tokens : int
        Tokens of the encoded corpus trained so far, and in the whole run, over all epochs.
    words_per_second : float
        Raw corpus words (including those not in the vocabulary) per second of this call.
    learning_rate : float
    loss : float
        Mean per positive pair in this epoch so far; NaN before the first pair.
    elapsed, eta : float
        Seconds spent in this call, and seconds left: a smoothed estimate, NaN in the first two and a half seconds, in
        which too little is known.
    epoch_end : bool
        Whether an epoch has just ended.
    """

    epoch: int
    epochs: int
    tokens: int
    total_tokens: int
    words_per_second: float
    learning_rate: float
    loss: float
    elapsed: float
    eta: float
    epoch_end: bool

    def vectors(self) -> WordVectors:
        """Return a copy of the word vectors as they are now, while the model still has those from before.

        With ``comm`` or ``deterministic`` they are those of the first rank, which at the end of an epoch are those of
        all.

        Raises
        ------
        RuntimeError
            The callback that got this object has returned, and training has gone on.
        MemoryError
            There is no room for a copy.

        Examples
        --------
        >>> from fastw2v import Word2Vec
        >>> kept = []
        >>> def keep(progress):
        ...     if progress.epoch_end:
        ...         kept.append(progress.vectors())
        >>> model = Word2Vec([["red", "wine"]] * 99, min_count=1, sample=0, epochs=2, n_jobs=1, callbacks=[keep]).fit()
        >>> bool((kept[0]["red"] != model["red"]).any()), bool((kept[1]["red"] == model["red"]).all())
        (True, True)
        """
        current: Callable[[], WordVectors] | None = vars(self).get("_current")
        if current is None:
            raise RuntimeError("progress.vectors(): call it before the callback returns, since training then goes on")
        return current()

    def __getstate__(self) -> dict[str, Any]:
        """Pickle and copy the figures alone."""
        return {name: value for name, value in vars(self).items() if name != "_current"}


Callback = Callable[[Progress], Any]


@dataclass
class Report:
    """What a run did, as ``model.report_`` has it.

    Attributes
    ----------
    device : {"cpu", "cuda", "numpy"}
        Where it trained.
    instruction_set : str
        Of the CPU kernels: "portable", "avx2", "avx512" or "amx"; empty on other devices.
    n_jobs : int
        The most threads that were at work.
    tile_tokens, noise_slots, noise_life : int
        The shape of a tile: its kept tokens at most, the noise words that they share, and for how many tiles one stays.
    tokens : int
        Tokens of the encoded corpus that this call went through, over all epochs, before subsampling.
    kept_tokens : int
        How many of them subsampling keeps on average: about as many were trained.
    pairs : float
        Positive pairs that were trained; skip-gram counts each by its weight.
    seconds : float
        Wall time of this call.
    words_per_second : float
        Raw corpus words per second, including those outside the vocabulary.
    stopped_by : {"", "interrupt", "callback", "exception"}
        What ended the run early; empty after a complete one.
    checkpoints : int
        How many were written.
    ranks : int
        How many trained the model: processes over MPI, or the virtual ranks of ``deterministic``.
    merges : int
        How often they merged what they had learned.
    bytes_sent : int
        Bytes that this rank has sent to others; virtual ranks hand over what they would send.
    seconds_merging : float
        Time in merges on this rank, a part of ``seconds``.
    seconds_waiting : float
        Time that this rank waited for slower ones before merges.
    longest_wait : float
        The longest of the ranks' waiting times.
    """

    device: str = ""
    instruction_set: str = ""
    n_jobs: int = 0
    tile_tokens: int = 0
    noise_slots: int = 0
    noise_life: int = 0
    tokens: int = 0
    kept_tokens: int = 0
    pairs: float = 0.0
    seconds: float = 0.0
    words_per_second: float = 0.0
    stopped_by: str = ""
    checkpoints: int = 0
    ranks: int = 1
    merges: int = 0
    bytes_sent: int = 0
    seconds_merging: float = 0.0
    seconds_waiting: float = 0.0
    longest_wait: float = 0.0

    def __str__(self) -> str:
        at = counted(self.n_jobs, "thread") if self.device == "cpu" else self.device
        at += f" of {self.ranks} ranks" if self.ranks > 1 else ""
        article = "an" if self.stopped_by == "exception" else "the"
        early = f"; stopped by {article} {self.stopped_by}" if self.stopped_by else ""
        speed = f"{self.words_per_second:,.0f} words/s"
        kept = f", of which subsampling kept about {self.kept_tokens:,}," if self._is_subsampled else ""
        trained = f"{counted(self.tokens, 'token')}{kept} in {self.seconds:.2f} s on {at}, {speed}"
        return f"trained {trained}{early}" if self.device else "trained nothing in this call"

    @property
    def _is_subsampled(self) -> bool:
        return self.kept_tokens < self.tokens

    def _repr_html_(self) -> str:
        rows = [
            ("device", f"{self.device}{f' ({self.instruction_set})' if self.instruction_set else ''}"),
            ("threads", str(self.n_jobs)),
            ("tokens", f"{self.tokens:,}"),
            ("kept by subsampling", f"about {self.kept_tokens:,}" if self._is_subsampled else ""),
            ("pairs", f"{self.pairs:,.0f}"),
            ("time", f"{format_took(self.seconds)}, {self.words_per_second:,.0f} words/s"),
            ("tiles", f"{self.tile_tokens} tokens, {self.noise_slots} noise slots of {self.noise_life} tiles"),
            ("ranks", f"{self.ranks}, {counted(self.merges, 'merge')}" if self.ranks > 1 else ""),
            ("stopped by", self.stopped_by),
            ("checkpoints", str(self.checkpoints) if self.checkpoints else ""),
        ]
        return cards.card("Training", cards.facts(rows))


@dataclass
class TrainingState:
    """A run and its position: everything needed to continue.

    Attributes
    ----------
    arrays : Arrays
        The rows, trained in place.
    plan : Plan
    tables : Tables
    epoch, chunk : int
        The next chunk to train; ``epoch == plan.epochs`` once the run is complete.
    loss_history : list of float
        Mean loss per positive pair of each finished epoch.
    diverged : bool
        Whether the rows hold values that are not finite, and are useless.
    deal : Deal or None
        What each of several ranks trains; None for one.
    device_rows : cupy.ndarray or None
        The input rows on the GPU that trained them, (V, D); None on the CPU, and with several ranks.
    unsaved : OSError or None
        What kept the checkpoint from being written with which the last call ended.
    """

    arrays: Arrays
    plan: Plan
    tables: Tables
    params: TrainingParameters
    epoch: int = 0
    chunk: int = 0
    loss_sum: float = 0.0
    pairs: float = 0.0
    loss_history: list[float] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    diverged: bool = False
    deal: Deal | None = None
    device_rows: Any = None
    unsaved: OSError | None = None

    @property
    def w_in(self) -> NDArray[np.float32]:
        """Input rows: the word vectors (V, D)."""
        return self.arrays.w_in

    @property
    def w_out(self) -> NDArray[np.float32]:
        """Output rows, of words, nodes or both; see `fastw2v.planning.rows.Arrays`."""
        return self.arrays.w_out

    @property
    def output_rows(self) -> OutputRows:
        """Views of the output rows, by their kind."""
        return split_output_rows(self.w_out, len(self.w_in), self.params)

    @property
    def complete(self) -> bool:
        """Whether every epoch is done."""
        return self.epoch >= self.plan.epochs

    @property
    def has_begun(self) -> bool:
        """Whether anything has been trained."""
        return self.epoch > 0 or self.chunk > 0 or self.pairs > 0

    @property
    def tokens_done(self) -> int:
        """Tokens trained so far, all epochs together."""
        return self.epoch * self.plan.tokens + int(self.plan.chunk_begin[self.chunk])

    def pack(self) -> None:
        """Make the rows of a complete run contiguous, as users expect; kernels need them padded."""
        self.arrays = Arrays(packed_rows(self.w_in), packed_rows(self.w_out))

    def add(self, stats: ChunkStats) -> bool:
        """Account for trained chunks, and return whether they ended an epoch."""
        self.chunk += stats.chunks
        self.loss_sum += stats.loss_sum
        self.pairs += stats.pairs
        self.report.tokens += stats.tokens
        self.report.pairs += stats.pairs
        self.report.n_jobs = max(self.report.n_jobs, stats.threads)
        if self.chunk < self.plan.chunks:
            return False
        self.loss_history.append(self.mean_loss)
        self.epoch, self.chunk, self.loss_sum, self.pairs = self.epoch + 1, 0, 0.0, 0
        return True

    @property
    def mean_loss(self) -> float:
        """Mean loss per positive pair in the current epoch; NaN without pairs."""
        return self.loss_sum / self.pairs if self.pairs else math.nan

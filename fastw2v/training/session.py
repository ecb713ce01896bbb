"""One training session, shared by `fit`, `partial_fit`, the command line and the gensim layer.

Each caller fills in a `Request`, obtains a `Session` from `begin`, `resume` or `next_pass` (in next_pass.py), and
trains it with `run`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Hashable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import DEFAULT_MIN_COUNT, encode_to_train
from fastw2v.corpus.iterables import length_of
from fastw2v.corpus.shared_encoding import encode_shared
from fastw2v.corpus.tokenizers import Tokenizer
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.distributed.comm import Comm, agreed_with, is_first
from fastw2v.distributed.mpi import check_communicator
from fastw2v.errors import DeviceError, DivergedError, FormatError, ParameterError, warn_user
from fastw2v.parameters import Device, Errors, check
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.checkpoint import restore, row_numbers, seed_of, warn_of_replacing
from fastw2v.training.initial_rows import (
    check_initial_rows,
    describe_used,
    frozen_rows,
    initial_rows,
    vector_lookup,
    warn_of_random_rows,
    warn_of_zero_rows,
)
from fastw2v.training.logs import (
    ProgressLog,
    is_logged,
    log_corpus,
    log_end,
    log_initial_vectors,
    log_reading,
    log_start,
)
from fastw2v.training.loop import advance, check_options, start
from fastw2v.training.progress import ProgressBar
from fastw2v.training.ranks import check_ranks, choose_device, common_seed, deal, jobs_of_rank
from fastw2v.training.record import KEPT_PARAMETERS, record
from fastw2v.training.seed import check_seed, is_generator, is_seed, resolve_seed
from fastw2v.training.state import Callback, TrainingState
from fastw2v.training.summary import summary

_OF_RANKS = ("deterministic", "sync_words")


@dataclass(frozen=True)
class Request:
    """Everything a caller asks of a session; names and meanings are those of `fastw2v.Word2Vec`'s parameters.

    Attributes
    ----------
    parameters : TrainingParameters
        What to train and how.
    tokenizer, min_count, max_vocab, vocabulary, new_words, errors, spool
        How the corpus is read.
    random_state, initial_vectors, frozen
        Where training starts.
    device, n_jobs, callbacks, checkpoint, every, verbose
        How it runs.
    deterministic, comm, sync_words
        On how many ranks; `fastw2v.training.ranks.opened` opens ``comm``.
    summary : bool
        Whether ``verbose`` shows a table at the end.
    """

    parameters: TrainingParameters
    tokenizer: Tokenizer | None = None
    min_count: int = DEFAULT_MIN_COUNT
    max_vocab: int | None = None
    vocabulary: Vocabulary | Mapping[Hashable, int] | Iterable[Hashable] | None = None
    new_words: bool = False
    errors: Errors = "strict"
    spool: str | os.PathLike[str] | bool | None = None
    random_state: Any = None
    initial_vectors: Any = None
    frozen: Iterable[Any] | None = None
    device: Device = "auto"
    n_jobs: int | None = None
    deterministic: int | None = None
    comm: Any = None
    sync_words: int | None = None
    callbacks: Collection[Callback] = ()
    checkpoint: str | os.PathLike[str] | None = None
    every: float | None = None
    verbose: int = 0
    summary: bool = True

    def warn_of_no_effect(self) -> None:
        """Warn, once for each cause, of what is set and means nothing beside the rest."""
        self.parameters.warn_of_no_effect()
        if self.vocabulary is None or self.new_words:
            return
        idle = [f"min_count={self.min_count}"] * (self.min_count > Request(self.parameters).min_count)
        idle += [f"max_vocab={self.max_vocab}"] * (self.max_vocab is not None)
        if idle:
            warn_user(
                f"{' and '.join(idle)} {'have' if len(idle) > 1 else 'has'} no effect with a vocabulary, all of whose "
                "words are kept"
            )

    def checked(self) -> Request:
        """Return this request with plain Python numbers, or raise; called before a corpus is read.

        Raises
        ------
        ParameterError
            A value is outside its range.
        BackendUnavailable
            The device cannot be used.
        OSError
            The checkpoint cannot be written.
        """
        for name in ("min_count", "max_vocab", "new_words", "errors", "n_jobs", "spool", "verbose", *_OF_RANKS):
            check(name, getattr(self, name))
        check_communicator(self.comm)
        check_ranks(self.deterministic, self.comm, self.sync_words, self.device)
        parameters = self.parameters.checked()
        check_seed(self.random_state)
        check_initial_rows(self.initial_vectors, self.frozen, parameters.vector_size)
        check_options(
            device=self.device,
            n_jobs=self.n_jobs,
            callbacks=self.callbacks,
            checkpoint=self.checkpoint,
            every=self.every,
        )
        return replace(self, parameters=parameters)

    def read(self, corpus: Any, comm: Comm | None = None) -> EncodedCorpus:
        """Encode a corpus, with the other ranks if there are any; an `EncodedCorpus` is returned unchanged."""
        given = isinstance(corpus, EncodedCorpus)
        if not given:
            log_reading()
        how: dict[str, Any] = {
            "tokenizer": self.tokenizer,
            "min_count": self.min_count,
            "max_vocab": self.max_vocab,
            "vocabulary": self.vocabulary,
            "errors": self.errors,
            "n_jobs": self.n_jobs,
            "spool": self.spool,
            "verbose": self.verbose,
            "has_vector": vector_lookup(self.initial_vectors),
        }
        if comm is None:
            encoded = encode_to_train(corpus, new_words=self.new_words, **how)
        else:
            encoded = encode_shared(corpus, comm, **how)
        if not given:
            log_corpus(encoded)
        return encoded


class Session(NamedTuple):
    """A request being carried out.

    Attributes
    ----------
    request : Request
    state : TrainingState
        The rows, and the position of their training.
    corpus : EncodedCorpus
    source : object
        The corpus as the caller passed it: the same object resumes the session.
    length : int or None
        That of the source when it was read, if it has one.
    comm : Comm or None
        The ranks that train together.
    """

    request: Request
    state: TrainingState
    corpus: EncodedCorpus
    source: Any
    length: int | None = None
    comm: Comm | None = None

    def is_of(self, source: Any) -> bool:
        """Return whether this is the corpus of the session: the same object, and as long as it was."""
        return source is self.source and length_of(source) == self.length

    def changed(self, request: Request) -> list[str]:
        """Return the names of the parameters, of those that decide the result, which another request changes.

        A ``random_state`` of None leaves the seed as it is.
        """
        ours, theirs = asdict(self.state.params), asdict(request.parameters)
        names = [name for name in ours if ours[name] != theirs[name]]
        for name in (
            "tokenizer",
            "min_count",
            "max_vocab",
            "vocabulary",
            "errors",
            "initial_vectors",
            "deterministic",
            "sync_words",
        ):
            if not _same(getattr(self.request, name), getattr(request, name)):
                names.append(name)
        frozen = frozen_rows(request.frozen, self.corpus.vocabulary)
        if not np.array_equal(row_numbers(self.state.tables.frozen), row_numbers(frozen)):
            names.append("frozen")
        given = request.random_state
        if given is not None and given is not self.request.random_state and not is_seed(given, self.state.plan.seed):
            names.append("random_state")
        return names

    def record(self) -> dict[str, Any]:
        """Return the record of this training for a model file."""
        state, request = self.state, self.request
        asked = {name: getattr(request, name) for name in KEPT_PARAMETERS if hasattr(request, name)}
        del asked["verbose"]  # of this session only
        parameters = asked | asdict(state.params)
        return record(parameters, state.loss_history, self.corpus.tokenizer, state.plan.seed)


def _same(ours: Any, theirs: Any) -> bool:
    """Return whether two values of a parameter say the same; of objects that cannot tell, only the same object does."""
    if ours is theirs:
        return True
    if isinstance(ours, np.ndarray) or isinstance(theirs, np.ndarray):
        return type(ours) is type(theirs) and np.array_equal(ours, theirs)
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return list(ours) == list(theirs) and all(_same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if hasattr(ours, "equals"):  # pandas
        return bool(ours.equals(theirs))
    return bool(ours == theirs)


def begin(
    request: Request,
    corpus: Any,
    *,
    encoded: EncodedCorpus | None = None,
    seed: int | None = None,
    output_rows: OutputRows | None = None,
    counts: NDArray[np.int64] | None = None,
    restored: bool = False,
    comm: Comm | None = None,
) -> Session:
    """Read the corpus and make the first rows.

    Parameters
    ----------
    request : Request
        A checked one.
    corpus : whatever `fastw2v.encode` takes
    encoded : EncodedCorpus, optional
        What the request has read of it, if it has.
    seed : int, optional
        In place of ``request.random_state``.
    output_rows, counts : optional
        As for `fastw2v.training.start`.
    restored : bool
        Whether a checkpoint's rows will replace the first ones.
    comm : Comm, optional
        The ranks that train together; each begins the same session.

    Warns
    -----
    RuntimeWarning
        Words are frozen that have no initial vector. The checkpoint of an unfinished run will be replaced.
    """
    if request.checkpoint is not None and not restored and is_first(comm):
        warn_of_replacing(request.checkpoint)
    request = replace(request, n_jobs=jobs_of_rank(request.n_jobs, comm))
    if encoded is None:
        encoded = request.read(corpus, comm)
    vocabulary, parameters = encoded.vocabulary, request.parameters
    rows = initial_rows(request.initial_vectors, vocabulary, parameters.vector_size)
    frozen = frozen_rows(request.frozen, vocabulary)
    if not restored and is_first(comm):
        if is_logged():
            log_initial_vectors(describe_used(request.initial_vectors, vocabulary))
        warn_of_random_rows(frozen, rows, vocabulary)
        warn_of_zero_rows(rows, [] if output_rows is None else output_rows)
    state = start(
        encoded,
        parameters,
        seed=common_seed(resolve_seed(request.random_state) if seed is None else seed, comm),
        initial_vectors=rows,
        output_rows=output_rows,
        frozen=frozen,
        counts=counts,
    )
    deal(state, encoded, comm, request.deterministic, request.sync_words)
    return Session(request, state, encoded, corpus, length_of(corpus), comm)


def going_on(
    request: Request, unfinished: Session | None, given: Any, fitted: bool, comm: Comm | None = None
) -> Session | None:
    """Return the session that an interrupted fit left, if it is one of this corpus; None if a checkpoint is to be read.

    ``given`` is the corpus of the call, None where it names none; ``fitted`` is whether the model has vectors.

    Raises
    ------
    ParameterError
        Parameters that decide the result were changed.
    ValueError
        There is neither.
    """
    if unfinished is not None and unfinished.is_of(unfinished.source if given is None else given):
        if changed := unfinished.changed(request):
            raise ParameterError(
                f"parameters changed since the interrupted fit: {', '.join(changed)}; restore them, or fit anew"
            )
        return unfinished._replace(request=request, comm=comm)
    checkpoint = request.checkpoint
    if checkpoint is not None and os.path.exists(checkpoint):
        return None
    what = "this model has no interrupted fit"
    if fitted and unfinished is None:
        what += " (a complete one leaves none, nor do files and pickles, nor partial_fit, which trains on)"
    if unfinished is not None:
        what = "the interrupted fit was on another corpus, or on a shorter or longer one"
    where = "no checkpoint was named" if checkpoint is None else f"there is no file {os.fspath(checkpoint)}"
    raise ValueError(f"fit(resume=True): {what}, and {where}: call fit() first, or resume on the same corpus")


def resume(request: Request, corpus: Any, comm: Comm | None = None) -> Session:
    """Begin with the seed of the request's checkpoint, and move to its position.

    Raises
    ------
    FormatError
        The checkpoint belongs to another corpus or other parameters, or the file is not a checkpoint.
    """
    assert request.checkpoint is not None
    with agreed_with(comm):
        seed = _seed_to_resume(request)
    session = begin(request, corpus, seed=seed, restored=True, comm=comm)
    with agreed_with(comm):
        restore(request.checkpoint, session.state, session.corpus)
    if session.state.complete and is_first(comm):
        warn_user(f"the run in {os.fspath(request.checkpoint)} is complete: nothing is left to train")
    return session


def _seed_to_resume(request: Request) -> int:
    assert request.checkpoint is not None
    seed = seed_of(request.checkpoint)
    if not (is_generator(request.random_state) or request.random_state is None or is_seed(request.random_state, seed)):
        raise FormatError(
            f"{os.fspath(request.checkpoint)}: it was started with random_state={seed}, not {request.random_state}: "
            "resume with the same, or with None"
        )
    return seed


def run(session: Session) -> None:
    """Train to the end of the session's last epoch, or until something stops it.

    Raises
    ------
    DivergedError, DeviceError
        Training produced values that are not finite, or the GPU failed. If a checkpoint was written in this call, the
        state returns to the last one; otherwise ``state.diverged`` stays True and the rows are useless.

    Also what `fastw2v.training.advance` raises; the state is then usable.
    """
    request, state, comm = session.request, session.state, session.comm
    saves_before = state.report.checkpoints
    choose_device(request.device, comm)
    shown = bool(request.verbose) and is_first(comm)
    log_start(session)
    with ProgressBar() if shown else nullcontext() as bar:
        try:
            advance(
                state,
                session.corpus,
                device="cpu" if request.deterministic and request.device == "auto" else request.device,
                n_jobs=1 if request.deterministic == 1 else jobs_of_rank(request.n_jobs, comm),
                callbacks=[*request.callbacks, *([bar] if bar else []), *([ProgressLog()] if is_logged() else [])],
                checkpoint=request.checkpoint,
                every=request.every,
                comm=comm,
            )
        except (DivergedError, DeviceError):
            if request.checkpoint is not None and state.report.checkpoints > saves_before:
                restore(request.checkpoint, state, session.corpus)
            raise
    log_end(session)
    if shown and request.summary and state.report.stopped_by != "interrupt":
        summary(session).show()

"""Word2Vec: parameters and fit; no maths. What a fitted model offers is in fitted.py."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from fastw2v.corpus.encoded import EncodedCorpus
from fastw2v.corpus.encoding import encode
from fastw2v.errors import DivergedError, ParameterError
from fastw2v.estimators.fitted import TRAINING_PARAMS, FittedModel
from fastw2v.estimators.partial_fit import Continued
from fastw2v.estimators.scikit_learn import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from fastw2v.estimators.text_estimator import TextEstimator
from fastw2v.parameters import check
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training import checkpoint as checkpoints
from fastw2v.training import loop as training
from fastw2v.training.givens import check_start, frozen_rows, initial_rows, resolve_seed
from fastw2v.training.progress import ProgressLine
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike
    from typing_extensions import Self

    from fastw2v.corpus.tokenizers import Tokenizer
    from fastw2v.corpus.vocabulary import Vocabulary
    from fastw2v.parameters import Architecture, CbowGradient, Device, Errors, NegativeSharing
    from fastw2v.training.state import Callback, TrainingState

CORPUS_PARAMS = ("min_count", "max_vocab", "errors", "n_jobs", "spool")


class Word2Vec(FittedModel, Continued, TextEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Skip-gram and CBOW word vectors with negative sampling.

    Parameters
    ----------
    corpus : path, list of token lists, list of strings, column, generator or EncodedCorpus, optional
        The text. A path (file, folder, glob, ``.gz .bz2 .xz .zst``, ``-`` for stdin): one line is one sentence, split
        on white space. Token lists: one list is one sentence. Strings: one string is one document, split by
        ``tokenizer``. It can be given to `fit` instead.
    vector_size : int, default 100
        D, the dimensions of a word vector.
    window : int, default 5
        Words on either side of the center.
    min_count : int, default 5
        Words that occur less often are left out.
    max_vocab : int, optional
        Keep at most so many words, the most frequent ones.
    architecture : {"skipgram", "cbow"}, default "skipgram"
    negative : int, default 5
        Noise words for each positive pair.
    ns_exponent : float, default 0.75
        Noise words are drawn in proportion to ``count ** ns_exponent``.
    sample : float, default 1e-3
        Threshold of subsampling frequent words; 0 keeps every token.
    epochs : int, default 5
    learning_rate : float, optional
        At the start; None is 0.025 for skip-gram and 0.05 for CBOW.
    min_learning_rate : float, optional
        At the end, reached in a straight line; None is 1e-4 of ``learning_rate``.
    cbow_mean : bool, default True
        CBOW's hidden row is the mean of the context rows, else their sum.
    cbow_gradient : {"sum", "mean"}, default "sum"
        Pass the hidden row's gradient to each context word whole (word2vec.c), or divided by their number.
    shrink_windows : bool, default True
        Draw each token's window uniformly from 1..``window``.
    negative_sharing : {"tile", "pair"}, default "tile"
        Let the tokens of a tile share noise words, or draw fresh ones for each pair as word2vec.c does (slow).
    tokenizer : None, "whitespace", "words" or callable, default None
        None is white space for files and lower-case Unicode words for strings.
    device : {"auto", "cpu", "cuda", "numpy"}, default "auto"
    n_jobs : int, optional
        Threads; None or -1 uses every usable CPU.
    random_state : int, RandomState, Generator or None, default None
        None draws a seed and keeps it in ``seed_``.
    verbose : int, default 0
        1 shows a progress line on a terminal.
    callbacks : sequence of callable, default ()
        Each is called with a `fastw2v.training.state.Progress`; training stops when one returns True.
    vocabulary : Vocabulary, list of words or mapping of words to counts, optional
        Ready-made; ``min_count`` and ``max_vocab`` then do not apply.
    initial_vectors : model, WordVectors, KeyedVectors, mapping of words to vectors or array (V, D), optional
        Input rows to start from; words that it lacks start at random.
    frozen : sequence of words, optional
        Words whose vectors stay as they are.
    errors : {"strict", "replace", "ignore"}, default "strict"
        What to do with bytes that are no UTF-8 in files.
    spool : path, bool or None, default None
        For corpora larger than memory: the folder that takes the word ids (8 bytes a token), in files that are gone
        with the process. True is ``TMPDIR`` or else ``/var/tmp``. The result does not depend on it.

    Attributes
    ----------
    vectors_ : WordVectors
        The word vectors, float32 (V, D).
    context_vectors_ : WordVectors
        The output rows, float32 (V, D).
    vocabulary_ : Vocabulary
    loss_history_ : list of float
        Mean loss per positive pair, one for each epoch.
    n_iter_ : int
        Finished epochs.
    report_ : Report
        Speed, threads, instruction set, tokens and pairs trained.
    corpus_report_ : EncodeReport
        What was read and what was left out: tokens, sentences, rare words, bytes that were no text.
    tokenizer_ : str or callable
    seed_ : int

    Notes
    -----
    Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013. With
    ``n_jobs=1``, the same seed, version and instruction set give bit-equal vectors; with more threads the same draws
    are added in free order. Several threads may use different models; one model has one `fit` at a time.

    Examples
    --------
    >>> from fastw2v import Word2Vec
    >>> corpus = [["red", "wine"], ["white", "wine"], ["red", "rose"], ["white", "rose"]] * 50
    >>> model = Word2Vec(corpus, vector_size=16, min_count=1, random_state=1, n_jobs=1).fit()
    >>> model["wine"].shape, "rose" in model, len(model.loss_history_)
    ((16,), True, 5)
    """

    def __init__(
        self,
        corpus: str | os.PathLike[str] | Iterable[Any] | EncodedCorpus | None = None,
        *,
        vector_size: int = 100,
        window: int = 5,
        min_count: int = 5,
        max_vocab: int | None = None,
        architecture: Architecture = "skipgram",
        negative: int = 5,
        ns_exponent: float = 0.75,
        sample: float = 1e-3,
        epochs: int = 5,
        learning_rate: float | None = None,
        min_learning_rate: float | None = None,
        cbow_mean: bool = True,
        cbow_gradient: CbowGradient = "sum",
        shrink_windows: bool = True,
        negative_sharing: NegativeSharing = "tile",
        tokenizer: Tokenizer | None = None,
        device: Device = "auto",
        n_jobs: int | None = None,
        random_state: int | np.integer[Any] | np.random.RandomState | np.random.Generator | None = None,
        verbose: int = 0,
        callbacks: Collection[Callback] = (),
        vocabulary: Vocabulary | Mapping[Any, int] | Iterable[Hashable] | None = None,
        initial_vectors: Word2Vec | WordVectors | Mapping[Any, ArrayLike] | ArrayLike | None = None,
        frozen: Iterable[Any] | None = None,
        errors: Errors = "strict",
        spool: str | os.PathLike[str] | bool | None = None,
    ) -> None:
        self.corpus = corpus
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count
        self.max_vocab = max_vocab
        self.architecture = architecture
        self.negative = negative
        self.ns_exponent = ns_exponent
        self.sample = sample
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.min_learning_rate = min_learning_rate
        self.cbow_mean = cbow_mean
        self.cbow_gradient = cbow_gradient
        self.shrink_windows = shrink_windows
        self.negative_sharing = negative_sharing
        self.tokenizer = tokenizer
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.callbacks = callbacks
        self.vocabulary = vocabulary
        self.initial_vectors = initial_vectors
        self.frozen = frozen
        self.errors = errors
        self.spool = spool

    # ------------------------------------------------------------------ training

    def fit(
        self,
        X: str | os.PathLike[str] | Iterable[Any] | EncodedCorpus | None = None,  # noqa: N803
        y: Any = None,
        *,
        resume: bool = False,
        checkpoint: str | os.PathLike[str] | None = None,
        every: float | None = None,
    ) -> Self:
        """Train on ``X``, or on the corpus given to the constructor.

        Parameters
        ----------
        X : as ``corpus``, optional
        y : ignored
        resume : bool, default False
            Go on where an interrupted `fit` of this model stopped, or else where the file ``checkpoint`` stands.
        checkpoint : path, optional
            Write where training stands to this file every ``every`` seconds, when stopped and at the end.
        every : float, default 600
            Seconds.

        Returns
        -------
        Word2Vec
            Itself.

        Raises
        ------
        CorpusError, CorpusTypeError
            The corpus cannot be used; the message says where and why.
        ParameterError
            A parameter is out of its range.
        DivergedError
            Training left the finite numbers. The model holds the last checkpoint's vectors if one was written in this
            call, else it is as it was before.
        BackendUnavailable
            The device cannot be used; the message says why.
        MemoryError
            What is needed does not fit in the memory that is free.
        OSError
            A file cannot be read, or the folder ``spool`` cannot be written to or is full.
        RuntimeError
            Another thread is fitting this model.
        """
        with self._only_fit():
            params = self._params(checkpoint, every)
            state, corpus, text = self._resumed(X, params, checkpoint) if resume else self._started(X, params)
            self._advance(state, corpus, checkpoint, every, text)
            self._remember_width(X)
        return self

    @contextmanager
    def _only_fit(self) -> Iterator[None]:
        """One model has one fit at a time."""
        lock = self.__dict__.setdefault("_fit_lock", threading.Lock())
        if not lock.acquire(blocking=False):
            raise RuntimeError("this model is being fitted in another thread: wait for it, or use a model of your own")
        try:
            yield
        finally:
            lock.release()

    def _params(
        self, checkpoint: str | os.PathLike[str] | None = None, every: float | None = None
    ) -> TrainingParameters:
        """The checked training parameters; the others are checked, too, before anything is read or allocated."""
        for name in (*CORPUS_PARAMS, "verbose"):
            check(name, getattr(self, name))
        params = TrainingParameters(**{name: getattr(self, name) for name in TRAINING_PARAMS}).checked()
        check_start(self.random_state, self.initial_vectors, self.frozen, params.vector_size)
        training.check_options(
            device=self.device, n_jobs=self.n_jobs, callbacks=self.callbacks, checkpoint=checkpoint, every=every
        )
        return params

    def _text(self, given: Any) -> Any:
        if given is not None and self.corpus is not None and given is not self.corpus:
            raise ValueError(
                "fit(X) and Word2Vec(corpus=...) were both given, and are not the same object: train on one of them; "
                "to turn other documents into vectors, use transform(documents) or DocVectorizer(vectors=model)"
            )
        text = self.corpus if given is None else given
        if text is None:
            raise ValueError("no corpus: pass it to Word2Vec(corpus) or to fit(corpus)")
        return text

    def _encoded(self, text: Any, vocabulary: Any) -> EncodedCorpus:
        if isinstance(text, EncodedCorpus):
            return text
        return encode(
            text,
            tokenizer=self.tokenizer,
            vocabulary=vocabulary,
            **{name: getattr(self, name) for name in CORPUS_PARAMS},
        )

    def _started(
        self, given: Any, params: TrainingParameters, seed: int | None = None
    ) -> tuple[TrainingState, EncodedCorpus, Any]:
        text = self._text(given)
        corpus = self._encoded(text, self.vocabulary)
        state = training.start(
            corpus,
            params,
            seed=resolve_seed(self.random_state) if seed is None else seed,
            initial_vectors=initial_rows(self.initial_vectors, corpus.vocabulary, params.vector_size),
            frozen=frozen_rows(self.frozen, corpus.vocabulary),
        )
        return state, corpus, text

    def _resumed(
        self, given: Any, params: TrainingParameters, checkpoint: str | os.PathLike[str] | None
    ) -> tuple[TrainingState, EncodedCorpus, Any]:
        state, corpus, text = self.__dict__.get("_unfinished", (None, None, None))
        if state is not None and (given is None or given is text):
            if state.params != params:
                raise ParameterError("parameters were changed since the interrupted fit: set them back, or fit afresh")
            return state, corpus, text
        if checkpoint is None or not os.path.exists(checkpoint):
            what = "this model has no interrupted fit" if state is None else "the interrupted fit was on another corpus"
            where = "no checkpoint was named" if checkpoint is None else f"there is no file {os.fspath(checkpoint)}"
            raise ValueError(f"fit(resume=True): {what}, and {where}: call fit() first, or resume on the same corpus")
        state, corpus, text = self._started(given, params, checkpoints.seed_of(checkpoint))
        checkpoints.restore(checkpoint, state, corpus)
        return state, corpus, text

    def _advance(
        self,
        state: TrainingState,
        corpus: EncodedCorpus,
        checkpoint: str | os.PathLike[str] | None,
        every: float | None,
        text: Any = None,
    ) -> None:
        saves_before = state.report.checkpoints
        try:
            with ProgressLine() if self.verbose else nullcontext() as line:
                training.advance(
                    state,
                    corpus,
                    device=self.device,
                    n_jobs=self.n_jobs,
                    callbacks=[*self.callbacks, *([line] if line else [])],
                    checkpoint=checkpoint,
                    every=every,
                )
        except DivergedError:
            if checkpoint is not None and state.report.checkpoints > saves_before:
                checkpoints.restore(checkpoint, state, corpus)
                self._take(state, corpus, text)
            raise
        except BaseException:
            self._take(state, corpus, text)
            raise
        self._take(state, corpus, text)

    def _take(self, state: TrainingState, corpus: EncodedCorpus, text: Any) -> None:
        """Make the state's vectors this model's own; keep the state only while there is something to resume."""
        # An unfinished run trains on in place, so the model gets copies of its rows.
        rows = [each if state.complete else each.copy() for each in (state.w_in, state.w_out)]
        words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
        self.vectors_ = WordVectors(rows[0], words, counts)
        self.context_vectors_ = WordVectors(rows[1], words, counts)
        self.vocabulary_: Vocabulary = corpus.vocabulary
        self.loss_history_ = list(state.loss_history)
        self.n_iter_ = len(state.loss_history)
        self.report_ = state.report
        self.corpus_report_ = corpus.report
        self.tokenizer_ = corpus.tokenizer
        self.seed_ = state.plan.seed
        self.n_features_out_ = state.params.vector_size
        self._unfinished = (None, None, None) if state.complete else (state, corpus, text)

    # ------------------------------------------------------------------ copies

    def __sklearn_clone__(self) -> Self:
        """A fresh model with the same parameters: the corpus by reference, not copied word for word."""
        return type(self)(**self.get_params(deep=False))

    def __getstate__(self) -> dict[str, Any]:
        """Arrays and parameters; no lock, no run's state, and of a fitted model no corpus but a path."""
        kept = {**super().__getstate__()}
        for name in ("_fit_lock", "_unfinished"):
            kept.pop(name, None)
        if hasattr(self, "vectors_") and not isinstance(self.corpus, (str, os.PathLike)):
            kept["corpus"] = None
        return kept

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "vectors_")

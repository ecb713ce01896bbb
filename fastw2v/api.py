"""Word2Vec, whole: parameters, training, what a fitted model offers, files and copies; no maths."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import NotFittedError

from fastw2v.corpus.encoded import EncodeReport
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import ParameterError
from fastw2v.estimators.bags import mean_vectors
from fastw2v.estimators.text_estimator import TextEstimator
from fastw2v.formats import load_all, save
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS, TrainingParameters
from fastw2v.training.givens import resolve_seed
from fastw2v.training.record import read_record, record
from fastw2v.training.session import Request, Session, Standing, begin, next_pass, one_pass, resume, run
from fastw2v.training.state import Callback, Report
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from typing_extensions import Self

# What a session is asked for by parameters of this class; the rest is asked for by arguments of `fit`.
REQUESTED = tuple({each.name for each in fields(Request)} - {"parameters", "checkpoint", "every"})


class Word2Vec(TextEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
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

    vectors_: WordVectors
    context_vectors_: WordVectors
    vocabulary_: Vocabulary
    loss_history_: list[float]
    n_iter_: int
    report_: Report
    corpus_report_: EncodeReport
    tokenizer_: Any
    seed_: int | None
    n_features_out_: int
    _unfinished: Session | None

    def __init__(
        self,
        corpus: Any = None,
        *,
        vector_size: int = 100,
        window: int = 5,
        min_count: int = 5,
        max_vocab: int | None = None,
        architecture: str = "skipgram",
        negative: int = 5,
        ns_exponent: float = 0.75,
        sample: float = 1e-3,
        epochs: int = 5,
        learning_rate: float | None = None,
        min_learning_rate: float | None = None,
        cbow_mean: bool = True,
        cbow_gradient: str = "sum",
        shrink_windows: bool = True,
        negative_sharing: str = "tile",
        tokenizer: Any = None,
        device: str = "auto",
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: int = 0,
        callbacks: Sequence[Callback] = (),
        vocabulary: Any = None,
        initial_vectors: Any = None,
        frozen: Iterable[Any] | None = None,
        errors: str = "strict",
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
        X: Any = None,  # noqa: N803
        y: Any = None,
        *,
        resume: bool = False,
        checkpoint: str | os.PathLike[str] | None = None,
        every: float | None = None,
    ) -> Word2Vec:
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
            request = self._request(checkpoint, every)
            session = self._resumed(X, request) if resume else begin(request, self._chosen(X))
            self._run(session)
            self._remember_width(X)
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Train on with more text, in one pass over it; the vocabulary stays as it is.

        Parameters
        ----------
        X : as ``corpus``
        y : ignored

        Returns
        -------
        Word2Vec
            Itself. ``vocabulary_.counts`` have grown by the words of ``X``, ``loss_history_`` and ``n_iter_`` by this
            pass; ``report_`` and ``corpus_report_`` are about ``X``.

        Raises
        ------
        CorpusError
            Of the words of ``X`` none is in the vocabulary; and as for `fit`.
        ValueError
            The model was read from a file without context vectors, so that training cannot go on.

        Notes
        -----
        The first call of an unfitted model settles the vocabulary: ``vocabulary`` if that was given, else the words of
        ``X`` by ``min_count`` and ``max_vocab``. After that, and after `fit`, words outside it are left out and counted
        in ``corpus_report_`` (``dropped_words``, ``dropped_tokens``).

        The learning rate is ``learning_rate`` throughout (``epochs`` and ``min_learning_rate`` do not apply): nobody
        knows how many calls will follow, so there is no line to fall along. Lower it between calls with `set_params`.
        Subsampling and noise words follow the counts of all text so far. Each pass has draws of its own, which follow
        from ``seed_`` and the number of passes before it, so the same calls give the same vectors with ``n_jobs=1``.

        Examples
        --------
        >>> from fastw2v import Word2Vec
        >>> model = Word2Vec(min_count=1, sample=0, vector_size=8, random_state=1, n_jobs=1)
        >>> for text in ([["red", "wine"], ["red", "rose"]] * 9, [["red", "wine", "beer"]] * 9):
        ...     model = model.partial_fit(text)
        >>> model.n_iter_, model.corpus_report_.dropped_words, "beer" in model
        (2, 1, False)
        """
        with self._only_fit():
            request = one_pass(self._request())
            started = hasattr(self, "vectors_")
            seed = self.seed_ if started and self.seed_ is not None else resolve_seed(self.random_state)
            session = next_pass(request, X, self._standing(seed)) if started else begin(request, X, seed=seed)
            try:
                self._run(session)
            finally:
                self._unfinished = None  # a pass that was stopped stays as it is: it cannot be resumed
                if hasattr(self, "vectors_"):
                    self.seed_ = seed
            self._remember_width(X)
        return self

    # ------------------------------------------------------------------ documents to vectors

    def transform(self, X: Any) -> NDArray[np.float32]:  # noqa: N803
        """The mean of each document's known word vectors.

        Parameters
        ----------
        X : iterable of strings or token lists
            Strings are split by the tokenizer of `fit`.

        Returns
        -------
        float32 (documents, D)
            A document without a known word gets zeros.

        Raises
        ------
        CorpusTypeError
            ``X`` is no list of documents (one string, a table, a sparse matrix), or one of them is none.
        CorpusError
            ``X`` is an iterator that was used up before.
        ValueError
            `fit` got a two-dimensional array, and ``X`` is one of another width.
        """
        vectors = self.wv
        self._check_width(X)
        return mean_vectors(X, vectors, self.tokenizer_)

    @property
    def _n_features_out(self) -> int:
        return self.n_features_out_

    # ------------------------------------------------------------------ the fitted model

    @property
    def wv(self) -> WordVectors:
        """The word vectors, under gensim's name."""
        if not hasattr(self, "vectors_"):
            raise NotFittedError(f"this {type(self).__name__} has no vectors yet: call fit() first")
        return self.vectors_

    def __getitem__(self, words: Any) -> NDArray[np.float32]:
        """The vector of a word, or the vectors of a list of words."""
        return self.wv[words]

    def __contains__(self, word: Any) -> bool:
        return word in self.wv

    def most_similar(self, positive: Any = (), negative: Any = (), topn: int = 10, **options: Any) -> Any:
        """The words nearest to a word, or to a sum of words; see `WordVectors.most_similar`."""
        return self.wv.most_similar(positive, negative, topn=topn, **options)

    def analogy(self, a: Any, b: Any, c: Any, topn: int = 10) -> Any:
        """a is to b as c is to what? See `WordVectors.analogy`."""
        return self.wv.analogy(a, b, c, topn=topn)

    def similarity(self, first: Any, second: Any) -> float:
        """The cosine of two words' vectors."""
        return self.wv.similarity(first, second)

    # ------------------------------------------------------------------ files and copies

    def save(self, path: str | os.PathLike[str], *, format: str | None = None) -> None:
        """Write the model: native (everything), or word2vec "text" or "binary" (the word vectors alone).

        The format follows from the suffix where it is not named: ``.safetensors`` and ``.fw2v`` are native, ``.txt``
        and ``.vec`` text, ``.bin`` binary. All or nothing: an old file stays until the new one is complete.
        """
        parameters = {name: getattr(self, name) for name in TRAINING_PARAMETERS}
        known = {name: getattr(self, f"{name}_", None) for name in ("tokenizer", "seed")}
        metadata = record(parameters, getattr(self, "loss_history_", []), **known)
        # A model that was read from a file of word vectors alone has no context vectors.
        context = self.context_vectors_.vectors if hasattr(self, "context_vectors_") else None
        save(path, self.wv, format=format, context_vectors=context, metadata=metadata)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote in the native format, ready to be used.

        For files of the word2vec formats, which hold vectors alone, use `fastw2v.load`.

        Raises
        ------
        FormatError
            The file is of another format, or damaged.
        OSError
            It cannot be read.
        """
        loaded = load_all(path, format="native")
        found = read_record(path, loaded.metadata)
        model = cls(**{**found["parameters"], "vector_size": loaded.word_vectors.vectors.shape[1]})
        words, counts = loaded.word_vectors.index_to_key, loaded.word_vectors.counts
        model.vectors_ = loaded.word_vectors
        if loaded.context_vectors is not None:
            model.context_vectors_ = WordVectors(loaded.context_vectors, words, counts)
        model.vocabulary_ = Vocabulary(words, np.zeros(len(words), np.int64) if counts is None else counts)
        model.loss_history_ = [float(loss) for loss in found["loss_history"]]
        model.n_iter_ = len(model.loss_history_)
        model.tokenizer_ = found["tokenizer"] or "whitespace"
        model.seed_ = found["seed"]
        model.n_features_out_ = model.vectors_.vectors.shape[1]
        return model

    def __sklearn_clone__(self) -> Word2Vec:
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

    # ------------------------------------------------------------------ a session of training

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

    def _request(self, checkpoint: str | os.PathLike[str] | None = None, every: float | None = None) -> Request:
        """Return what this model asks of a session, checked before anything is read or allocated."""
        parameters = TrainingParameters(**{name: getattr(self, name) for name in TRAINING_PARAMETERS})
        asked = {name: getattr(self, name) for name in REQUESTED}
        return Request(parameters, checkpoint=checkpoint, every=every, **asked).checked()

    def _chosen(self, X: Any) -> Any:  # noqa: N803
        """Return the corpus to train on: that of the constructor, or that of `fit`."""
        if X is not None and self.corpus is not None and X is not self.corpus:
            raise ValueError(
                "fit(X) and Word2Vec(corpus=...) were both given, and are not the same object: train on one of them; "
                "to turn other documents into vectors, use transform(documents) or DocVectorizer(vectors=model)"
            )
        corpus = self.corpus if X is None else X
        if corpus is None:
            raise ValueError("no corpus: pass it to Word2Vec(corpus) or to fit(corpus)")
        return corpus

    def _resumed(self, X: Any, request: Request) -> Session:  # noqa: N803
        """Return the session that an interrupted `fit` of this model left, or the one of the checkpoint."""
        unfinished: Session | None = self.__dict__.get("_unfinished")
        if unfinished is not None and (X is None or X is unfinished.source):
            if unfinished.state.params != request.parameters:
                raise ParameterError("parameters were changed since the interrupted fit: set them back, or fit afresh")
            return unfinished._replace(request=request)
        checkpoint = request.checkpoint
        if checkpoint is None or not os.path.exists(checkpoint):
            what = "the interrupted fit was on another corpus" if unfinished else "this model has no interrupted fit"
            where = "no checkpoint was named" if checkpoint is None else f"there is no file {os.fspath(checkpoint)}"
            raise ValueError(f"fit(resume=True): {what}, and {where}: call fit() first, or resume on the same corpus")
        return resume(request, self._chosen(X))

    def _standing(self, seed: int) -> Standing:
        """Return where this model stands, for one more pass."""
        if not hasattr(self, "context_vectors_"):
            raise ValueError(
                "partial_fit: this model was read from a file that holds no context vectors, so training cannot go on; "
                "start anew from its vectors: Word2Vec(initial_vectors=model)"
            )
        rows = self.vectors_.vectors, self.context_vectors_.vectors
        return Standing(self.vocabulary_, *rows, self.loss_history_, self.n_iter_, seed)

    def _run(self, session: Session) -> None:
        try:
            run(session)
        finally:
            if not session.state.diverged:
                self._take(session)

    def _take(self, session: Session) -> None:
        """Make the session's vectors this model's own; keep the session only while there is something to resume."""
        state, corpus = session.state, session.corpus
        # An unfinished run trains on in place, so the model gets copies of its rows.
        rows = [each if state.complete else each.copy() for each in (state.w_in, state.w_out)]
        words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
        self.vectors_ = WordVectors(rows[0], words, counts)
        self.context_vectors_ = WordVectors(rows[1], words, counts)
        self.vocabulary_ = corpus.vocabulary
        self.loss_history_ = list(state.loss_history)
        self.n_iter_ = len(state.loss_history)
        self.report_ = state.report
        self.corpus_report_ = corpus.report
        self.tokenizer_ = corpus.tokenizer
        self.seed_ = state.plan.seed
        self.n_features_out_ = state.params.vector_size
        self._unfinished = None if state.complete else session

"""The class Word2Vec: parameters, training, queries, documents, files, copies. The maths is elsewhere."""

from __future__ import annotations

import os
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.encoded_corpus import EncodeReport
from fastw2v.corpus.iterables import documents_to_reread
from fastw2v.corpus.tokenizers import resolve
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.distributed.comm import Comm, agreed_with
from fastw2v.errors import ParameterError, warn_user
from fastw2v.estimators.bags import mean_vectors
from fastw2v.estimators.copies import Copies
from fastw2v.estimators.fits import Fits
from fastw2v.estimators.likelihood import log_probabilities
from fastw2v.estimators.other_tokenizer import tokenizer_after, warn_of_other_tokenizer
from fastw2v.estimators.scikit_learn import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from fastw2v.estimators.subclasses import made_with, own_parameters
from fastw2v.estimators.text_estimator import TextEstimator
from fastw2v.formats import load_all, save
from fastw2v.formats.saving import if_native
from fastw2v.gensims_names import BOOKS_PARAMETERS, LAYER, OF_MODELS, PARAMETERS, with_gensims_names_told
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TRAINING_PARAMETERS, TrainingParameters
from fastw2v.training.next_pass import Standing, first_pass, next_pass, one_pass
from fastw2v.training.ranks import check_ranks, opened
from fastw2v.training.record import KEPT_PARAMETERS, read_record, record
from fastw2v.training.seed import resolve_seed
from fastw2v.training.session import Request, Session, begin, going_on, resume, run
from fastw2v.training.state import Callback, Report
from fastw2v.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from typing_extensions import Self

    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.corpus.tokenizers import Tokenizer
    from fastw2v.formats.sniff import Format
    from fastw2v.parameters import Architecture, CbowGradient, Device, Errors, Loss, NegativeSharing, ShrinkWindows
    from fastw2v.vectors.neighbours import Answer
    from fastw2v.vectors.queries import Words
    from fastw2v.vectors.search import SearchIndex

# The fields of a session's request that are parameters of this class; the others are arguments of methods.
_OF_METHODS = {"parameters", "new_words", "checkpoint", "every", "summary"}
REQUESTED = tuple({each.name for each in fields(Request)} - _OF_METHODS)


class Word2Vec(Fits, Copies, TextEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Skip-gram and CBOW word vectors, with negative sampling or hierarchical softmax.

    Parameters
    ----------
    corpus : path, list of token lists, list of strings, column, generator or EncodedCorpus, optional
        The text. A path (file, folder, glob, ``.gz .bz2 .xz .zst``, ``-`` for stdin): one line is one sentence, split
        on white space. Token lists: one list is one sentence. Strings: one string is one document, split by
        ``tokenizer``. It can be given to `fit` instead.
    vector_size : int, default 100
        D, the dimensions of a word vector.
    window : int, default 5
        Words on either side of the center. One that is wider than the longest sentence means the whole sentence: it
        trains as the longest sentence's length less one does.
    min_count : int, default 5
        Words that occur less often are dropped.
    max_vocab : int, optional
        Keep at most this many words, the most frequent ones.
    architecture : {"skipgram", "cbow"}, default "skipgram"
        Predict each context word from the center, or the center from the mean of its context words.
    loss : {"ns", "hs", "both"}, default "ns"
        "ns": negative sampling. "hs": hierarchical softmax, which finds each word by the decisions on its path through
        the Huffman tree of the counts; the parameters of noise words then have no effect. "both": the sum of the two.
    negative : int, default 5
        Noise words for each positive pair.
    ns_exponent : float, default 0.75
        Noise words are drawn in proportion to ``count ** ns_exponent``.
    sample : float, default 1e-3
        Threshold t of subsampling: a token of a word that is the share f of all tokens in the vocabulary is kept with
        probability ``min(1, sqrt(t / f) + t / f)``. 0 keeps every token, as a text of a few words needs.
    epochs : int, default 5
        Passes over the corpus.
    learning_rate : float, optional
        Initial learning rate; None means 0.05; 0.075 for CBOW of up to three epochs, and 0.0375 for skip-gram without
        ``slow_frequent``. With ``loss="hs"`` None means 0.075, and 0.05 for CBOW and without ``slow_frequent``.
    min_learning_rate : float, optional
        Final learning rate, reached linearly; None means 1e-4 times ``learning_rate``.
    cbow_mean : bool, default True
        CBOW's hidden row is the mean of the context rows; otherwise their sum.
    cbow_gradient : {"sum", "mean"}, default "sum"
        Pass the hidden row's gradient to each context word in full (word2vec.c), or divided by the number of context
        words.
    shrink_windows : bool, "draw" or "inverse", default True
        How nearer contexts count for more. True: word2vec draws each window uniformly from 1 to ``window``; skip-gram
        trains the expectation instead, every context within ``window``, weighted by the probability that a drawn
        window holds it (CBOW draws). "draw": drawn windows for skip-gram too, as in word2vec.c. "inverse": skip-gram's
        weights are proportional to 1 / distance. False: every context within ``window`` counts the same.
    negative_sharing : {"tile", "pair"}, default "tile"
        Share noise words among the tokens of a tile, or draw fresh ones for each pair as word2vec.c does (slow).
    slow_frequent : bool, default True
        Skip-gram: the more often the run meets a word, the less its output row moves each time. False moves all rows
        alike, as word2vec.c does.
    tokenizer : None, "whitespace", "words" or callable, default None
        None splits files at white space and strings into lower-case Unicode words.
    device : {"auto", "cpu", "cuda", "numpy"}, default "auto"
        "auto": an NVIDIA GPU if one can be used, else CPU threads. "numpy": the plain, slow reference.
    n_jobs : int, optional
        Number of threads; -1 uses every usable CPU. So does None, but in a worker of joblib or multiprocessing it keeps
        to the worker's share: ``OMP_NUM_THREADS`` where joblib's backend "loky" states it, else the CPUs divided by the
        worker processes, or threads of the pool, that run side by side. (Threads of your own are not counted.)
    deterministic : int, optional
        Train on so many virtual ranks, threads of this process that each hold a replica of the model and merge what
        they have learned: the vectors are then bit-equal for any ``n_jobs``. It takes two more models than there are
        ranks, and on short text costs scores; see `docs/distributed.md`. 1 trains in one thread. On CPU only.
    comm : "mpi" or mpi4py communicator, optional
        Train on several processes, on one machine or many. Each of them fits the same model: "mpi" are all that
        ``mpiexec`` has started. Of files, each reads its own part; of lists, each passes its own, or all the same.
        Copies in files and pickles leave a communicator out.
    sync_words : int, optional
        With ``comm`` or ``deterministic``: the words that a rank trains between two merges. None means 0.25 % of the
        run for all ranks together, or 32,000 for each if that is more and no more than 0.5 %; 4,000,000 at most.
    random_state : int, RandomState, Generator or None, default None
        None draws a seed; either way ``seed_`` records it.
    verbose : int, default 0
        1 shows the progress of counting, encoding and training, and at the end of `fit` a table: time by phase, speed,
        vocabulary, losses, and the neighbours of a few words. A terminal or a notebook shows a bar, and anything else,
        such as a file, a line every ten seconds. All of it goes to standard error. More than 1 shows no more.
    callbacks : sequence of callable, default ()
        Each is called with a `fastw2v.training.Progress`; training stops when one returns True. Until then the
        model has the vectors that it had before.
    vocabulary : Vocabulary, list of words or mapping of words to counts, optional
        A ready-made vocabulary; ``min_count`` and ``max_vocab`` then do not apply. A mapping of words to row numbers, 0
        to V - 1, gives each word its row. `fit` counts the corpus anew, and of given counts takes the order of the
        words alone; in `partial_fit` on a new model they count as those of earlier text.
    initial_vectors : model, WordVectors, KeyedVectors, mapping of words to vectors or array (V, D), optional
        Input rows to start from; words missing from it start at random. Of a pandas DataFrame the index holds the
        words.
    frozen : sequence of words, optional
        Words whose vectors do not change; those without an initial vector stay at their random start, with a warning.
    errors : {"strict", "replace", "ignore"}, default "strict"
        How to handle invalid UTF-8 in files.
    spool : path, bool or None, default None
        For corpora larger than memory: a folder for the word ids (8 bytes per token), kept in temporary files that
        vanish with the process. True means ``TMPDIR``, or else ``/var/tmp``. It does not affect the result.

    Attributes
    ----------
    vectors_ : WordVectors
        The word vectors, float32 (V, D).
    context_vectors_ : WordVectors
        The words' output rows, float32 (V, D); not with ``loss="hs"``.
    node_vectors_ : array of float32, shape (V - 1, D)
        The output rows of the tree's inner nodes, with ``loss="hs"`` or ``"both"``. They are numbered in the order in
        which the Huffman tree of the counts is built; the root is the last.
    device_vectors_ : cupy.ndarray of float32, shape (V, D)
        The word vectors on the GPU, after training there: PyTorch, JAX and CuPy share them without a copy. They take
        the GPU's memory until ``del model.device_vectors_`` or the next training; copies and files leave them behind.
    vocabulary_ : Vocabulary
        The words that have vectors, and their counts. The most frequent words come first, unless ``vocabulary``, an
        EncodedCorpus of ready-made ids or `partial_fit` gave another order.
    loss_history_ : list of float
        Mean loss per positive pair of each epoch.
    n_iter_ : int
        Finished epochs.
    report_ : Report
        Speed, threads, instruction set, tokens read, kept by subsampling on average, and pairs trained.
    corpus_report_ : EncodeReport
        What was read and what was dropped: tokens, sentences, rare words, invalid bytes.
    tokenizer_ : str or callable
        What splits strings; "tokens" after training on token lists.
    seed_ : int
        The seed of all draws, to repeat the run with ``random_state=model.seed_``.

    Notes
    -----
    Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013. With
    ``n_jobs=1``, the same seed, version and instruction set give bit-equal vectors. More threads use the same draws but
    add their updates in any order. Different models may be used from different threads; a model runs one `fit` at a
    time.

    Examples
    --------
    >>> from fastw2v import Word2Vec
    >>> corpus = [["red", "wine"], ["white", "wine"], ["red", "rose"], ["white", "rose"]] * 50
    >>> # Of a text of a few words, all of them frequent, sample=0 trains every pair.
    >>> model = Word2Vec(corpus, vector_size=16, min_count=1, sample=0, random_state=1, n_jobs=1).fit()
    >>> model["wine"].shape, "rose" in model, len(model.loss_history_)
    ((16,), True, 5)
    """

    context_vectors_: WordVectors
    node_vectors_: NDArray[np.float32]
    device_vectors_: Any
    vocabulary_: Vocabulary
    loss_history_: list[float]
    n_iter_: int
    report_: Report
    corpus_report_: EncodeReport
    tokenizer_: Tokenizer
    seed_: int | None
    n_features_out_: int
    _unfinished: Session | None
    _gensims = OF_MODELS
    _stopped_passes = 0  # of partial_fit, since the last fit
    _was_fitted = False  # by a fit of one epoch or more, before any partial_fit

    @with_gensims_names_told(PARAMETERS, LAYER, BOOKS_PARAMETERS)
    def __init__(
        self,
        corpus: str | os.PathLike[str] | Iterable[Any] | EncodedCorpus | None = None,
        *,
        vector_size: int = 100,
        window: int = 5,
        min_count: int = 5,
        max_vocab: int | None = None,
        architecture: Architecture = "skipgram",
        loss: Loss = "ns",
        negative: int = 5,
        ns_exponent: float = 0.75,
        sample: float = 1e-3,
        epochs: int = 5,
        learning_rate: float | None = None,
        min_learning_rate: float | None = None,
        cbow_mean: bool = True,
        cbow_gradient: CbowGradient = "sum",
        shrink_windows: ShrinkWindows = True,
        negative_sharing: NegativeSharing = "tile",
        slow_frequent: bool = True,
        tokenizer: Tokenizer | None = None,
        device: Device = "auto",
        n_jobs: int | None = None,
        deterministic: int | None = None,
        comm: Any = None,
        sync_words: int | None = None,
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
        self.loss = loss
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
        self.slow_frequent = slow_frequent
        self.tokenizer = tokenizer
        self.device = device
        self.n_jobs = n_jobs
        self.deterministic = deterministic
        self.comm = comm
        self.sync_words = sync_words
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
            Continue where an interrupted `fit` of this model stopped, or else from the file ``checkpoint``. Parameters
            that decide the result must be the same as then; a ``random_state`` of None keeps the seed.
        checkpoint : path, optional
            Save the state of training to this file every ``every`` seconds, when stopped, and at the end.
        every : float, optional
            Seconds; None means 600. With ``comm`` or ``deterministic`` a checkpoint that is due waits for a rest: a run
            has ten of them, or one at the end of each epoch; and after an exception none is written.

        Returns
        -------
        Word2Vec
            The model itself.

        Raises
        ------
        CorpusError, CorpusTypeError
            The corpus cannot be used; the message says where and why.
        ParameterError
            A parameter is out of range.
        DivergedError
            Training produced values that are not finite. The model holds the vectors of the last checkpoint written in
            this call; without one it is unchanged.
        DeviceError
            The GPU failed while it was at work. The model is left as after a DivergedError.
        BackendUnavailable
            The device cannot be used; the message says why.
        MemoryError
            Training needs more memory than is free.
        OSError
            A file cannot be read, or the folder ``spool`` is full or not writable. Or the checkpoint at the end, or at
            a stop, cannot be written; the model holds what was trained. One that was due before is only warned of.
        FormatError
            The file ``checkpoint`` cannot be resumed from: it is none, or was written with another corpus or other
            parameters. Or it exists and is of another kind, or a word does not fit it, as one of more than 64 KiB.
        ValueError
            There is no corpus, or both the constructor and `fit` were given one; or there is nothing to resume.
        RuntimeError
            Another thread is fitting this model.
        """
        check_ranks(self.deterministic, self.comm, self.sync_words, self.device)
        with self._only_fit(), opened(self.comm) as comm:
            with agreed_with(comm):
                request, corpus = self._request(checkpoint=checkpoint, every=every), None if resume else self._chosen(X)
            session = self._resumed(X, request, comm) if resume else begin(request, corpus, comm=comm)
            self._run(session)
            self._stopped_passes, self._was_fitted = 0, bool(self.loss_history_)
            self._remember_width(X)
        return self

    def partial_fit(self, X: Any, y: Any = None, *, new_words: bool = False) -> Self:  # noqa: N803
        """Continue training on new text, one pass per call.

        Parameters
        ----------
        X : as ``corpus``
        y : ignored
        new_words : bool, default False
            Whether words that the model does not know join its vocabulary, where they occur ``min_count`` times in
            ``X``. Otherwise the vocabulary is fixed.

        Returns
        -------
        Word2Vec
            The model itself. ``vocabulary_.counts`` include the words of ``X``, ``loss_history_`` and ``n_iter_`` this
            pass; ``report_`` and ``corpus_report_`` describe ``X``.

        Raises
        ------
        CorpusError
            No word of ``X`` is in the vocabulary, nor joins it; also as for `fit`.
        ValueError
            The model was loaded from a file without context vectors, so training cannot continue.

        Notes
        -----
        The first call on an unfitted model fixes the vocabulary: ``vocabulary`` if it was given, otherwise the words of
        ``X`` by ``min_count`` and ``max_vocab``. Counts given with ``vocabulary`` (a mapping, or a `Vocabulary`) are
        added to those of ``X``, and so decide subsampling and noise words from the first call on. From then on, and
        after `fit`, other words are dropped and counted in ``corpus_report_`` (``dropped_words``, ``dropped_tokens``,
        ``dropped_examples``), unless ``new_words`` adds them.

        New words get rows after those of known words, which stay as they are, most frequent first, until the
        vocabulary has ``max_vocab`` words. A word that is rare in each text never joins, however many texts hold it.
        Its vector starts from ``initial_vectors`` if these hold the word (an array holds none but the first words), or
        at random: uniform in [-1, 1) / D, a function of ``seed_`` and the word alone, through the 64-bit BLAKE2b hash
        of its UTF-8; when it joins and what else joins does not matter. Its context vector starts at zero.

        The learning rate is ``learning_rate`` throughout, because the number of calls to come is unknown; None means
        the default of a long run, and a quarter of it once a `fit` has finished an epoch, else the pass would undo much
        of what was learned. A ``min_learning_rate`` is reached at the end of each pass, linearly; ``epochs`` does not
        apply. Change them between calls with `set_params`. Subsampling, noise words and ``slow_frequent`` follow the
        counts of all text so far. Each pass makes its own draws, determined by ``seed_`` and the number of passes
        before it, so the same calls give the same vectors with ``n_jobs=1``.

        Examples
        --------
        >>> from fastw2v import Word2Vec
        >>> model = Word2Vec(min_count=1, sample=0, vector_size=8, random_state=1, n_jobs=1)
        >>> for text in ([["red", "wine"], ["red", "rose"]] * 9, [["red", "wine", "beer"]] * 9):
        ...     model = model.partial_fit(text)
        >>> model.n_iter_, model.corpus_report_.dropped_words, "beer" in model
        (2, 1, False)
        >>> model.partial_fit([["red", "wine", "beer"]] * 9, new_words=True).vectors_.index_to_key
        ['red', 'wine', 'rose', 'beer']
        """
        if self.comm is not None:
            raise ParameterError("partial_fit trains on one rank: set comm=None, and pass the text to one process")
        with self._only_fit():
            request = one_pass(self._request(new_words=new_words), trained=self._was_fitted)
            started = self.__sklearn_is_fitted__()
            if not started and self.corpus is not None and X is not self.corpus:
                warn_user(
                    "partial_fit trains on X alone: the corpus given to the constructor has not been trained on; call "
                    "fit() first to train on it"
                )
            seed = self.seed_ if started and self.seed_ is not None else resolve_seed(self.random_state)
            session = next_pass(request, X, self._standing(seed)) if started else first_pass(request, X, seed)
            tokenizer = tokenizer_after(self.tokenizer_, session.corpus.tokenizer) if started else None
            try:
                self._run(session, tokenizer, seed)
            finally:
                if not session.state.complete:  # it cannot be resumed, nor does n_iter_ count it
                    self._unfinished, self._stopped_passes = None, self._stopped_passes + 1
            self._remember_width(X)
        return self

    # ------------------------------------------------------------------ documents to vectors

    def transform(self, X: Iterable[Any]) -> NDArray[np.float32]:  # noqa: N803
        """Return the mean of each document's known word vectors.

        Parameters
        ----------
        X : iterable of strings or token lists
            Strings are split by the tokenizer of `fit`.

        Returns
        -------
        float32 (documents, D)
            A document without known words gets zeros.

        Warns
        -----
        RuntimeWarning
            More than half of the documents hold no known word, or few words of the documents are known; ``tokenizer``
            was changed since `fit`; or words are left out, because their vectors hold NaN or infinity. Of a
            single document the words of the warning do not vary, so that Python shows it once; what was found is in the
            log of the package, at level DEBUG.

        Raises
        ------
        CorpusTypeError
            ``X`` is not a list of documents but, say, one string, a table or a sparse matrix; or an item of it is not a
            document.
        CorpusError
            ``X`` is an exhausted iterator.
        ValueError
            `fit` was given a two-dimensional array, and ``X`` is one of another width.
        """
        model = self._still()
        model._check_width(X)
        warn_of_other_tokenizer(model.tokenizer_, model.tokenizer)
        return mean_vectors(X, model.vectors_, model.tokenizer_)

    def fit_transform(self, X: Iterable[Any], y: Any = None, **fit_params: Any) -> NDArray[np.float32]:  # noqa: N803
        """Train on documents, and return their mean vectors: `fit`, then `transform`.

        Parameters
        ----------
        X : iterable of strings or token lists
            An iterator is read into a list first.
        y : ignored
        **fit_params
            As of `fit`.

        Returns
        -------
        float32 (documents, D)

        Raises
        ------
        CorpusTypeError
            ``X`` is no list of documents, but a path or one string, say: it is refused before training.
        """
        documents = documents_to_reread(X, but=self.corpus)
        return self.fit(documents, y, **fit_params).transform(documents)

    def log_probability(self, X: Iterable[Any]) -> NDArray[np.float64]:  # noqa: N803
        """Return the log probability of each document under a model with hierarchical softmax.

        Parameters
        ----------
        X : iterable of strings or token lists
            Strings are split by the tokenizer of `fit`. Words that are not in the vocabulary are left out.

        Returns
        -------
        float64 (documents,)
            Skip-gram: the sum over all pairs within the window of ``log p(word | other word)``. CBOW: the sum over all
            words of ``log p(word | its context)``, where a lonely word's hidden row is zero. No word is subsampled, and
            no window shrunk. A document without pairs (CBOW: without known words) gets 0.

        Raises
        ------
        ValueError
            The model was trained by negative sampling alone, which has no probabilities.
        CorpusTypeError, CorpusError
            As in `transform`.

        Notes
        -----
        A classifier with one model per class compares these figures: M. Taddy, "Document classification by inversion of
        distributed language representations", 2015. It is gensim's ``score``.

        Examples
        --------
        >>> from fastw2v import Word2Vec
        >>> corpus = [["red", "wine"], ["white", "wine"], ["red", "rose"], ["white", "rose"]] * 50
        >>> model = Word2Vec(loss="hs", vector_size=8, min_count=1, sample=0, random_state=1, n_jobs=1).fit(corpus)
        >>> likely, unlikely = model.log_probability([["red", "wine"], ["red", "white"]])
        >>> bool(likely > unlikely)
        True
        """
        model = self._still()
        if not hasattr(model, "node_vectors_"):
            raise ValueError(
                "log_probability: this model has no output rows of hierarchical softmax; negative sampling trains "
                "scores, not probabilities: fit a model with loss='hs'"
            )
        mean = model.cbow_mean if model.architecture == "cbow" else None
        return log_probabilities(X, model.vectors_, model.node_vectors_, model.window, mean, model.tokenizer_)

    @property
    def _n_features_out(self) -> int:
        return self.n_features_out_

    # ------------------------------------------------------------------ the fitted model

    @property
    def wv(self) -> WordVectors:
        """The word vectors, under gensim's name."""
        if not self.__sklearn_is_fitted__():
            from sklearn.exceptions import NotFittedError

            if self._fit_under_way() is not None:
                raise NotFittedError(f"this {type(self).__name__} has no vectors yet: {self._how_to_get_vectors()}")
            raise NotFittedError(f"this {type(self).__name__} has no vectors yet: call fit() first")
        return self.vectors_

    @overload
    def __getitem__(self, words: slice) -> WordVectors: ...
    @overload
    def __getitem__(self, words: Hashable | Sequence[Hashable]) -> NDArray[np.float32]: ...
    def __getitem__(self, words: Any) -> Any:
        """Return the vector of a word, or the vectors of a list of words."""
        return self.wv[words]

    def __contains__(self, word: object) -> bool:
        return word in self.wv

    __iter__ = None  # its words are those of `wv`; without this line Python would look up 0, 1, 2, ...

    def most_similar(
        self,
        positive: Any = (),
        negative: Any = (),
        topn: int = 10,
        restrict_vocab: int | None = None,
        *,
        among: Words | None = None,
        exclude: Words | None = None,
        index: SearchIndex | None = None,
    ) -> Answer:
        """Return the words nearest to a word, or to a sum of words; see `WordVectors.most_similar`."""
        return self.wv.most_similar(positive, negative, topn, restrict_vocab, among=among, exclude=exclude, index=index)

    def analogy(self, a: Hashable, b: Hashable, c: Hashable, topn: int = 10) -> Answer:
        """Answer "a is to b as c is to what?"; see `WordVectors.analogy`."""
        return self.wv.analogy(a, b, c, topn=topn)

    def similarity(self, first: Hashable, second: Hashable) -> float:
        """Return the cosine similarity of two words."""
        return self.wv.similarity(first, second)

    def plot_loss(self, ax: Any = None) -> Any:
        """Draw the mean loss per positive pair of each epoch, and of each pass of `partial_fit`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib Axes
            Its figure is ``ax.figure``: ``model.plot_loss().figure.savefig("loss.png")``.

        Raises
        ------
        MissingDependencyError
            matplotlib is missing: ``pip install 'fastw2v[plot]'``.
        ValueError
            The model is not fitted, or was loaded from a file that holds no losses.
        """
        from fastw2v.pictures.loss import plot_losses

        _ = self.wv  # raises if the model is not fitted
        return plot_losses(self.loss_history_, ax)

    # ------------------------------------------------------------------ files and copies

    def save(self, path: str | os.PathLike[str], *, format: Format | None = None, overwrite: bool = False) -> None:
        """Write the model: native (everything), or word2vec "text" or "binary" (the word vectors alone).

        Parameters
        ----------
        path : str or path
        format : {"native", "text", "binary"}, optional
            By default the suffix decides: ``.safetensors`` and ``.fw2v`` are native, ``.txt`` and ``.vec`` text,
            ``.bin`` binary.
        overwrite : bool, default False
            Replace even an existing file that is no file of word vectors, a checkpoint, or a model that can be trained
            further where the new file would hold vectors alone.

        Raises
        ------
        FormatError
            The name implies no format, the file that exists holds something else, or a word does not fit the format.
        OSError
            The file cannot be written; what was there before is unchanged.

        Notes
        -----
        Saving is all-or-nothing: an existing file is replaced only once the new one is complete.

        A native file keeps vectors, counts, losses and parameters except ``corpus``, ``vocabulary``,
        ``initial_vectors``, ``callbacks``, ``spool``, a ``random_state`` that is a generator and a ``tokenizer`` that
        is a function, of which it keeps the name. It keeps parameters that a subclass adds, if they are None, numbers
        or strings; a warning names others.
        """
        old = "save: a fit is under way, and its vectors are not there yet: those of the last one are saved"
        model = self._still(old)
        parameters = {name: getattr(model, name) for name in KEPT_PARAMETERS}
        known = {name: getattr(model, f"{name}_", None) for name in ("tokenizer", "seed")}
        metadata = record(parameters, getattr(model, "loss_history_", []), **known, fitted=model._was_fitted)
        if own := own_parameters(model, Word2Vec):
            metadata["own_parameters"] = own
        # A model that was read from a file of word vectors alone has no context vectors.
        context, nodes = model._output_rows()
        beside = if_native(path, format, context_vectors=context, node_vectors=nodes, metadata=metadata)
        save(path, model.vectors_, format=format, overwrite=overwrite, **beside)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, tokenizer: Tokenizer | None = None, verbose: int = 0) -> Self:
        """Load a model that `save` wrote in the native format, ready for use.

        For word2vec files, which hold only vectors, use `fastw2v.load`.

        Parameters
        ----------
        path : str or path
        tokenizer : {"whitespace", "words"} or callable, optional
            In place of the one that the file names. A function is not in the file: without it the loaded model refuses
            to split strings.
        verbose : int, default 0
            1 shows the progress of loading, once a second has passed. It is not the model's parameter, which comes from
            the file.

        Raises
        ------
        FormatError
            The file has another format or is damaged.
        OSError
            It cannot be read.
        """
        loaded = load_all(path, format="native", verbose=verbose)
        found = read_record(path, loaded.metadata)
        if tokenizer is not None:
            found["tokenizer"] = found["parameters"]["tokenizer"] = resolve(tokenizer, "documents")
        parameters = {**found["parameters"], "vector_size": loaded.word_vectors.vectors.shape[1]}
        model = made_with(cls, Word2Vec, parameters, loaded.metadata.get("own_parameters"))
        model.vocabulary_ = loaded.word_vectors.vocabulary
        model.vectors_ = WordVectors(loaded.word_vectors.vectors, model.vocabulary_, tokenizer=found["tokenizer"])
        if loaded.context_vectors is not None:
            model.context_vectors_ = WordVectors(loaded.context_vectors, model.vocabulary_)
        if loaded.node_vectors is not None:
            model.node_vectors_ = loaded.node_vectors
        model.loss_history_ = [float(loss) for loss in found["loss_history"]]
        model.n_iter_ = len(model.loss_history_)
        model.tokenizer_ = found["tokenizer"] or "words"
        model.seed_, model._was_fitted = found["seed"], found["fitted"]
        model.n_features_out_ = model.vectors_.vectors.shape[1]
        return model

    # ------------------------------------------------------------------ a session of training

    def _request(self, **more: Any) -> Request:
        """Return this model's request for a session, checked before anything is read or allocated."""
        parameters = TrainingParameters(**{name: getattr(self, name) for name in TRAINING_PARAMETERS})
        asked = {name: getattr(self, name) for name in REQUESTED}
        request = Request(parameters, **more, **asked).checked()
        request.warn_of_no_effect()
        return request

    def _chosen(self, X: Any) -> Any:  # noqa: N803
        """Return the corpus to train on: that of the constructor, or that of `fit`."""
        if X is not None and self.corpus is not None and X is not self.corpus:
            raise ValueError(
                "fit(X) and Word2Vec(corpus=...) were both given, and are not the same object: pass only one; "
                "to turn other documents into vectors, use transform(documents) or DocVectorizer(vectors=model)"
            )
        corpus = self.corpus if X is None else X
        if corpus is None:
            left = "; files and pickles of a fitted model leave it behind" if self.__sklearn_is_fitted__() else ""
            raise ValueError(f"no corpus: pass it to Word2Vec(corpus) or to fit(corpus){left}")
        return corpus

    def _resumed(self, X: Any, request: Request, comm: Comm | None = None) -> Session:  # noqa: N803
        """Return the session that an interrupted `fit` of this model left, or the one of the checkpoint."""
        unfinished: Session | None = self.__dict__.get("_unfinished")
        left = going_on(request, unfinished, self.corpus if X is None else X, self.__sklearn_is_fitted__(), comm)
        return resume(request, self._chosen(X), comm) if left is None else left

    def _standing(self, seed: int) -> Standing:
        """Return the state of this model, for one more pass."""
        rows = self._output_rows()
        if rows.is_empty:
            raise ValueError(
                "partial_fit: this model was loaded from a file without context vectors, so training cannot "
                "continue; start a new model from its vectors: Word2Vec(initial_vectors=model)"
            )
        vectors = self.vectors_.vectors
        return Standing(self.vocabulary_, vectors, rows, self.loss_history_, self.n_iter_, seed, self._stopped_passes)

    def _output_rows(self) -> OutputRows:
        """Return the output rows that this model has: one read from a file of word vectors alone has none."""
        context = self.context_vectors_.vectors if hasattr(self, "context_vectors_") else None
        return OutputRows(context, getattr(self, "node_vectors_", None))

    def _run(self, session: Session, tokenizer: Tokenizer | None = None, seed: int | None = None) -> None:
        vars(self).pop("device_vectors_", None)  # the GPU's memory is needed
        callbacks = [*session.request.callbacks, self._begin_training()]
        try:
            run(session._replace(request=replace(session.request, callbacks=callbacks)))
        finally:
            # What fails before anything is trained, such as a checkpoint that cannot be written, costs no vectors.
            if session.state.has_begun and not session.state.diverged:
                self._take(session, session.corpus.tokenizer if tokenizer is None else tokenizer, seed)

    def _take(self, session: Session, tokenizer: Tokenizer, seed: int | None) -> None:
        """Take over the session's vectors; keep the session only while there is something to resume."""
        state, corpus = session.state, session.corpus
        # An unfinished run trains on in place, so the model gets copies of its rows.
        kept = [each if state.complete or each is None else each.copy() for each in (state.w_in, *state.output_rows)]
        vectors, context, nodes = kept
        assert vectors is not None
        device_rows, state.device_rows = state.device_rows, None
        learned: dict[str, Any] = {
            "vectors_": WordVectors(vectors, corpus.vocabulary, tokenizer=tokenizer),
            "context_vectors_": None if context is None else WordVectors(context, corpus.vocabulary),
            "node_vectors_": nodes,
            "device_vectors_": device_rows,
            "vocabulary_": corpus.vocabulary,
            "loss_history_": list(state.loss_history),
            "n_iter_": len(state.loss_history),
            "report_": state.report,
            "corpus_report_": corpus.report,
            "tokenizer_": tokenizer,
            "seed_": state.plan.seed if seed is None else seed,
            "n_features_out_": state.params.vector_size,
            "_unfinished": None if state.complete else session,
        }
        self._publish(learned)

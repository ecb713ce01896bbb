"""gensim's names of arguments, attributes and methods, and the textbook's, answered with this package's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

LAYER = ", or import Word2Vec from fastw2v.compat.gensim, which takes gensim's names"
_CORPUS = "pass corpus instead"
# gensim's names of parameters that are here under another name; the command line answers options with them, too.
OWN_NAMES = {
    **{"size": "vector_size", "iter": "epochs", "alpha": "learning_rate", "min_alpha": "min_learning_rate"},
    **{"workers": "n_jobs", "max_final_vocab": "max_vocab"},
}
# What the textbook (*Deep Learning from Scratch 2*, chapter 4) calls parameters that are here under another name.
OWN_NAMES_OF_BOOK = {
    **{"hidden_size": "vector_size", "window_size": "window", "sample_size": "negative", "power": "ns_exponent"},
    **{"max_epoch": "epochs", "max_epochs": "epochs"},
}
BOOKS_PARAMETERS = {
    **{theirs: f"pass {ours} instead" for theirs, ours in OWN_NAMES_OF_BOOK.items()},
    "vocab_size": "leave it out: the corpus decides; max_vocab limits the vocabulary",
    "batch_size": "leave it out: training takes tiles of a size that depends on the corpus",
    "optimizer": "leave it out: every step is one of plain gradient descent; pass learning_rate for its rate",
    "max_grad": "leave it out: no step is clipped",
    "eval_interval": "leave it out: pass verbose=1 to see progress, or callbacks",
}
# What gensim calls the parameters of `Word2Vec`, and what to write here.
PARAMETERS = {
    **dict.fromkeys(["sentences", "corpus_file", "corpus_iterable"], _CORPUS),
    **{theirs: f"pass {ours} instead" for theirs, ours in OWN_NAMES.items()},
    "seed": "pass random_state instead",
    "sg": "pass architecture='skipgram' or architecture='cbow' instead",
    "hs": "pass loss='hs' instead, or loss='both' for hs=1 with negative=5",
    "max_vocab_size": "leave it out: nothing is dropped while words are counted; max_vocab limits the vocabulary",
    "trim_rule": "pass vocabulary=[the words to keep] instead",
    "hashfxn": "leave it out: the first vectors follow random_state alone",
    "null_word": "leave it out: there is no padding word",
    "sorted_vocab": "leave it out: words are ordered by count; vocabulary=[...] keeps its own order",
    "batch_words": "leave it out: threads take work of a size that depends on the corpus",
    "compute_loss": "leave it out: the loss is always recorded, in loss_history_",
    "comment": "leave it out: a model keeps no comment",
}

# Those of gensim's load_word2vec_format.
OF_LOADING = {
    "binary": "leave it out: the format is seen from the file",
    "no_header": "leave it out: whether there is a header is seen from the file",
    "datatype": "leave it out: vectors are float32; of another type wv.vectors.astype(type) is a copy",
    "unicode_errors": "pass errors instead",
    "binary_chunk_size": "leave it out",
    "fvocab": "leave it out, and add counts by WordVectors(wv.vectors, wv.index_to_key, counts)",
}

_ON_WV = "it is one of model.wv"
_READING = "fit(corpus) reads the corpus and builds the vocabulary"
_INNER = f"{_READING}, the rows and the tables"
_OWN = "import Word2Vec from fastw2v.compat.gensim, which has it"
OF_MODELS: Mapping[str, str] = {
    **PARAMETERS,
    "train": "fit(corpus) trains; partial_fit(corpus) continues training on new text",
    "build_vocab": f"{_READING}; Word2Vec(vocabulary=...) takes a ready-made one",
    "build_vocab_from_freq": "pass the counts as Word2Vec(vocabulary={word: count}): partial_fit(X) on a new "
    "model uses them, fit(corpus) counts anew",
    "syn1neg": "the context vectors are model.context_vectors_.vectors",
    "syn1": "the rows of the tree's nodes are model.node_vectors_",
    "score": "use model.log_probability(documents)",
    "layer1_size": "it is model.vector_size",
    "corpus_count": "it is model.corpus_report_.raw_sentences",
    "corpus_total_words": "it is model.corpus_report_.raw_tokens",
    "effective_min_count": "the least count is model.vocabulary_.counts.min()",
    **dict.fromkeys(["get_latest_training_loss", "running_training_loss"], "the losses are in model.loss_history_"),
    "total_train_time": "it is model.report_.seconds",
    "train_count": "the epochs trained are model.n_iter_",
    "min_alpha_yet_reached": "callbacks receive the learning rate, as progress.learning_rate",
    **dict.fromkeys(["lifecycle_events", "add_lifecycle_event"], "see model.report_ and model.corpus_report_"),
    "estimate_memory": "fit raises a MemoryError with the figures before it allocates rows that do not fit",
    "random": "draws follow random_state; model.seed_ has the seed",
    "save_word2vec_format": "use model.save(path, format='binary') or format='text'",
    "load_word2vec_format": "use fastw2v.load(path)",
    "intersect_word2vec_format": "pass Word2Vec(initial_vectors=fastw2v.load(path), frozen=words) instead",
    **dict.fromkeys(["predict_output_word", "reset_from"], _OWN),
    "init_sims": "unit vectors are made when they are needed: model.wv.unit_vectors",
    **dict.fromkeys(["key_to_index", "index_to_key", "vectors", "doesnt_match", "distance", "distances"], _ON_WV),
    **dict.fromkeys(["n_similarity", "most_similar_cosmul", "closer_than", "rank", "get_mean_vector"], _ON_WV),
    **dict.fromkeys(["vocab", "index2word", "index2entity"], "use model.wv.key_to_index and model.wv.index_to_key"),
    **dict.fromkeys(["similar_by_word", "similar_by_vector"], "use model.wv.most_similar"),
    **dict.fromkeys(["add_null_word", "create_binary_tree", "cum_table", "init_weights", "make_cum_table"], _INNER),
    **dict.fromkeys(["prepare_vocab", "prepare_weights", "raw_vocab", "scan_vocab", "seeded_vector"], _INNER),
    "update_weights": _INNER,
}

DO_NOT_CHANGE = "these vectors do not change: make new ones, WordVectors(vectors, words)"
_NEAREST = "use wv.most_similar, which takes words and vectors"
_COMPAT = "fastw2v.compat.gensim.KeyedVectors(wv.vectors, wv.vocabulary) has it"
OF_VECTORS: Mapping[str, str] = {
    **dict.fromkeys(["vocab", "index2word", "index2entity"], "use wv.key_to_index and wv.index_to_key"),
    "wv": "these are the word vectors already: leave out the second .wv",
    **dict.fromkeys(["get_vector", "word_vec"], "use wv[word]"),
    "get_index": "use wv.row(word)",
    "has_index_for": "use `word in wv`",
    **dict.fromkeys(["get_vecattr", "expandos"], "the counts are wv.counts; of one word, wv.counts[wv.row(word)]"),
    **dict.fromkeys(["get_normed_vectors", "vectors_norm"], "use wv.unit_vectors"),
    **dict.fromkeys(["init_sims", "fill_norms"], "unit vectors are made when they are needed: wv.unit_vectors"),
    "norms": "use np.linalg.norm(wv.vectors, axis=1)",
    **dict.fromkeys(["similar_by_word", "similar_by_key", "similar_by_vector"], _NEAREST),
    "words_closer_than": "use wv.closer_than(first, second)",
    **dict.fromkeys(["save", "save_word2vec_format"], "use fastw2v.save(path, wv, format='binary') or format='text'"),
    **dict.fromkeys(["load", "load_word2vec_format"], "use fastw2v.load(path)"),
    "intersect_word2vec_format": "pass Word2Vec(initial_vectors=fastw2v.load(path), frozen=words) instead",
    "evaluate_word_pairs": "use fastw2v.evaluate.evaluate_word_pairs(wv, pairs)",
    "evaluate_word_analogies": "use fastw2v.evaluate.evaluate_analogies(wv, questions)",
    **dict.fromkeys(["log_accuracy", "log_evaluate_word_pairs"], "the reports of fastw2v.evaluate can be printed"),
    **dict.fromkeys(["add_vector", "add_vectors", "set_vecattr", "allocate_vecattrs", "resize_vectors"], DO_NOT_CHANGE),
    **dict.fromkeys(["sort_by_descending_frequency", "unit_normalize_all"], DO_NOT_CHANGE),
    **dict.fromkeys(["next_index", "mapfile_path"], DO_NOT_CHANGE),
    "vectors_lockf": "pass the words to keep as Word2Vec(frozen=words)",
    **dict.fromkeys(["cosine_similarities", "most_similar_to_given", "rank_by_centrality"], _COMPAT),
    **dict.fromkeys(["relative_cosine_similarity", "vectors_for_all", "wmdistance"], _COMPAT),
    **dict.fromkeys(["similarity_unseen_docs", "add_lifecycle_event"], "use gensim's own: wv.to_gensim()"),
}


def with_gensims_names_told(
    names: Mapping[str, str], otherwise: str = "", books: Mapping[str, str] | None = None
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Let a function refuse gensim's names of keyword arguments with a `TypeError` that says what to write instead.

    So it refuses those of the textbook, where there are any.
    """
    of_book = books or {}

    def telling(function: Callable[Given, Result]) -> Callable[Given, Result]:
        @wraps(function)
        def checked(*args: Given.args, **options: Given.kwargs) -> Result:
            for name in options:
                if name in names:
                    raise TypeError(f"{name}= is gensim's name: {names[name]}{otherwise}")
                if name in of_book:
                    raise TypeError(f"{name}= is the textbook's name: {of_book[name]}")
            return function(*args, **options)

        return checked

    return telling


class Answers:
    """Base of classes that answer gensim's names of attributes with their own, read or set; `hasattr` is False."""

    _gensims: ClassVar[Mapping[str, str]] = {}

    def _why_absent(self, name: str) -> str | None:
        """Return why there is no such attribute, where a subclass knows."""
        return None

    if not TYPE_CHECKING:  # else mypy would accept every name

        def __getattr__(self, name: str) -> Any:
            """Raise; Python calls this only for names that were not found, or whose property raised AttributeError."""
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)  # raises it again
            raise self._absent(name)

        def __setattr__(self, name: str, value: Any) -> None:
            """Set an attribute, unless it is one of gensim's, without effect here; subclasses may have their own."""
            if name in self._gensims and type(self).__module__.startswith("fastw2v."):
                raise self._absent(name)
            super().__setattr__(name, value)

        def _absent(self, name: str) -> AttributeError:
            kind = type(self).__name__
            message = f"{kind!r} object has no attribute {name!r}"
            if why := self._why_absent(name):
                message = why
            elif name in self._gensims:
                message = f"{name} is gensim's name, which {kind} does not have: {self._gensims[name]}"
            return AttributeError(message, name=name, obj=self)

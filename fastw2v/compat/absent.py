"""gensim attributes that these classes lack: reading or setting one raises an AttributeError with the alternative.

`hasattr` is False.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fastw2v.errors import ParameterError

OF_VECTORS = {
    **dict.fromkeys(["index2entity", "index2word"], "use wv.index_to_key"),
    "vocab": "use wv.key_to_index and wv.index_to_key, and wv.get_vecattr(word, 'count') for a count",
    **dict.fromkeys(["vectors_norm", "syn0norm"], "use wv.get_normed_vectors()"),
    "syn0": "use wv.vectors",
    "similarity_unseen_docs": "it belongs to Doc2Vec, also in gensim; see wv.n_similarity and wv.wmdistance",
    **dict.fromkeys(["log_accuracy", "log_evaluate_word_pairs"], "the evaluations return what these would log"),
}
_INNER = "vocabulary, weights and noise are made by build_vocab and train, and have no methods of their own"
_OF_WV = "words, vectors and their methods are those of model.wv, as in gensim 4"
OF_MODELS = {
    "wv": "there are no vectors yet: call build_vocab(sentences) first",
    "syn1neg": "a model has it once build_vocab(sentences) was called, unless negative=0",
    "syn1": "a model has it once build_vocab(sentences) was called, if hs=1",
    "init_sims": "use model.wv.get_normed_vectors()",
    "estimate_memory": "a model that does not fit raises a MemoryError with the figures before training",
    "create_binary_tree": "the tree follows from the counts, and is made by train",
    **dict.fromkeys(["layer1_size", "size"], "use model.vector_size"),
    "iter": "use model.epochs",
    "add_lifecycle_event": "see model.loss_history and model.total_train_time",
    "vocabulary": "use model.wv",
    "trainables": "use model.syn1neg",
    **dict.fromkeys(["most_similar", "most_similar_cosmul", "similar_by_word", "similar_by_vector"], _OF_WV),
    **dict.fromkeys(["similarity", "n_similarity", "doesnt_match", "wmdistance", "word_vec", "get_vector"], _OF_WV),
    **dict.fromkeys(["vectors", "vocab", "index2word", "index2entity", "syn0", "syn0norm", "accuracy"], _OF_WV),
    **dict.fromkeys(["evaluate_word_pairs", "save_word2vec_format", "load_word2vec_format"], _OF_WV),
    **dict.fromkeys(["add_null_word", "make_cum_table", "seeded_vector", "cum_table"], _INNER),
}


class NotAModelError(ParameterError, AttributeError):
    """A file holds vectors and no model; gensim raises an AttributeError there."""


class Absent:
    """Base of classes that name an alternative for attributes that only gensim has."""

    _absent: ClassVar[Mapping[str, str]] = {}
    _made_later: ClassVar[Sequence[str]] = ()  # of the absent ones, those that the object gets in time

    if not TYPE_CHECKING:  # else mypy would accept every name

        def __getattr__(self, name: str) -> Any:
            """Raise; Python calls this only for names that were not found."""
            raise self._without(name)

        def __setattr__(self, name: str, value: Any) -> None:
            """Set an attribute, unless gensim's would have an effect that this one does not have."""
            if name in type(self)._absent and name not in type(self)._made_later:
                raise self._without(name)
            super().__setattr__(name, value)

        def _without(self, name: str) -> AttributeError:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            instead = type(self)._absent.get(name)
            return AttributeError(f"{message}, unlike gensim's: {instead}" if instead else message)

"""gensim attributes that these classes lack: reading or setting one raises an AttributeError with the alternative.

`hasattr` is False.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fastw2v.compat.hooks import OF_TRAINING
from fastw2v.errors import ParameterError

OF_VECTORS = {
    **dict.fromkeys(["index2entity", "index2word"], "use wv.index_to_key"),
    "vocab": "use wv.key_to_index and wv.index_to_key, and wv.get_vecattr(word, 'count') for a count",
    **dict.fromkeys(["vectors_norm", "syn0norm"], "use wv.get_normed_vectors()"),
    "wv": "these are the word vectors already: leave out the second .wv",
    "syn0": "use wv.vectors",
    "accuracy": "use wv.evaluate_word_analogies(path)",
    "similarity_unseen_docs": "it belongs to Doc2Vec, also in gensim; see wv.n_similarity and wv.wmdistance",
    **dict.fromkeys(["log_accuracy", "log_evaluate_word_pairs"], "the evaluations return what these would log"),
}
_INNER = "vocabulary, weights and noise are made by build_vocab and train, and have no methods of their own"
_OF_WV = "words, vectors and their methods are those of model.wv, as in gensim 4"
OF_MODELS = {
    "wv": "there are no vectors yet: call build_vocab(sentences) first",
    "syn1neg": "a model has it once build_vocab(sentences) was called, unless negative=0",
    "syn1": "a model has it once build_vocab(sentences) was called, if hs=1",
    "create_binary_tree": "the tree follows from the counts, and is made by train",
    "size": "use model.vector_size",
    "iter": "use model.epochs",
    "random": "draws follow from model.seed, which may be set",
    "callbacks": "a model keeps none: pass them to each train(sentences, callbacks=[...])",
    "vocabulary": "use model.wv",
    "trainables": "use model.syn1neg",
    **dict.fromkeys(["most_similar", "most_similar_cosmul", "similar_by_word", "similar_by_vector"], _OF_WV),
    **dict.fromkeys(["similarity", "n_similarity", "doesnt_match", "wmdistance", "word_vec", "get_vector"], _OF_WV),
    **dict.fromkeys(["vectors", "vocab", "index2word", "index2entity", "syn0", "syn0norm", "accuracy"], _OF_WV),
    **dict.fromkeys(["evaluate_word_pairs", "save_word2vec_format", "load_word2vec_format"], _OF_WV),
    **dict.fromkeys(["key_to_index", "index_to_key", "get_vecattr", "distance", "distances", "rank", "norms"], _OF_WV),
    **dict.fromkeys(["closer_than", "words_closer_than", "most_similar_to_given", "similar_by_key"], _OF_WV),
    **dict.fromkeys(["relative_cosine_similarity", "get_normed_vectors", "add_vector", "add_vectors"], _OF_WV),
    **dict.fromkeys(["docvecs", "dv", "infer_vector"], "a Word2Vec has words only; use fastw2v.DocVectorizer"),
    "delete_temporary_training_data": "keep model.wv alone: wv = model.wv; del model",
    **dict.fromkeys(["reset_weights", "sort_vocab", "finalize_vocab", "scale_vocab", "clear_sims"], _INNER),
    **dict.fromkeys(["add_null_word", "seeded_vector"], _INNER),
    **OF_TRAINING,
}


class NotAModelError(ParameterError, AttributeError):
    """A file holds vectors and no model; gensim raises an AttributeError there."""


class Absent:
    """Base of classes that name an alternative for attributes that only gensim has."""

    _absent: ClassVar[Mapping[str, str]] = {}
    _gensims: ClassVar[Mapping[str, str]] = {}  # the names that the native classes refuse are these classes' own
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

"""gensim attributes that these classes lack: reading one raises an AttributeError with the alternative.

`hasattr` is False. A script may give a model an attribute of its own under such a name; `wv` refuses it, as gensim's
does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from fastw2v.compat.hooks import OF_TRAINING
from fastw2v.errors import ParameterError, warn_user

_KERAS = "use keras.layers.Embedding(*model.wv.vectors.shape, weights=[model.wv.vectors])"
OF_VECTORS = {
    **dict.fromkeys(["index2entity", "index2word"], "use wv.index_to_key"),
    "vocab": "use wv.key_to_index and wv.index_to_key, and wv.get_vecattr(word, 'count') for a count",
    **dict.fromkeys(["vectors_norm", "syn0norm"], "use wv.get_normed_vectors()"),
    "wv": "these are the word vectors already: leave out the second .wv",
    "syn0": "use wv.vectors",
    "syn0_lockf": "use wv.vectors_lockf",
    "accuracy": "use wv.evaluate_word_analogies(path)",
    "add": "use wv.add_vectors(keys, weights)",
    "get_keras_embedding": _KERAS.replace("model.", ""),
    "similarity_matrix": (
        "use gensim's own, SparseTermSimilarityMatrix(WordEmbeddingSimilarityIndex(wv.to_gensim()), dictionary)"
    ),
    "similarity_unseen_docs": "it belongs to Doc2Vec, also in gensim; see wv.n_similarity and wv.wmdistance",
    **dict.fromkeys(["log_accuracy", "log_evaluate_word_pairs"], "the evaluations return what these would log"),
}
# What gensim's vectors refuse as well, or what scripts set to have vectors changed.
REFUSED_BY_VECTORS = frozenset(["index2entity", "index2word", "vocab", "vectors_norm", "syn0norm", "syn0", "wv"])
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
    **dict.fromkeys(["vectors", "syn0norm", "accuracy", "evaluate_word_pairs", "save_word2vec_format"], _OF_WV),
    "vocab": "use model.wv.key_to_index, and model.wv.get_vecattr(word, 'count') for a count",
    **dict.fromkeys(["index2word", "index2entity"], "use model.wv.index_to_key"),
    "syn0": "use model.wv.vectors",
    **dict.fromkeys(["syn0_lockf", "vectors_lockf"], "use model.wv.vectors_lockf"),
    "load_word2vec_format": "use KeyedVectors.load_word2vec_format(path), which reads vectors, as in gensim 4",
    "intersect_word2vec_format": "use model.wv.intersect_word2vec_format(path), as in gensim 4",
    "get_keras_embedding": _KERAS,
    **dict.fromkeys(["key_to_index", "index_to_key", "get_vecattr", "distance", "distances", "rank", "norms"], _OF_WV),
    **dict.fromkeys(["closer_than", "words_closer_than", "most_similar_to_given", "similar_by_key"], _OF_WV),
    **dict.fromkeys(["relative_cosine_similarity", "get_normed_vectors", "add_vector", "add_vectors"], _OF_WV),
    **dict.fromkeys(["docvecs", "dv", "infer_vector"], "a Word2Vec has words only; use fastw2v.DocVectorizer"),
    "delete_temporary_training_data": "keep model.wv alone: wv = model.wv; del model",
    **dict.fromkeys(["reset_weights", "sort_vocab", "finalize_vocab", "scale_vocab", "clear_sims"], _INNER),
    **dict.fromkeys(["add_null_word", "seeded_vector"], _INNER),
    **OF_TRAINING,
}
# What changed the training of some gensim when a script set it.
_HAD_EFFECT = frozenset(
    ["size", "iter", "vocabulary", "trainables", "vocab", "index2word", "syn0", "syn0_lockf", "vectors_lockf"]
)


class NotAModelError(ParameterError, AttributeError):
    """A file holds vectors and no model; gensim raises an AttributeError there."""


class Absent:
    """Base of classes that name an alternative for attributes that only gensim has."""

    _absent: ClassVar[Mapping[str, str]] = {}
    _gensims: ClassVar[Mapping[str, str]] = {}  # the names that the native classes refuse are these classes' own
    _refused: ClassVar[Collection[str]] = ()  # of the absent ones, those that cannot be set

    if not TYPE_CHECKING:  # else mypy would accept every name

        def __getattr__(self, name: str) -> Any:
            """Raise; Python calls this only for names that were not found."""
            raise self._without(name)

        def __setattr__(self, name: str, value: Any) -> None:
            """Set an attribute; a script may have one of its own under an old name, of which a warning tells."""
            kind = type(self)
            if name in kind._absent and not hasattr(kind, name):  # a subclass may define it
                if name in kind._refused:
                    raise self._without(name)
                if name in _HAD_EFFECT:
                    warn_user(
                        f"{kind.__name__}.{name} has no effect on training, and is kept as an attribute of your own: "
                        f"{kind._absent[name]}"
                    )
            super().__setattr__(name, value)

        @classmethod
        def _without(cls, name: str) -> AttributeError:
            message = f"{cls.__name__!r} object has no attribute {name!r}"
            instead = cls._absent.get(name)
            return AttributeError(f"{message}, unlike gensim's: {instead}" if instead else message)


class AbsentFromClass:
    """An absent name that scripts ask the class for, where `Absent` would not be asked."""

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any) -> NoReturn:
        raise owner._without(self.name)

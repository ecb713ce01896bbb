"""gensim attributes that these classes lack: reading or setting one raises an AttributeError with the alternative.

`hasattr` is False.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

_UNCHANGING = "these vectors do not change; make new ones, or use gensim's: wv.to_gensim()"
_AS_GENSIM = "use gensim's own: wv.to_gensim()"
OF_VECTORS = {
    **dict.fromkeys(["vocab", "index2entity", "index2word"], "use wv.key_to_index and wv.index_to_key"),
    "vectors_norm": "use wv.get_normed_vectors()",
    "word_vec": "use wv.get_vector(word)",
    "expandos": "counts are in wv.counts, and wv.get_vecattr(word, 'count') gives one",
    **dict.fromkeys(["set_vecattr", "allocate_vecattrs", "resize_vectors", "unit_normalize_all"], _UNCHANGING),
    **dict.fromkeys(["next_index", "vectors_lockf", "mapfile_path"], _UNCHANGING),
    "sort_by_descending_frequency": "use wv.commonest(len(wv))",
    "intersect_word2vec_format": "start from given vectors: fastw2v.Word2Vec(initial_vectors=fastw2v.load(path))",
    **dict.fromkeys(["rank_by_centrality", "similarity_unseen_docs"], _AS_GENSIM),
    **dict.fromkeys(["log_accuracy", "log_evaluate_word_pairs", "add_lifecycle_event"], _AS_GENSIM),
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

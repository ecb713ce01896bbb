"""Names of gensim's modules that `fastw2v.compat.gensim` lacks: importing one says what to do instead."""

from __future__ import annotations

_GENSIMS_OWN = "only word2vec is here: import it from gensim itself"
_HERE = "all names are in fastw2v.compat.gensim itself, as in: from fastw2v.compat.gensim import Word2Vec, KeyedVectors"
_DOWNLOADS = (
    "nothing is downloaded from gensim-data: fastw2v.datasets fetches text8 and evaluation sets from their authors; "
    "download vectors as a file and read them with KeyedVectors.load_word2vec_format(path, binary=True)"
)
_PHRASES = (
    "collocations are found by gensim: phrases = gensim.models.Phrases(sentences); train on "
    "[phrases[sentence] for sentence in sentences]"
)
_DOCUMENTS = "for document vectors use fastw2v.DocVectorizer, or Doc2Vec from gensim itself"
_SUBWORDS = "subwords are not trained: use gensim's own FastText, or Word2Vec for vectors of whole words"
_OLD_PARTS = "vocabulary and vectors are parts of the model, as in gensim 4: use model.wv"

_GLOVE = (
    "files of GloVe need no conversion: KeyedVectors.load_word2vec_format(path) reads them, with or without a header"
)
_INDEX = (
    "fastw2v.ann.ApproximateIndex(model.wv) is such an index, for `indexer` of most_similar; gensim's own are built "
    "from model.wv.to_gensim()"
)

INSTEAD = {
    **dict.fromkeys(["models", "word2vec", "keyedvectors", "callbacks"], _HERE),
    **dict.fromkeys(["api", "downloader", "load", "info"], _DOWNLOADS),
    **dict.fromkeys(["Phrases", "Phraser", "FrozenPhrases", "phrases"], _PHRASES),
    **dict.fromkeys(["Doc2Vec", "TaggedDocument", "TaggedLineDocument", "LabeledSentence", "doc2vec"], _DOCUMENTS),
    **dict.fromkeys(["FastText", "FastTextKeyedVectors", "fasttext", "load_facebook_vectors"], _SUBWORDS),
    **dict.fromkeys(["Vocab", "Word2VecVocab", "Word2VecTrainables", "BaseWordEmbeddingsModel"], _OLD_PARTS),
    **dict.fromkeys(["utils", "corpora", "similarities", "matutils", "parsing", "interfaces"], _GENSIMS_OWN),
    **dict.fromkeys(["LdaModel", "LdaMulticore", "LsiModel", "TfidfModel", "CoherenceModel"], _GENSIMS_OWN),
    **dict.fromkeys(["TranslationMatrix", "Similarity", "VocabTransform", "PoincareModel"], _GENSIMS_OWN),
    **dict.fromkeys(["to_unicode", "any2unicode", "any2utf8", "to_utf8", "deaccent", "tokenize"], _GENSIMS_OWN),
    **dict.fromkeys(["Dictionary", "MmCorpus", "SaveLoad", "TextCorpus", "WikiCorpus", "dictionary"], _GENSIMS_OWN),
    "MAX_WORDS_IN_BATCH": "there are no batches, and sentences of any length are trained on whole",
    **dict.fromkeys(["datapath", "get_tmpfile", "common_texts", "test"], _GENSIMS_OWN),
    **dict.fromkeys(["ENGLISH_CONNECTOR_WORDS", "remove_stopwords", "WmdSimilarity"], _GENSIMS_OWN),
    **dict.fromkeys(["glove2word2vec", "scripts"], _GLOVE),
    **dict.fromkeys(["AnnoyIndexer", "NmslibIndexer"], _INDEX),
    "simple_preprocess": "fastw2v.tokenizers.words(text) splits a text into lower-case words; or import it from gensim",
    **dict.fromkeys(["EuclideanKeyedVectors", "Doc2VecKeyedVectors"], "its name is KeyedVectors, as in gensim 4"),
    "CythonLineSentence": "LineSentence is read in C",
}


def missing_name(module: str, name: str) -> Exception:
    """Return what reading a name that a module lacks raises.

    ``from module import name`` replaces an `AttributeError` by a message of its own; an `ImportError` gets through.
    """
    if name in INSTEAD:
        return ImportError(f"cannot import {name!r} from {module}: {INSTEAD[name]}", name=name, path=None)
    return AttributeError(f"module {module!r} has no attribute {name!r}")

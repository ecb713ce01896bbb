"""fastw2v: word2vec at the speed of the machine.

``Word2Vec(corpus).fit()`` trains skip-gram and CBOW word vectors with negative sampling. The names below are imported
when they are first used (PEP 562), so that ``import fastw2v`` costs almost nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Word2Vec": "api",
    "WordVectors": "vectors.word_vectors",
    "DocVectorizer": "documents",
    "Vocabulary": "corpus.vocabulary",
    "EncodedCorpus": "corpus.encoded",
    "encode": "corpus.encoding",
    "load": "formats",
    "save": "formats",
    "show_config": "diagnostics",
    "datasets": None,
    "errors": None,
    "layers": None,
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'fastw2v' has no attribute {name!r}")
    home = _HOME[name]
    value = import_module(f"fastw2v.{name}") if home is None else getattr(import_module(f"fastw2v.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""fastw2v: word2vec at the speed of the machine.

``Word2Vec(corpus).fit()`` trains skip-gram and CBOW word vectors with negative sampling. The names below are imported
when they are first used (PEP 562), so that ``import fastw2v`` costs almost nothing. ``__init__.pyi`` declares them for
type checkers and editors.
"""

from importlib import import_module

__version__ = "0.1.0"

# The module that each public name comes from.
_HOME = {
    "Word2Vec": "api",
    "WordVectors": "vectors.word_vectors",
    "DocVectorizer": "documents",
    "Vocabulary": "corpus.vocabulary",
    "EncodedCorpus": "corpus.encoded_corpus",
    "encode": "corpus.encoding",
    "load": "formats",
    "save": "formats",
    "show_config": "diagnostics",
}
_MODULES = ("ann", "compat", "datasets", "errors", "evaluate", "formats", "layers", "tokenizers")  # the public ones

__all__ = ["__version__", *_HOME, *_MODULES]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        value: object = import_module(f"fastw2v.{name}")
    elif name in _HOME:
        value = getattr(import_module(f"fastw2v.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module 'fastw2v' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""The public names with their types: what ``__init__.py`` imports late, a type checker reads here."""

from fastw2v import ann as ann
from fastw2v import compat as compat
from fastw2v import datasets as datasets
from fastw2v import errors as errors
from fastw2v import evaluate as evaluate
from fastw2v import formats as formats
from fastw2v import layers as layers
from fastw2v import tokenizers as tokenizers
from fastw2v.api import Word2Vec as Word2Vec
from fastw2v.corpus.encoded_corpus import EncodedCorpus as EncodedCorpus
from fastw2v.corpus.encoding import encode as encode
from fastw2v.corpus.vocabulary import Vocabulary as Vocabulary
from fastw2v.diagnostics import show_config as show_config
from fastw2v.documents import DocVectorizer as DocVectorizer
from fastw2v.formats import load as load
from fastw2v.formats import save as save
from fastw2v.vectors.word_vectors import WordVectors as WordVectors

__version__: str

__all__ = [
    "DocVectorizer",
    "EncodedCorpus",
    "Vocabulary",
    "Word2Vec",
    "WordVectors",
    "__version__",
    "ann",
    "compat",
    "datasets",
    "encode",
    "errors",
    "evaluate",
    "formats",
    "layers",
    "load",
    "save",
    "show_config",
    "tokenizers",
]

"""From any kind of text to word ids, sentence offsets and a vocabulary."""

from fastw2v.corpus.encoded_corpus import EncodedCorpus, EncodeReport
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.vocabulary import Vocabulary

__all__ = ["EncodeReport", "EncodedCorpus", "Vocabulary", "encode"]

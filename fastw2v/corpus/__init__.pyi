from fastw2v.corpus.encoding import encode as encode

__all__ = ["encode"]

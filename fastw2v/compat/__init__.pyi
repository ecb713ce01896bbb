from fastw2v.compat import gensim as gensim

__all__ = ["gensim"]

"""Pickles: what a file that begins as one holds, as far as its bytes say, and the way out; nothing is unpickled."""

from __future__ import annotations

import re

# A pickle names the class of its object near its beginning, in the form of protocols 0 to 3 or of 4 and later.
_GENSIMS = re.compile(rb"gensim\.models\.(?:deprecated\.)?(\w+)(?:\n|\x94\x8c.)(\w+)", re.DOTALL)
CODE = (
    "loading one could run code. Load it with the program that wrote it and write the vectors as word2vec text or "
    "binary (gensim: save_word2vec_format), or hand them over in memory (gensim: WordVectors.from_gensim(model.wv))"
)


def way_out(peek: bytes) -> tuple[str, str]:
    """Return what a pickle that begins with these bytes is, and what to do with it; ``{name}`` is the file's name."""
    found = _GENSIMS.search(peek[:1_000])
    if found is None:
        return "a Python pickle (gensim and joblib write them)", CODE
    home, kind = (part.decode("ascii", "replace") for part in found.groups())
    vectors = "" if kind.endswith("KeyedVectors") else ".wv"
    return f"a pickle of gensim's {kind}", (
        "loading a pickle could run code. Let gensim write its vectors: "
        f"gensim.models.{home}.{kind}.load({{name!r}}){vectors}.save_word2vec_format('vectors.bin', binary=True); then "
        "fastw2v.load('vectors.bin') or, under gensim's names, KeyedVectors.load_word2vec_format('vectors.bin', "
        "binary=True) reads them"
    )

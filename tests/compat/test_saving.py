"""What gensim's `save` may be given: its arguments, a file of gensim's own, an open file."""

import io
import pickle

import numpy as np
import pytest

from fastw2v.compat.gensim import KeyedVectors, Word2Vec
from fastw2v.errors import FormatError, ParameterError

WORDS = ["b", "c", "d"]
SENTENCES = [["b", "c"], ["d", "b"], ["b", "c", "d"]] * 30


def filled(kind):
    wv = kind(3)
    wv.add_vectors(WORDS, np.random.default_rng(1).normal(size=(3, 3)).astype(np.float32))
    return wv


@pytest.fixture
def theirs():
    return pytest.importorskip("gensim.models.keyedvectors").KeyedVectors


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_what_gensim_saved_is_replaced_with_a_warning_and_nothing_else_is(tmp_path, theirs, protocol):
    filled(theirs).save(str(tmp_path / "v.kv"), pickle_protocol=protocol)
    with pytest.warns(RuntimeWarning, match=r"v.kv was written by gensim, and becomes a file of this package"):
        filled(KeyedVectors).save(tmp_path / "v.kv")
    assert KeyedVectors.load(tmp_path / "v.kv").index_to_key == WORDS
    models = pytest.importorskip("gensim.models")
    models.Word2Vec(SENTENCES, vector_size=3, min_count=1).save(str(tmp_path / "w.model"), pickle_protocol=protocol)
    with pytest.warns(RuntimeWarning, match=r"w.model was written by gensim"):
        Word2Vec(SENTENCES, vector_size=3, min_count=1, workers=1).save(tmp_path / "w.model")
    assert Word2Vec.load(tmp_path / "w.model").wv.vector_size == 3
    holds_gensims = pickle.dumps({"notes": "mine", "wv": filled(theirs)}, protocol=protocol)
    for content in (b"my diary", pickle.dumps({"mine": 1}), holds_gensims):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(FormatError, match="would be lost"):
            filled(KeyedVectors).save(tmp_path / "other")
        assert (tmp_path / "other").read_bytes() == content


class Short:
    """An open file that takes a hundred bytes at once, as raw ones may."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += bytes(data[:100])
        return min(100, len(data))


def test_save_takes_the_arguments_of_gensims(tmp_path):
    wv = filled(KeyedVectors)
    model = Word2Vec(SENTENCES, vector_size=3, min_count=1, workers=1)
    for saved, loaded in ((wv, KeyedVectors), (model, Word2Vec)):
        saved.save(fname_or_handle=tmp_path / "named")
        saved.save(tmp_path / "placed", None, 10 << 20, frozenset(), 4)
        with open(tmp_path / "open", "wb") as file:
            saved.save(file, separately=["vectors"])
        memory = io.BytesIO()
        saved.save(memory)
        (tmp_path / "memory").write_bytes(memory.getvalue())
        for name in ("named", "placed", "open", "memory"):
            assert type(loaded.load(tmp_path / name)) is loaded
        with (
            open(tmp_path / "text", "w") as file,
            pytest.raises(ParameterError, match="open it for bytes, mode 'wb'"),
        ):
            saved.save(file)
        short = Short()
        saved.save(short)
        assert short.data == memory.getvalue() or saved is model  # whose file holds the time
        assert len(short.data) > 300
        with pytest.raises(TypeError, match=r"save\(\) has no argument 'fname'"):
            saved.save(tmp_path / "one", fname=tmp_path / "two")
        with pytest.raises(TypeError, match=r"save\(\) has no argument 'compress'"):
            saved.save(tmp_path / "other", compress=True)
        with pytest.raises(ParameterError, match=r"save takes the path of a file; got NoneType"):
            saved.save()
        for name in ("named", "placed", "open", "memory"):
            (tmp_path / name).unlink()

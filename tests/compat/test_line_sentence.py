"""Lines of files, split as gensim's readers split them."""

import gzip
import io

import pytest

from fastw2v.compat.gensim import LineSentence, Word2Vec
from fastw2v.errors import CorpusError

TEXT = "le\u00a0chat dort \u3000 日本\u3000語\n\na b\r\nc\x1cd\u2028e"


@pytest.mark.parametrize("text", [TEXT, "", "word\n", "\n\n", "a b"])
def test_lines_are_split_at_every_white_space_and_blank_ones_left_out(tmp_path, text):
    expected = [line.split() for line in text.split("\n") if line.split()]
    (tmp_path / "plain").write_bytes(text.encode())
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text.encode()))
    for source in (tmp_path / "plain", str(tmp_path / "packed.gz"), io.BytesIO(text.encode())):
        sentences = LineSentence(source)
        assert [list(sentences) for _ in range(2)] == [expected] * 2, "every iteration starts anew"


def test_a_limit_stops_reading(tmp_path):
    (tmp_path / "text").write_bytes(b"a b\n\nc d\n\xff\n")
    assert list(LineSentence(tmp_path / "text", limit=3)) == [["a", "b"], ["c", "d"]]
    with pytest.raises(CorpusError, match="line 4, byte 9"):
        list(LineSentence(tmp_path / "text"))


def test_the_trainer_reads_the_words_that_iteration_gives(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(TEXT.encode() + b"\n")
    options = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
    words = Word2Vec(list(LineSentence(path)), **options).wv.index_to_key
    assert "chat" in words
    with open(path, "rb") as stream:
        for options["sentences"] in (LineSentence(path), LineSentence(stream), LineSentence(stream)):
            assert Word2Vec(**options).wv.index_to_key == words
    del options["sentences"]
    assert Word2Vec(corpus_file=str(path), **options).wv.index_to_key == words

"""Lines of files, split as gensim's readers split them."""

import gzip
import io
import os
import threading

import numpy as np
import pytest

import fastw2v
from fastw2v.compat import line_sentence
from fastw2v.compat.gensim import LineSentence, PathLineSentences, Text8Corpus, Word2Vec
from fastw2v.errors import CorpusError, ParameterError

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


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_text_without_lines_comes_in_pieces(tmp_path, monkeypatch, size):
    text = "\ufeffein wort\u3000日本 語\n" + "x" * 20 + " é\u00a0b  c"
    words = text.removeprefix("\ufeff").split()
    (tmp_path / "text8").write_bytes(text.encode())
    (tmp_path / "text8.gz").write_bytes(gzip.compress(text.encode()))
    monkeypatch.setattr(line_sentence._words_of, "__defaults__", (size,))
    for source in (tmp_path / "text8", tmp_path / "text8.gz", io.BytesIO(text.encode())):
        sentences = Text8Corpus(source, max_sentence_length=3)
        assert [list(sentences) for _ in range(2)] == [[words[:3], words[3:6], words[6:]]] * 2
    assert list(Text8Corpus(tmp_path / "text8")) == [words]


@pytest.mark.parametrize("bad", [b"\xff", b"\0", b"\xe6\x97"])
def test_bytes_that_are_no_text_are_found_in_pieces(tmp_path, bad):
    (tmp_path / "text8").write_bytes(b"a b\nc " + bad)
    with pytest.raises(CorpusError, match="line 2, byte 6"):
        list(Text8Corpus(tmp_path / "text8"))


def test_a_text_without_lines_gives_the_words_that_the_trainer_reads(tmp_path):
    (tmp_path / "text8").write_text("a b c " * 10_000)
    model = Word2Vec(Text8Corpus(tmp_path / "text8"), vector_size=4, workers=1, epochs=1)
    assert [len(sentence) for sentence in Text8Corpus(tmp_path / "text8")] == [10_000, 10_000, 10_000]
    assert {word: model.wv.get_vecattr(word, "count") for word in "abc"} == dict.fromkeys("abc", 10_000)
    with pytest.raises(ParameterError, match="max_sentence_length must be a whole number"):
        Text8Corpus(tmp_path / "text8", max_sentence_length=0)


def test_the_files_of_a_folder_can_be_chosen(tmp_path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(f"{name[0]} x\n" * 2)
    sentences = PathLineSentences(str(tmp_path))
    both = [["a", "x"]] * 2, [["b", "x"]] * 2
    assert list(sentences) == both[0] + both[1]
    first, second = sentences.input_files
    assert (first, second) == (str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
    sentences.input_files = [second, first]
    model = Word2Vec(vector_size=4, min_count=1, workers=1, sorted_vocab=0, sample=0)
    model.build_vocab(sentences)
    assert (list(sentences), model.wv.index_to_key) == (both[1] + both[0], ["b", "x", "a"])
    sentences.input_files.remove(first)
    assert model.train(sentences, total_examples=4, epochs=1) == (4, 4), (
        "what build_vocab read is not what is there now"
    )
    sentences.limit = 1
    assert list(sentences) == [["b", "x"]]
    for no_list in (first, tmp_path, first.encode(), None):
        with pytest.raises(ParameterError, match="it must be a list of paths"):
            sentences.input_files = no_list
    assert sentences.input_files == [second]


@pytest.mark.parametrize("item", [b"/x", 3, None, "", ["a.txt"], io.BytesIO(b"a b")])
def test_what_is_no_path_among_the_files_is_refused_by_its_place(tmp_path, item):
    (tmp_path / "a.txt").write_text("a x\n")
    sentences = PathLineSentences(tmp_path)
    before = list(sentences.input_files)
    with pytest.raises(
        ParameterError, match=r"^input_files\[1\] is .*: it must be the path of a file, a str or a Path"
    ):
        sentences.input_files = [*before, item]
    assert sentences.input_files == before
    sentences.input_files.append(item)
    for read in (list, lambda given: Word2Vec(given, min_count=1)):
        with pytest.raises(ParameterError, match=r"^input_files\[1\] is "):
            read(sentences)


def test_a_path_of_bytes_is_refused_by_the_name_of_its_reader(tmp_path):
    (tmp_path / "a.txt").write_text("a x\n")
    with os.scandir(os.fsencode(tmp_path)) as found:
        (entry,) = found
    for reader in (LineSentence, PathLineSentences, Text8Corpus):
        with pytest.raises(ParameterError, match=rf"^{reader.__name__}\(<DirEntry b'a.txt'>\): it must be the path"):
            list(reader(entry))


def test_a_subclass_may_change_the_sentences(tmp_path):
    class Upper(LineSentence):
        def __iter__(self):
            return ([word.upper() for word in sentence] for sentence in super().__iter__())

    (tmp_path / "text").write_text("a b\n" * 5)
    assert Word2Vec(Upper(tmp_path / "text"), vector_size=4, min_count=1, sample=0).wv.index_to_key == ["A", "B"]


@pytest.mark.parametrize("change", ["weights", "dropped", "read", None])
def test_a_subclass_that_was_changed_is_read_again(tmp_path, change):
    """Whatever its attributes are: arrays cannot be compared by ==."""

    class Chosen(LineSentence):
        def __init__(self, source):
            super().__init__(source)
            self.weights, self.dropped, self.read = np.ones(3), {"c"}, 0

        def __iter__(self):
            self.read += 1
            return ([word for word in words if word not in self.dropped] for words in super().__iter__())

    (tmp_path / "text").write_text("a b c\n" * 9)
    sentences = Chosen(tmp_path / "text")
    model = Word2Vec(vector_size=4, min_count=1, workers=1, sample=0)
    model.build_vocab(sentences)
    read = sentences.read
    if change == "weights":
        sentences.weights = np.zeros(3)
    elif change == "dropped":
        sentences.dropped.clear()
    elif change == "read":
        sentences.read = read = 0
    words = 27 if change == "dropped" else 18
    assert model.train(sentences, epochs=1) == (18, words)
    assert (sentences.read > read) == (change is not None)


def test_a_length_that_has_no_effect_is_warned_of(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a b c d\n")
    LineSentence(path)
    LineSentence(path, max_sentence_length=10_000)
    with pytest.warns(RuntimeWarning, match=r"max_sentence_length=2\) has no effect: sentences are never cut"):
        assert list(LineSentence(path, max_sentence_length=2)) == [["a", "b", "c", "d"]]


def test_the_way_to_read_damaged_text_is_one_that_works(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"k\xf6ln b\n" * 9)
    told = r"otherwise correct the file, or pass LineSentence\(open\(path, encoding='utf8', errors='replace'\)\)$"
    for read in (lambda: list(LineSentence(path)), lambda: Word2Vec(corpus_file=str(path), min_count=1)):
        with pytest.raises(CorpusError, match=told) as raised:
            read()
        assert type(raised.value) is CorpusError
    with open(path, encoding="utf8", errors="replace") as file:
        model = Word2Vec(LineSentence(file), min_count=1, workers=1, vector_size=4, sample=0)
    assert model.wv.index_to_key == ["k\ufffdln", "b"]
    path.write_bytes(b"a\0 b\n" * 9)
    with pytest.raises(CorpusError, match=r"Take the NUL bytes out of the file$"):
        list(LineSentence(path))


def test_reading_two_at_once_or_in_another_thread_leaves_messages_as_they_are(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("a b\nc d\n")
    assert len(list(zip(LineSentence(tmp_path / "a.txt"), LineSentence(tmp_path / "b.txt"), strict=True))) == 2
    half = iter(LineSentence(tmp_path / "a.txt"))
    next(half)
    with pytest.raises(ParameterError, match="min_learning_rate=-1"):
        fastw2v.Word2Vec([["a", "b"]] * 9, min_learning_rate=-1).fit()
    left = []
    thread = threading.Thread(target=lambda: left.extend(half))
    thread.start()
    thread.join()
    assert left == [["c", "d"]]


def test_longer_sentences_than_gensims_are_no_wish_to_cut(tmp_path):
    (tmp_path / "a.txt").write_text("a b\n")
    for length in (10**9, None):
        LineSentence(tmp_path / "a.txt", max_sentence_length=length)

"""Ranks that read a corpus together: the vocabulary, the order and the ids of one machine, whatever the pieces."""

import gzip
import random
from collections import Counter

import numpy as np
import pytest

from fastw2v import EncodedCorpus, Word2Vec, encode
from fastw2v.corpus.shared_encoding import encode_shared
from fastw2v.corpus.spread import SpreadCorpus
from fastw2v.distributed.threads import Threads
from fastw2v.errors import CorpusError, CorpusNotFoundError, CorpusTypeError, EmptyCorpusError, RankError


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """Two files of 400 lines of words with falling frequency, many of equal count; one line is empty, one long."""
    draw = random.Random(5)
    folder = tmp_path_factory.mktemp("text")
    for name in ("a.txt", "b.txt"):
        lines = [
            " ".join(f"w{int(400 * draw.random() ** 3)}" for _ in range(draw.randrange(1, 30))) for _ in range(400)
        ]
        lines[3:3] = ["", " ".join(f"w{i}" for i in range(300))]
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


def sentences(corpus):
    """How often each sentence with a word occurs; of a spread corpus, those of this rank."""
    parts = [corpus] if not isinstance(corpus, SpreadCorpus) else map(corpus.stretch, corpus.own_stretches())
    return Counter(tuple(part[i].tolist()) for part in parts for i in range(len(part)) if len(part[i]))


def same_report(one, other):
    left_out = {"seconds", "encoding_seconds"}
    return all(value == vars(other)[name] for name, value in vars(one).items() if name not in left_out)


@pytest.mark.parametrize("ranks", [2, 3, 5])
@pytest.mark.parametrize(
    "settings", [{}, {"min_count": 1, "max_vocab": 90}, {"vocabulary": ["w1", "w399", "never", "w2", "w0", "w3", "w4"]}]
)
@pytest.mark.parametrize(("piece_bytes", "jobs"), [(200, 1), (5_000, 3), (None, 1)])
def test_ranks_make_the_vocabulary_and_the_ids_of_one_machine(text, ranks, settings, piece_bytes, jobs):
    alone = encode(text, **settings)
    found = Threads(ranks).run(lambda comm: encode_shared(text, comm, piece_bytes=piece_bytes, n_jobs=jobs, **settings))
    for each in found:
        assert each.vocabulary == alone.vocabulary
        assert same_report(each.report, alone.report)
        assert len(each.ids) == len(alone.ids)
    assert sum((sentences(each) for each in found), Counter()) == sentences(alone)
    assert sum(len(sentences(each)) > 0 for each in found) >= min(ranks, 4)


def test_a_text_in_one_line_is_cut_between_words(tmp_path):
    path = tmp_path / "line.txt"
    path.write_text("a b c d e f g " * 20_000)
    found = Threads(3).run(lambda comm: encode_shared(path, comm, min_count=1))
    assert found[0].vocabulary == encode(path, min_count=1).vocabulary
    tokens = [sum(len(part.stretch(number).ids) for number in part.own_stretches()) for part in found]
    assert sum(tokens) == 140_000
    assert min(tokens) > 30_000


def test_compressed_files_are_dealt_whole(text, tmp_path):
    for number in range(5):
        with gzip.open(tmp_path / f"{number}.gz", "wb") as file:
            file.write((text / "a.txt").read_bytes())
    found = Threads(2).run(lambda comm: encode_shared(tmp_path, comm))
    assert found[0].vocabulary == encode(tmp_path).vocabulary
    assert min(len(part.own_stretches()) for part in found) > 2


def test_more_ranks_than_pieces(tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("the cat sat on the mat\n" * 10)
    found = Threads(4).run(lambda comm: encode_shared(path, comm))
    assert [len(part.own_stretches()) > 0 for part in found].count(True) == 1
    assert found[3].vocabulary == encode(path).vocabulary


def test_lines_are_split_by_a_tokenizer(text):
    def letters(line):
        return list(line.replace(" ", ""))

    for tokenizer in ("words", letters):
        found = Threads(3).run(lambda comm, t=tokenizer: encode_shared(text, comm, tokenizer=t, piece_bytes=900))
        assert found[1].vocabulary == encode(text, tokenizer=tokenizer).vocabulary


def test_invalid_bytes_are_named_by_their_line_and_place_in_the_file(tmp_path):
    path = tmp_path / "bad.txt"
    path.write_bytes(b"some good words\n" * 500 + b"caf\xe9\n" + b"more good words\n" * 500)
    with pytest.raises(CorpusError) as alone:
        encode(path)
    with pytest.raises(CorpusError) as shared:
        Threads(3).run(lambda comm: encode_shared(path, comm, piece_bytes=1_000))
    assert str(shared.value) == str(alone.value)
    assert "line 501" in str(alone.value)
    for errors in ("replace", "ignore"):
        found = Threads(3).run(
            lambda comm, e=errors: encode_shared(path, comm, piece_bytes=1_000, errors=e, min_count=1)
        )
        expected = encode(path, errors=errors, min_count=1)
        assert found[0].vocabulary == expected.vocabulary
        assert same_report(found[0].report, expected.report)


def test_each_rank_passes_its_own_part_or_all_the_same_list():
    draw = random.Random(1)
    parts = [[[f"w{int(50 * draw.random() ** 2)}" for _ in range(9)] for _ in range(n)] for n in (300, 40, 120)]
    found = Threads(3).run(lambda comm: encode_shared(parts[comm.rank], comm))
    expected = encode([sentence for part in parts for sentence in part])
    assert all(isinstance(each, SpreadCorpus) and each.vocabulary == expected.vocabulary for each in found)
    assert sum((sentences(each) for each in found), Counter()) == sentences(expected)
    same = Threads(3).run(lambda comm: encode_shared(parts[0], comm))
    assert all(type(each) is EncodedCorpus and np.array_equal(each.ids, encode(parts[0]).ids) for each in same)


@pytest.mark.parametrize("spool", [None, True])
def test_every_token_stands_at_its_place_in_the_whole(text, spool):
    found = Threads(4).run(lambda comm: encode_shared(text, comm, piece_bytes=700, spool=spool))
    begin, owner = found[0].stretch_begin, found[0].stretch_owner
    assert all(np.array_equal(each.stretch_begin, begin) for each in found)
    whole = np.zeros(len(found[0].ids), np.int32)
    for number, rank in enumerate(owner):
        part = slice(begin[number], begin[number + 1])
        assert sum(number in each.own_stretches() for each in found) == 1
        whole[part] = found[rank].ids[part]
        assert not any(found[other].ids[part].any() for other in range(4) if other != rank)
    assert np.array_equal(np.bincount(whole), encode(text).vocabulary.counts)
    # Each rank gets through its own text at the pace of the whole.
    for rank in range(4):
        own = np.flatnonzero(owner == rank)
        assert begin[own[0]] < len(whole) / 4
        assert begin[own[-1] + 1] > 3 * len(whole) / 4


@pytest.mark.filterwarnings("ignore:tokens such as .* no file of a model can hold")
@pytest.mark.parametrize(
    ("corpus", "error", "message"),
    [
        ("-", CorpusError, "standard input can be read only once"),
        ([[("a", 1), ("b", 2)]] * 9, CorpusTypeError, "ranks can send each other strings and integers only"),
        ([[]], EmptyCorpusError, "the corpus is empty"),
        ("nowhere", CorpusNotFoundError, "there is no file 'nowhere'"),
    ],
)
def test_what_ranks_cannot_read_is_refused_by_all(corpus, error, message):
    raised = []

    def work(comm):
        try:
            encode_shared(corpus, comm)
        except Exception as found:
            raised.append(found)

    Threads(2).run(work)
    assert [type(found) for found in raised] == [error] * 2
    assert all(message in str(found) for found in raised)


def test_what_one_rank_cannot_read_ends_all():
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\]"):
        Threads(2).run(lambda comm: encode_shared([["a", "b"] * 9, 5 if comm.rank else ["a"]], comm))


def test_ranks_that_see_other_files_say_so(text):
    def work(comm):
        return encode_shared(text if comm.rank == 0 else text / "a.txt", comm)

    with pytest.raises((CorpusError, RankError), match="rank 1 has found other files than rank 0"):
        Threads(2).run(work)


def test_a_given_vocabulary_that_does_not_occur_is_told(text):
    with pytest.raises(CorpusError, match="no word of the given vocabulary"):
        Threads(2).run(lambda comm: encode_shared(text, comm, vocabulary=["x", "y"]))
    with pytest.raises(CorpusError, match="min_count=100000"):
        Threads(2).run(lambda comm: encode_shared(text, comm, min_count=100_000))


@pytest.mark.filterwarnings("ignore:2 ranks merge")
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_a_model_of_several_ranks_is_the_same_on_each_and_knows_the_text(text, architecture):
    def fit(comm):
        settings = {"vector_size": 8, "epochs": 2, "random_state": 1, "n_jobs": 1, "device": "cpu"}
        return Word2Vec(text, comm=comm, architecture=architecture, **settings).fit()

    one, other = Threads(2).run(fit)
    assert np.array_equal(one.vectors_.vectors, other.vectors_.vectors)
    assert one.report_.ranks == 2
    assert one.report_.tokens == 2 * len(encode(text).ids)
    assert one.corpus_report_.raw_tokens == encode(text).report.raw_tokens
    assert one.loss_history_ == other.loss_history_


@pytest.mark.filterwarnings("ignore:. ranks merge")
def test_a_run_over_files_goes_on_from_the_end_of_an_epoch_with_other_ranks(text, tmp_path):
    path = tmp_path / "run.fw2v"
    settings = {"vector_size": 8, "epochs": 2, "random_state": 1, "n_jobs": 1, "device": "cpu"}

    def begun(comm):
        stop = [lambda progress: progress.epoch_end]
        return Word2Vec(text, comm=comm, callbacks=stop, **settings).fit(checkpoint=path).n_iter_

    def resumed(comm):
        return Word2Vec(text, comm=comm, **settings).fit(checkpoint=path, resume=True).n_iter_

    assert Threads(2).run(begun) == [1, 1]
    left = path.read_bytes()
    assert Threads(3).run(resumed) == [2, 2, 2]
    path.write_bytes(left)
    assert resumed(None) == 2


def test_a_last_line_without_a_newline_stays_whole(tmp_path):
    """It is shorter than the 64 KiB from which on lines are cut, so no rank may begin within it."""
    path = tmp_path / "line.txt"
    path.write_text("one two\n" + " ".join(f"w{i % 9}" for i in range(12_000)))
    found = Threads(2).run(lambda comm: encode_shared(path, comm, min_count=1))
    assert sum((sentences(each) for each in found), Counter()) == sentences(encode(path, min_count=1))


@pytest.mark.parametrize("empty", [[], iter([])], ids=["list", "generator"])
def test_a_rank_may_have_no_sentences(empty):
    given = [["the", "cat", "sat"], ["a", "dog"]] * 30
    found = Threads(3).run(lambda comm: encode_shared(given if comm.rank == 1 else empty, comm, min_count=1))
    assert found[0].vocabulary == found[2].vocabulary == encode(given, min_count=1).vocabulary
    with pytest.raises(EmptyCorpusError, match="empty"):
        Threads(2).run(lambda comm: encode_shared([], comm, min_count=1))

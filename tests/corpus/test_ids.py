"""Ids that exist already."""

import copy
import pickle
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v import Word2Vec
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, CorpusTypeError, EmptyCorpusError


@pytest.mark.parametrize(
    ("ids", "offsets"),
    [
        ([[0, 1, 2], [2, 1]], None),
        ([np.array([0, 1, 2]), np.array([2, 1], np.uint8)], None),
        ([array("i", [0, 1, 2]), (2, 1)], None),
        (np.array([0, 1, 2, 2, 1]), [0, 3, 5]),
        ([0, 1, 2, 2, 1], np.array([0, 3, 5], np.int32)),
    ],
)
def test_ids_of_every_shape(ids, offsets, sentences_of):
    corpus = EncodedCorpus.from_ids(ids, ["a", "b", "c"], offsets)
    assert sentences_of(corpus) == [["a", "b", "c"], ["c", "b"]]
    assert corpus.vocabulary.counts.tolist() == [1, 2, 2]
    assert (corpus.ids.dtype, corpus.offsets.dtype) == (np.int32, np.int64)
    assert (corpus.report.raw_tokens, corpus.report.raw_sentences) == (5, 2)


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_sentences_of_one_kind_are_not_looked_at_one_by_one(kind, monkeypatch):
    def refuse(values, where):
        raise AssertionError(where)

    monkeypatch.setattr("fastw2v.corpus.ids._integers", refuse)
    corpus = EncodedCorpus.from_ids([kind([0, 1, 2]), kind([2, 1])])
    assert (corpus.ids.tolist(), corpus.offsets.tolist()) == ([0, 1, 2, 2, 1], [0, 3, 5])


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ([[0, 1], [2, 2**40]], r"ids\[1\]\[1\] is 1099511627776, which is outside int32"),
        ([[0, 1], [2, 2**70]], r"ids\[1\] holds object"),
        ([[0, 1], [2, True], [False]], r"ids\[2\] holds bool"),
        ([np.array([0, 1]), np.array([2, -(2**40)])], r"ids\[1\]\[1\] is -1099511627776, which is outside int32"),
        ([np.array([0.0, 1.0]), np.array([2.0])], r"ids\[0\] holds float64"),
    ],
)
def test_the_sentence_that_is_wrong_is_named(ids, told):
    with pytest.raises((CorpusError, CorpusTypeError), match=told):
        EncodedCorpus.from_ids(ids)


def test_two_dimensional_ids_and_flat_ids():
    corpus = EncodedCorpus.from_ids(np.array([[0, 1], [2, 1]]))
    assert corpus.offsets.tolist() == [0, 2, 4]
    assert corpus.vocabulary.words == [0, 1, 2]
    assert EncodedCorpus.from_ids([0, 1, 0]).offsets.tolist() == [0, 3]
    assert EncodedCorpus.from_ids([[0, 1], [], [1]]).offsets.tolist() == [0, 2, 2, 3]


def test_int32_ids_are_copied_unless_they_are_read_only():
    ids = np.array([[0, 1], [1, 0]], np.int32)
    corpus = EncodedCorpus.from_ids(ids)
    ids[:] = 2**31 - 1
    assert corpus.ids.tolist() == [0, 1, 1, 0]
    ids[:] = [[0, 1], [1, 0]]
    ids.flags.writeable = False
    assert np.shares_memory(EncodedCorpus.from_ids(ids).ids, ids)


def test_a_corpus_holds_no_array_that_others_write_to(tmp_path):
    flat, ends = np.array([0, 1, 1, 0], np.int32), np.array([0, 2, 4])
    made = EncodedCorpus(Vocabulary(["a", "b"], [2, 2]), flat, ends)
    flat[:], ends[1] = 9, 2**60
    corpora = [made, made[:1], made[[1, 0]], pickle.loads(pickle.dumps(made)), copy.deepcopy(made)]
    corpora += [encode([["a", "b"]] * 3, min_count=1, spool=spool) for spool in (None, tmp_path)]
    corpora += [EncodedCorpus.from_ids(ids, min_count=2) for ids in ([[0, 1], [1, 0]], np.array([[0, 1], [1, 0]]))]
    for corpus in corpora:
        assert corpus.offsets[1] == 2
        for numbers in (corpus.ids, corpus.offsets, corpus[0]):
            with pytest.raises(ValueError, match="read-only"):
                numbers[0] = 7


def test_ids_and_offsets_that_were_changed_by_force_are_refused_when_training_begins():
    ids = np.random.default_rng(1).integers(0, 50, (200, 20), dtype=np.int32)
    for name, place, value, said in (
        ("ids", 2_500, 2**31 - 1, r"^ids\[2500\] is 2147483647, but the vocabulary has the rows 0 to 49"),
        ("ids", 2_500, -1, r"^ids\[2500\] is -1"),
        ("offsets", 5, 2**60, "offsets must begin with 0, never fall"),
    ):
        corpus = EncodedCorpus.from_ids(ids)
        numbers = getattr(corpus, name)
        numbers.base.flags.writeable = numbers.flags.writeable = True
        numbers[place] = value
        with pytest.raises(CorpusError, match=said):
            Word2Vec(min_count=0, sample=0).fit(corpus)


def test_vocabulary_keeps_its_order_and_gets_the_counts_of_the_ids():
    vocabulary = Vocabulary(["a", "b", "c"], [1, 1, 1])
    corpus = EncodedCorpus.from_ids([[2, 2, 1]], vocabulary)
    assert corpus.vocabulary.words == ["a", "b", "c"]
    assert corpus.vocabulary.counts.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("ids", "words", "offsets", "error", "message"),
    [
        ([[0, 1], [1, 0, 3]], ["a", "b", "c"], None, CorpusError, r"ids\[1\]\[2\] is 3, .* rows 0 to 2"),
        (np.array([[0, 1], [-1, 0]]), ["a", "b"], None, CorpusError, r"ids\[1\]\[0\] is -1"),
        ([[], [0, 5]], ["a", "b"], None, CorpusError, r"ids\[1\]\[1\] is 5"),
        (np.array([0, 2**31]), None, None, CorpusError, r"ids\[1\] is 2147483648, which is outside int32"),
        (np.array([0, 2**63], np.uint64), None, None, CorpusError, "outside int32"),
        ([[0, 0]], ["a"], None, CorpusError, "at least 2 words"),
        ([], None, None, CorpusError, "the corpus is empty: 0 sentences|the corpus is empty"),
        ([[], []], None, None, CorpusError, "the corpus is empty: 2 sentences"),
        (np.zeros((2, 2, 2), int), None, None, CorpusError, r"shape \(2, 2, 2\)"),
        ([[0.5, 1.0]], None, None, CorpusTypeError, r"ids\[0\] holds float64"),
        ([[True, False]], None, None, CorpusTypeError, r"ids\[0\] holds bool"),
        ([["a", "b"]], None, None, CorpusTypeError, r"ids\[0\] holds <U1"),
        ([[[0, 1]]], None, None, CorpusTypeError, r"ids\[0\] holds int64 of shape \(1, 2\)"),
        ([[0, [1]]], None, None, CorpusTypeError, r"ids\[0\] is \[0, \[1\]\], not a sequence of integers"),
        ([[0, 2**70]], None, None, CorpusTypeError, r"ids\[0\] holds object"),
        ("text", None, None, CorpusTypeError, "ids are 'text'"),
        (5, None, None, CorpusTypeError, "ids are 5"),
        ([0, 1, 1], None, [0, 2], CorpusError, "from 0 to the number of ids, 3; found 0 to 2"),
        ([0, 1, 1], None, [1, 3], CorpusError, "found 1 to 3"),
        ([0, 1, 1], None, [0, 2, 1, 3], CorpusError, r"offsets\[1\] is 2, offsets\[2\] is 1"),
        ([0, 1, 1], None, [], CorpusError, "offsets must be"),
        ([0, 1, 1], None, [0.0, 3.0], CorpusError, "offsets must be"),
        (np.array([[0, 1]]), None, [0, 2], CorpusError, "only with flat ids"),
    ],
)
def test_impossible_ids_are_refused(ids, words, offsets, error, message):
    with pytest.raises(error, match=message):
        EncodedCorpus.from_ids(ids, words, offsets)


@given(st.lists(st.lists(st.integers(0, 30), max_size=20), min_size=1, max_size=8))
def test_ragged_ids_come_back(sentences):
    if not any(map(any, sentences)):
        return
    corpus = EncodedCorpus.from_ids(sentences)
    assert [corpus[i].tolist() for i in range(len(corpus))] == sentences
    assert (
        corpus.vocabulary.counts.tolist()
        == np.bincount(np.concatenate([*map(np.array, sentences)]).astype(int)).tolist()
    )


def test_ids_far_beyond_their_number_need_a_vocabulary():
    with pytest.raises(CorpusError, match=r"the largest of 4 ids is 150,000,000: .*encode\(sentences, min_count=1\)"):
        EncodedCorpus.from_ids([[0, 150_000_000], [5, 7]])
    with pytest.raises(
        CorpusError, match=r"outside int32; encode\(sentences, min_count=1\) takes such numbers as words"
    ):
        EncodedCorpus.from_ids([[0, 15_000_000_000], [5, 7]])


def test_rare_ids_can_be_left_out():
    walks = [[3, 0], [0, 1, 2], [0, 1]] * 2
    corpus = EncodedCorpus.from_ids(walks, min_count=3)
    assert corpus.vocabulary.words == [0, 1]
    assert corpus.vocabulary.counts.tolist() == [6, 4]
    assert [corpus[i].tolist() for i in range(3)] == [[0], [0, 1], [0, 1]]
    assert (corpus.report.raw_tokens, corpus.report.dropped_words, corpus.report.dropped_tokens) == (14, 2, 4)
    corpus = EncodedCorpus.from_ids(walks, ["a", "b", "c", "d"], max_vocab=3)
    assert corpus.vocabulary.words == ["a", "b", "c"], "the order that was given"
    with pytest.raises(CorpusError, match="training needs at least 2 words, 1 occur min_count=5 times"):
        EncodedCorpus.from_ids(walks, min_count=5)


def test_ids_that_mostly_do_not_occur_are_warned_of():
    walks = np.random.default_rng(0).integers(0, 30, (100, 10)) * 7
    with pytest.warns(RuntimeWarning, match=r"1\d\d of the 204 ids from 0 to the largest do not occur, .*min_count=1"):
        assert len(EncodedCorpus.from_ids(walks).vocabulary) == 204
    assert len(EncodedCorpus.from_ids(walks, min_count=1).vocabulary) == 30
    assert len(EncodedCorpus.from_ids(walks // 7).vocabulary) == 30


def test_a_corpus_made_of_other_arrays_names_the_way_to_make_one():
    words = Vocabulary(["a", "b"])
    for ids, offsets in (
        (np.array([0, 1]), np.array([0, 2])),
        ([0, 1], np.array([0, 2])),
        (np.array([0, 1], np.int32), [0, 2]),
    ):
        with pytest.raises(
            CorpusTypeError, match=r"must be an array of int\d\d; got .*from_ids\(ids, vocabulary\) takes any"
        ):
            EncodedCorpus(words, ids, offsets)


@pytest.mark.parametrize("offsets", [[], [1, 4], [0, 3], [0, 5], [0, 3, 2, 4], [[0, 4]]])
def test_offsets_that_are_no_sentences_of_the_ids_are_refused(offsets):
    """The kernels would read beyond the ids."""
    with pytest.raises(CorpusError, match=r"offsets must|must have one dimension"):
        EncodedCorpus(Vocabulary(["a", "b"]), np.array([0, 1, 0, 1], np.int32), np.array(offsets, np.int64))


SENTENCES = [[0, 1, 2], [], [3], [2, 2], [1, 0, 3, 3]]


@pytest.mark.parametrize(
    "part",
    [
        slice(1, 4),
        slice(None, None, -2),
        slice(4, 1),
        [3, 0, 0],
        [],
        np.array([-1, 1]),
        np.array([True, False, False, True, True]),
        (np.array([2, 4]), ...),  # as scikit-learn asks
    ],
    ids=repr,
)
def test_a_part_of_a_corpus_is_a_corpus_of_those_sentences(part):
    corpus = EncodedCorpus.from_ids(SENTENCES, list("abcd"))
    chosen = np.arange(5)[part[0] if isinstance(part, tuple) else part]
    found = corpus[part]
    assert [found[i].tolist() for i in range(len(found))] == [SENTENCES[i] for i in chosen]
    assert found.vocabulary is corpus.vocabulary
    assert (found.shape, found.tokenizer) == ((len(chosen),), corpus.tokenizer)
    assert found.report.raw_tokens == found.count_words().sum() == sum(len(SENTENCES[i]) for i in chosen)
    assert found.report.unseen_words == 4 - found.report.distinct_words == np.count_nonzero(found.count_words() == 0)


def test_a_slice_of_a_corpus_is_a_view_and_one_sentence_is_an_array():
    corpus = EncodedCorpus.from_ids(SENTENCES, list("abcd"))
    assert np.shares_memory(corpus[2:4].ids, corpus.ids)
    for number in (4, -1, np.int64(4), np.array(4)):
        assert corpus[number].tolist() == SENTENCES[4]


@pytest.mark.parametrize("part", ["a", [1.5], [[0, 1]], [5], [True], None, 5])
def test_sentences_that_do_not_exist_are_refused(part):
    with pytest.raises(IndexError):
        EncodedCorpus.from_ids(SENTENCES, list("abcd"))[part]


def test_a_sentence_beyond_the_end_is_told_by_its_number():
    corpus = EncodedCorpus.from_ids([[0, 1], [1]], list("ab"))
    for number in (5, -3):
        with pytest.raises(IndexError, match=f"^sentence {number} of 2: they are numbered from 0"):
            corpus[number]
    with pytest.raises(IndexError, match=r"^the corpus has 2 sentences, numbered from 0: index 5 "):
        corpus[[5]]


def test_masked_ids_are_refused_at_their_place():
    masked = np.ma.masked_array([[0, 1, 2], [2, 1, 9]], [[0, 0, 0], [0, 0, 1]])
    for ids in (masked, list(masked)):
        with pytest.raises(CorpusTypeError, match=r"^ids\[1\]\[2\] is masked, a missing value; .*row.compressed\(\)"):
            EncodedCorpus.from_ids(ids)
    assert EncodedCorpus.from_ids([row.compressed() for row in masked]).ids.tolist() == [0, 1, 2, 2, 1]


def test_words_of_a_given_vocabulary_that_no_id_names_are_told_and_counted():
    walks = np.random.default_rng(0).integers(0, 30, (100, 10))
    with pytest.warns(RuntimeWarning, match=r"70 of the 100 words of the given vocabulary do not occur, such as 30"):
        report = EncodedCorpus.from_ids(walks, range(100)).report
    assert (report.distinct_words, report.dropped_words, report.unseen_words) == (30, 0, 70)
    report = EncodedCorpus.from_ids(walks, range(100), min_count=1).report
    assert (report.distinct_words, report.dropped_words, report.unseen_words) == (30, 0, 0)


def test_what_a_part_lacks_is_told_where_it_is_trained_on(quick):
    corpus = EncodedCorpus.from_ids(np.random.default_rng(0).integers(0, 200, (100, 10)), range(200))
    with pytest.warns(RuntimeWarning, match=r"1\d\d of the 200 words of the encoded corpus do not occur in it"):
        Word2Vec(**quick).fit(corpus[:3])
    with pytest.raises(EmptyCorpusError, match="the encoded corpus is empty: 0 sentences, 0 words"):
        Word2Vec(**quick).fit(corpus[:0])


@pytest.mark.filterwarnings("error:.*do not occur", "error:.*never occur")
def test_words_that_a_part_lacks_are_well_known_if_they_have_initial_vectors(quick):
    corpus = EncodedCorpus.from_ids(np.random.default_rng(0).integers(0, 200, (100, 10)), range(200))
    known = Word2Vec(**quick).fit(corpus)
    for start in (known, known.vectors_.vectors):
        Word2Vec(**quick, initial_vectors=start).fit(corpus[:3])


def test_words_that_do_not_occur_are_told_once(quick, recwarn):
    for make in (
        lambda: EncodedCorpus.from_ids([[0, 1, 2]] * 9, range(100)),
        lambda: encode([["a", "b"]] * 9, vocabulary=["a", "b", *map(str, range(90))]),
    ):
        recwarn.clear()
        Word2Vec(**quick).fit(make())
        assert len([each for each in recwarn if "occur" in str(each.message)]) == 1


def test_what_encoding_has_left_out_cannot_be_asked_back(quick, recwarn):
    text = [["a", "b", "c"], ["a", "b"], ["a", "b", "d", "d"]] * 3
    few, most = encode(text, min_count=4), encode(text, min_count=1, max_vocab=2)
    ids = EncodedCorpus.from_ids([[0, 1, 2, 0], [1, 0, 1]] * 3, min_count=4)
    quick |= {"min_count": 2}
    for corpus in (few, few[:5], pickle.loads(pickle.dumps(few)), ids):
        with pytest.warns(RuntimeWarning, match=r"min_count=2 has no effect .*min_count=4 left out rarer words"):
            Word2Vec(**quick).fit(corpus)
    with pytest.warns(RuntimeWarning, match=r"max_vocab=3 has no effect .*max_vocab=2 left out words"):
        Word2Vec(**quick, max_vocab=3).fit(most)
    recwarn.clear()
    Word2Vec(**{**quick, "min_count": 5}).fit(encode([["a", "b"], ["a", "b", "c"]] * 6, min_count=6))
    Word2Vec(**quick).fit(encode(text, min_count=3))  # which leaves out nothing
    old = pickle.loads(pickle.dumps(few))
    for name in ("min_count", "max_vocab", "unseen_told"):
        del vars(old)[name]  # as in a pickle of an earlier version
    Word2Vec(**quick).fit(old)
    assert not [str(each.message) for each in recwarn if "has no effect" in str(each.message)]

"""Word pairs: gensim's correlations on the same vectors, and what cannot be correlated."""

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from fastw2v.compat.gensim import KeyedVectors
from fastw2v.errors import ParameterError
from fastw2v.evaluate import evaluate_word_pairs
from fastw2v.evaluate.matching import Matching
from fastw2v.evaluate.word_pairs import correlate
from fastw2v.vectors import WordVectors


def some_pairs(count=60):
    rng = np.random.default_rng(2)
    return [
        (f"W{a}", f"w{b}S", round(score, 2))
        for a, b, score in zip(*rng.integers(0, 45, (2, count)).tolist(), rng.uniform(0, 10, count), strict=True)
    ]


def test_word_pairs_give_gensims_numbers(tmp_path, world, as_gensim):
    mixed, path = world(), tmp_path / "pairs.tsv"
    first = {word.lower(): mixed[word] for word in reversed(list(mixed))}
    wv = WordVectors(np.array(list(first.values())), list(first))
    path.write_text("# source\n" + "".join(f"{a}\t{b}\t{score}\n" for a, b, score in some_pairs()))
    theirs = as_gensim(mixed).evaluate_word_pairs(str(path))[1][0]
    assert correlate(mixed, path, None, True, None, "leave out", "strict", as_written=False).spearman == pytest.approx(
        theirs, abs=1e-6
    )
    other = as_gensim(wv)
    for limit in (60, 300_000):
        pearson, spearman, missing = other.evaluate_word_pairs(str(path), restrict_vocab=limit)
        report = evaluate_word_pairs(wv, path, restrict_vocab=limit)
        assert report.spearman == pytest.approx(spearman[0], abs=1e-6)
        assert report.pearson == pytest.approx(pearson[0], abs=1e-5)
        assert 100 * (1 - report.coverage) == pytest.approx(missing)
        pearson, spearman, missing = other.evaluate_word_pairs(str(path), restrict_vocab=limit, dummy4unknown=True)
        report = evaluate_word_pairs(wv, path, restrict_vocab=limit, unknown="zero")
        assert report.spearman == pytest.approx(spearman[0], abs=1e-6)
        assert report.pearson == pytest.approx(pearson[0], abs=1e-5)
        assert 100 * (1 - report.coverage) == pytest.approx(missing)
    with pytest.raises(ParameterError, match="unknown must be 'leave out' or 'zero'"):
        evaluate_word_pairs(wv, path, unknown="skip")
    with pytest.raises(ParameterError, match="errors must be 'strict' or 'ignore'; got 'replace'"):
        evaluate_word_pairs(wv, [("w1", "w2", 1.0)], errors="replace")


def test_case_counts_when_it_should():
    wv = WordVectors(np.array([[1, 0], [1, 1], [0, 1.0]]), ["cat", "dog", "car"])
    pairs = [("Cat", "dog", 9), ("cat", "car", 1), ("dog", "car", 3)]
    assert evaluate_word_pairs(wv, pairs).used == 3
    report = evaluate_word_pairs(wv, pairs, case_insensitive=False)
    assert (report.used, report.missing, report.case_rule) == (2, 1, "case kept")
    assert "2 pairs used, 1 with unknown words left out" in str(report)


def test_a_word_as_it_is_written_comes_before_its_other_forms():
    """The dotless i of Turkish has the upper case of the other."""
    warm, hot = "\u0131l\u0131k", "s\u0131cak"
    wv = WordVectors(np.array([[0, 1], [1, 1], [1, 2], [1, 0.0]]), [warm, "kemik", hot, "ilik"])
    pairs = [("ilik", "kemik", 3), (warm, hot, 9), ("ilik", hot, 1)]
    exact = evaluate_word_pairs(wv, pairs, case_insensitive=False)
    assert evaluate_word_pairs(wv, pairs) == dataclasses.replace(exact, case_rule="case ignored")
    assert evaluate_word_pairs(wv, pairs, restrict_vocab=3).used == 3  # and not beyond the rows searched


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([], "it takes two pairs at least, and there are none"),
        ([("w1", "w2", 1.0)], "it takes two pairs at least, and there is 1"),
        ([("w1", "w2", 1.0), ("w2", "w3", 1.0)], "the 2 pairs that could be compared all have the score 1"),
        (
            [("w1", "x", 1.0), ("w2", "y", 2.0)],
            "none of 2 pairs could be compared, since a word of each is not among the first 3",
        ),
        ([("w1", "w1", 1.0), ("w2", "w2", 2.0)], "the vectors give 2 pairs the same similarity, 1"),
    ],
)
def test_where_there_is_no_correlation_a_warning_says_why(pairs, why):
    wv = WordVectors(np.array([[1, 0], [0, 1], [2, 0.0]]), ["w1", "w2", "w3"])
    with pytest.warns(RuntimeWarning, match=f"no correlation: {why}") as caught:
        report = evaluate_word_pairs(wv, pairs)
    assert caught[0].filename == __file__
    assert math.isnan(report.spearman)
    assert math.isnan(report.pearson)


def test_vectors_without_a_direction_are_left_out_and_counted():
    rows = np.array([[1, 0], [0, 0], [np.nan, 1], [0, 1], [1, 1]])
    pairs = [("a", "zero", 1), ("b", "nan", 2), ("a", "b", 3), ("a", "c", 4), ("b", "c", 5)]
    with pytest.warns(RuntimeWarning, match="left out 2 of 5 pairs: the vector of a word is zero or not finite"):
        report = evaluate_word_pairs(WordVectors(rows, ["a", "zero", "nan", "b", "c"]), pairs)
    assert (report.used, report.missing) == (3, 2)


@pytest.mark.parametrize(
    ("pair", "hint"),
    [
        (("1", "cat"), r"columns=\(1, 2, 3\)"),
        (("sun-n", "light-n"), "end in tags"),
        (("'sun'", "'light'"), "stand in quotation marks"),
        (("soleil", "lumière"), "language"),
    ],
)
def test_words_that_are_all_unknown_are_looked_at(pair, hint):
    with pytest.warns(RuntimeWarning, match=hint):
        evaluate_word_pairs(WordVectors(np.eye(2), ["sun", "light"]), [(*pair, 1), (*pair, 2)])


def test_similarities_that_are_equal_but_for_rounding_tie():
    rows = np.random.default_rng(0).normal(size=(20, 50)).astype(np.float32)
    names = [f"w{i}" for i in range(20)]
    wv = WordVectors(np.concatenate([rows, 3 * rows]), [*names, *(f"{name}, thrice" for name in names)])
    pairs = [(name, f"{name}, thrice", i % 7) for i, name in enumerate(names)]
    pairs += [(first, second, -i) for i, (first, second) in enumerate(pairwise(names))]
    exact = rows.astype(np.float64) / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    ours = [1.0] * 20 + np.einsum("ij,ij->i", exact[:-1], exact[1:]).tolist()
    expected = stats.spearmanr([pair[2] for pair in pairs], ours).statistic
    assert evaluate_word_pairs(wv, pairs).spearman == pytest.approx(expected, abs=1e-12)


def test_words_that_are_missing_are_named_and_those_in_another_form_are_told():
    wv = WordVectors(np.array([[1, 0], [1, 1], [0, 1.0]]), ["caf\xe9", "tea", "car"])
    pairs = [("cafe\u0301", "tea", 9), ("tea", "car", 2), ("bus", "car", 3), ("caf\xe9", "car", 1), ("bus", "tram", 1)]
    with pytest.warns(RuntimeWarning, match=r"1 word of the pairs, such as 'cafe.*', would be known composed \(NFC\)"):
        report = evaluate_word_pairs(wv, pairs)
    assert report.missing_words == ("cafe\u0301", "bus", "tram")
    assert (report.used, report.missing) == (2, 3)


def test_the_report_has_the_similarity_of_each_pair_and_p_values():
    wv = WordVectors(np.array([[1, 0], [3, 4], [0, 1], [0, 0], [1, 1]]), ["cat", "dog", "car", "zero", "cow"])
    pairs = [("cat", "dog", 9), ("cat", "yak", 5), ("dog", "car", 3), ("cat", "zero", 2), ("cat", "car", 1)]
    pairs.append(("cat", "cow", 9.5))
    with pytest.warns(RuntimeWarning, match="left out 1 of 5 pairs"):
        report = evaluate_word_pairs(wv, pairs)
    assert [pair[:3] for pair in report.pairs] == pairs
    similarities = [0.6, None, 0.8, None, 0.0, round(0.5**0.5, 10)]
    assert [pair[3] for pair in report.pairs] == similarities
    ours, theirs = [0.6, 0.8, 0.0, 0.5**0.5], [9, 3, 1, 9.5]
    assert report.spearman_pvalue == pytest.approx(stats.spearmanr(theirs, ours).pvalue)
    assert report.pearson_pvalue == pytest.approx(stats.pearsonr(theirs, ours).pvalue)
    assert "cow" not in repr(report)
    with pytest.warns(RuntimeWarning, match="left out 1 of 5 pairs"):
        counted = evaluate_word_pairs(wv, pairs, unknown="zero")
    assert [pair[3] for pair in counted.pairs] == similarities


def test_a_bootstrap_reads_the_words_once():
    """Words that stand there as they are written need no index of upper case at all."""

    class Counted(str):
        uppers = 0

        def upper(self):
            Counted.uppers += 1
            return str.upper(self)

    wv = WordVectors(np.eye(3) + 1, [Counted(word) for word in ("cat", "dog", "car")])
    matching = Matching(wv, 3, Counted.upper)
    assert matching.row("dog") == 1
    assert Counted.uppers == 0
    for _ in range(5):
        assert Matching(wv, 3, Counted.upper).row(Counted("DOG")) == 1
    assert Counted.uppers == 3 + 5
    assert Matching(wv, 1, Counted.upper).row(Counted("DOG")) is None


def test_vectors_of_large_numbers_have_the_similarities_of_small_ones():
    small, large = KeyedVectors(2, dtype=np.float64), KeyedVectors(2, dtype=np.float64)
    rows = np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
    small.add_vectors(["cat", "dog", "car"], rows)
    large.add_vectors(["cat", "dog", "car"], rows * 1e200)
    pairs = [("cat", "dog", 9), ("dog", "car", 3), ("cat", "car", 1)]
    assert evaluate_word_pairs(large, pairs) == evaluate_word_pairs(small, pairs)

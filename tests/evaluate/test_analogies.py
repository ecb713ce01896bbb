"""Evaluation: by hand, and against gensim on the same vectors."""

import lzma
import math

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.errors import FormatError, ParameterError
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.evaluate.files import read_analogies, read_word_pairs
from fastw2v.vectors import WordVectors

WORDS = [
    "the",
    "Paris",
    "france",
    "rome",
    "Italy",
    "paris",
    "FRANCE",
    "berlin",
    "germany",
    "stra\u00dfe",
    "king",
    "queen",
]


def world(seed=3, copies=40, size=12):
    """Vectors in which most analogies hold, some do not, and some words come in several forms."""
    rng = np.random.default_rng(seed)
    words, rows = list(WORDS), list(rng.normal(size=(len(WORDS), size)))
    for number in range(copies):
        base, offset = rng.normal(size=size), rng.normal(size=size) * 0.3 + np.eye(size)[0] * 2
        for suffix, vector in (("", base), ("s", base + offset)):
            word = f"w{number}{suffix}"
            words += [word, word.upper()] if number % 5 == 0 else [word.title() if number % 3 == 0 else word]
            rows += [vector, vector + 0.1] if number % 5 == 0 else [vector]
    order = rng.permutation(len(words))
    return WordVectors(np.array(rows)[order], [words[row] for row in order])


def questions(copies=46):
    """Sections of questions; some words are in no vocabulary."""
    rng = np.random.default_rng(1)
    return [
        (
            f"section{section}",
            [(f"w{a}", f"w{a}s", f"W{b}", f"w{b}s") for a, b in rng.integers(0, copies, (25, 2)).tolist() if a != b],
        )
        for section in range(7)
    ]


def write_questions(path, sections):
    lines = [f": {name}\n" + "".join(" ".join(question) + "\n" for question in asked) for name, asked in sections]
    path.write_text("".join(lines), encoding="utf-8")
    return path


# -- analogies --


def plain_analogies(wv, sections, *, limit, protocol):
    """The two protocols once more, one question after the other, as their programs do it."""
    upper = str.upper if protocol == "gensim" else lambda word: word.encode().upper().decode()
    words = [upper(word) for word in wv.index_to_key[:limit]]
    units = wv.unit_vectors[:limit].astype(np.float64)
    results = []
    for name, asked in sections:
        correct = used = 0
        for question in asked:
            a, b, c, answer = map(upper, question)
            if not {a, b, c, answer} <= set(words):
                continue
            used += 1
            rows = [words.index(word) for word in (a, b, c)]
            scores = units @ (units[rows[1]] - units[rows[0]] + units[rows[2]])
            ranked = [row for row in np.argsort(-scores, kind="stable") if row not in rows]
            if protocol == "c":
                correct += scores[ranked[0]] > 0 and words[ranked[0]] == answer
            else:
                free = [words[row] for row in ranked[:5] if words[row] not in (a, b, c)]
                correct += bool(free) and free[0] == answer
        results.append((name, correct, used, len(asked) - used))
    return results


@pytest.mark.parametrize("protocol", ["c", "gensim"])
@pytest.mark.parametrize("limit", [60, 10_000])
@pytest.mark.parametrize("at_once", [1, 7, 8192])
def test_both_protocols_equal_the_same_written_plainly(monkeypatch, protocol, limit, at_once):
    monkeypatch.setattr("fastw2v.evaluate.offsets._BLOCK_SEARCHED", at_once)
    monkeypatch.setattr("fastw2v.evaluate.offsets._BLOCK_QUESTIONS", at_once)
    wv = world()
    report = evaluate_analogies(wv, questions(), protocol=protocol, restrict_vocab=limit)
    found = [(section.name, section.correct, section.used, section.missing) for section in report.sections]
    assert found == plain_analogies(wv, questions(), limit=limit, protocol=protocol)
    assert 0 < report.total.correct < report.total.used
    assert report.total.missing > 0


def test_the_gensim_protocol_gives_gensims_numbers(tmp_path):
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    wv, path = world(), write_questions(tmp_path / "questions", questions())
    other = keyedvectors.KeyedVectors(wv.vector_size)
    other.add_vectors(wv.index_to_key, wv.vectors)
    for limit in (60, 300_000):
        score, sections = other.evaluate_word_analogies(str(path), restrict_vocab=limit)
        report = evaluate_analogies(wv, path, protocol="gensim", restrict_vocab=limit)
        assert [
            (section["section"], len(section["correct"]), len(section["incorrect"])) for section in sections[:-1]
        ] == [(section.name, section.correct, section.used - section.correct) for section in report.sections]
        assert report.total.accuracy == pytest.approx(score)


def test_the_protocols_part_where_they_should():
    """Another form of a question word may win under "c" and is passed over under "gensim"."""
    vectors = np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 2], [0, 1, 0.7]], np.float32)
    wv = WordVectors(vectors, ["man", "king", "woman", "queen", "WOMAN"])
    asked = [("family", [("man", "king", "woman", "queen")])]
    assert evaluate_analogies(wv, asked, protocol="c").total.correct == 0
    assert evaluate_analogies(wv, asked, protocol="gensim").total.correct == 1


def test_case_rules():
    wv = WordVectors(np.eye(4) + 1, ["\u00e9a", "b", "c", "d"])
    asked = [("x", [("\u00c9A", "B", "C", "D")])]
    assert evaluate_analogies(wv, asked, protocol="c").total.missing == 1
    assert evaluate_analogies(wv, asked, protocol="gensim").total.used == 1


def test_under_c_a_word_that_points_away_is_no_answer():
    wv = WordVectors(np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]]), ["a", "b", "c", "d"])
    asked = [("x", [("a", "b", "c", "d")])]
    assert evaluate_analogies(wv, asked, protocol="c").total.correct == 0


def test_semantic_is_the_first_five_sections_and_the_report_says_its_rules():
    report = evaluate_analogies(world(), questions())
    assert report.semantic.used == sum(section.used for section in report.sections[:5])
    assert report.syntactic.used == sum(section.used for section in report.sections[5:])
    assert report.total.correct == report.semantic.correct + report.syntactic.correct
    assert report.total.coverage == report.total.used / (report.total.used + report.total.missing)
    assert report.restrict_vocab == len(world())
    text = str(report)
    for part in ("protocol 'c'", "ASCII upper case", "left out", "section6", "semantic", "syntactic", "total"):
        assert part in text


def test_the_default_limits_are_those_of_the_programs():
    wv = WordVectors(np.ones((30_001, 1)), [f"w{number}" for number in range(30_001)])
    asked = [("x", [("w0", "w1", "w2", "w30000")])]
    assert evaluate_analogies(wv, asked).total.missing == 1
    assert evaluate_analogies(wv, asked, protocol="gensim").total.used == 1


def test_nothing_to_ask_is_nan_not_a_division_by_zero():
    report = evaluate_analogies(world(), [("empty", []), ("unknown", [("x", "y", "z", "q")])])
    assert math.isnan(report.total.accuracy)
    assert report.total.missing == 1
    assert "nan" in str(report)


def test_words_that_are_no_strings_are_passed_over():
    wv = WordVectors(np.eye(3), [1, "a", ("b",)])
    assert evaluate_analogies(wv, [("x", [("a", "a", "a", "a")])]).total.used == 1
    assert evaluate_word_pairs(wv, [("a", "1", 3.0)]).missing == 1


def test_unknown_protocols_and_limits_are_refused():
    with pytest.raises(ParameterError, match="'c' or 'gensim'"):
        evaluate_analogies(world(), [], protocol="C")
    with pytest.raises(ParameterError, match="restrict_vocab"):
        evaluate_analogies(world(), [], restrict_vocab=0)


@pytest.mark.parametrize("question", [("w1", "w2", "w3"), ("w1",) * 5, "w1w2", ("w1", "w2", "w3", 4)])
def test_a_question_that_is_not_four_words_is_refused(question):
    with pytest.raises(ParameterError, match=r"four strings .* got"):
        evaluate_analogies(world(), [("x", [question] * 4)])


def test_the_vectors_are_not_changed():
    wv = world()
    before = wv.vectors.copy()
    evaluate_analogies(wv, questions())
    evaluate_word_pairs(wv, [("w1", "w2", 1.0), ("w1", "w3", 2.0)])
    np.testing.assert_array_equal(wv.vectors, before)


@pytest.mark.slow
def test_on_trained_vectors_both_protocols_give_the_numbers_of_their_programs(data_folder):
    """Real text, the published questions, gensim itself, and compute-accuracy's rules written plainly."""
    pytest.importorskip("gensim")
    with lzma.open(data_folder / "text8-first-2M-words.xz", "rt") as file:
        words = file.read(6_000_000).split()
    corpus = [words[at : at + 1000] for at in range(0, len(words), 1000)]
    wv = Word2Vec(corpus, vector_size=50, random_state=1, n_jobs=1).fit().vectors_
    path, limit = data_folder / "analogy" / "questions-words.txt", 2_500
    score, sections = wv.to_gensim().evaluate_word_analogies(str(path), restrict_vocab=limit)
    report = evaluate_analogies(wv, path, protocol="gensim", restrict_vocab=limit)
    expected = [(each["section"], len(each["correct"]), len(each["incorrect"])) for each in sections[:-1]]
    assert [(each.name, each.correct, each.used - each.correct) for each in report.sections] == expected
    assert report.total.accuracy == score
    report = evaluate_analogies(wv, path, protocol="c", restrict_vocab=limit)
    found = [(each.name, each.correct, each.used, each.missing) for each in report.sections]
    assert found == plain_analogies(wv, read_analogies(path), limit=limit, protocol="c")
    assert 20 < report.total.correct < report.total.used


# -- word pairs --


def some_pairs(count=60):
    rng = np.random.default_rng(2)
    return [
        (f"W{a}", f"w{b}S", round(score, 2))
        for a, b, score in zip(*rng.integers(0, 45, (2, count)).tolist(), rng.uniform(0, 10, count), strict=True)
    ]


def test_word_pairs_give_gensims_numbers(tmp_path):
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    wv, path = world(), tmp_path / "pairs.tsv"
    path.write_text("# source\n" + "".join(f"{a}\t{b}\t{score}\n" for a, b, score in some_pairs()))
    other = keyedvectors.KeyedVectors(wv.vector_size)
    other.add_vectors(wv.index_to_key, wv.vectors)
    for limit in (60, 300_000):
        pearson, spearman, missing = other.evaluate_word_pairs(str(path), restrict_vocab=limit)
        report = evaluate_word_pairs(wv, path, restrict_vocab=limit)
        assert report.spearman == pytest.approx(spearman[0], abs=1e-6)
        assert report.pearson == pytest.approx(pearson[0], abs=1e-5)
        assert 100 * (1 - report.coverage) == pytest.approx(missing)


def test_case_counts_when_it_should():
    wv = WordVectors(np.array([[1, 0], [1, 1], [0, 1.0]]), ["cat", "dog", "car"])
    pairs = [("Cat", "dog", 9), ("cat", "car", 1), ("dog", "car", 3)]
    assert evaluate_word_pairs(wv, pairs).used == 3
    report = evaluate_word_pairs(wv, pairs, case_insensitive=False)
    assert (report.used, report.missing, report.case_rule) == (2, 1, "case kept")
    assert "2 pairs used, 1 with unknown words left out" in str(report)


@pytest.mark.parametrize("pairs", [[], [("w1", "w2", 1.0)], [("w1", "w2", 1.0), ("w2", "w3", 1.0)], [("x", "y", 1.0)]])
def test_too_few_pairs_are_nan_without_a_warning(pairs):
    report = evaluate_word_pairs(world(), pairs)
    assert math.isnan(report.spearman)
    assert math.isnan(report.pearson)


@pytest.mark.parametrize(
    "content",
    [
        "a\tb\t1.5\nc d\te\t2\n",
        "# comment\nword1\tword2\tscore\na\tb\t1.5\n\nc d\te\t2\n",
        "Word 1,Word 2,Human (mean)\na,b,1.5\nc d,e,2\n",
        "\ufeffa\tb\t1.5\textra\r\nc d\te\t2\textra\r\n",
        'a,b,1.5\n"c d",e,2\n',
    ],
)
def test_files_of_pairs_in_many_forms(tmp_path, content):
    (tmp_path / "pairs").write_text(content, encoding="utf-8", newline="")
    assert read_word_pairs(tmp_path / "pairs") == [("a", "b", 1.5), ("c d", "e", 2.0)]


def test_pairs_parted_by_spaces(tmp_path):
    (tmp_path / "pairs").write_text("a b 1.5\nc   e  2\n")
    assert read_word_pairs(tmp_path / "pairs") == [("a", "b", 1.5), ("c", "e", 2.0)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\t1\nc\td\n", "line 2: expected two words and a number, found 'c\\\\td'"),
        (b"a\tb\t1\nc\td\tx\n", "line 2"),
        (b"h\th\th\nh\th\th\n", "line 2"),
        (b"a b\n", "line 1"),
        (b"# only\n", "the file has no word pairs"),
        (b"\xff\xfe", "byte 0: not valid UTF-8"),
    ],
)
def test_files_that_hold_no_pairs_are_refused(tmp_path, content, message):
    (tmp_path / "pairs").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_word_pairs(tmp_path / "pairs")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a b c d\n", "line 1: expected a section name \\(': name'\\)"),
        (b": x\n\na b c\n", "line 3: expected four words, found 'a b c'"),
        (b"", "the file has no analogies"),
    ],
)
def test_files_that_hold_no_analogies_are_refused(tmp_path, content, message):
    (tmp_path / "questions").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_analogies(tmp_path / "questions")


def test_a_file_of_analogies_comes_back_as_it_was_written(tmp_path):
    assert read_analogies(write_questions(tmp_path / "questions", questions())) == questions()


def test_the_published_sets_have_their_published_sizes(data_folder):
    sections = read_analogies(data_folder / "analogy" / "questions-words.txt")
    assert len(sections) == 14
    assert sum(len(asked) for _, asked in sections) == 19_544
    assert sum(len(asked) for _, asked in sections[:5]) == 8_869
    sizes = {path.name: len(read_word_pairs(path)) for path in (data_folder / "similarity").iterdir()}
    assert sizes["EN-WS-353-ALL.tsv"] == 353
    assert sizes["EN-SIMLEX-999.tsv"] == 999

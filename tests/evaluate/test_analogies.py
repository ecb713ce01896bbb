"""Analogies: both protocols by hand, and against gensim on the same vectors."""

import lzma
import math
import pickle

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.errors import FormatError, ParameterError
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.evaluate.files import read_analogies
from fastw2v.evaluate.offsets import best_products
from fastw2v.vectors import WordVectors
from fastw2v.vectors.search import BestSoFar, best_rows, unit_rows


def plain_analogies(wv, sections, *, limit, protocol, method="add"):
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
            if method == "add":
                scores = units @ (units[rows[1]] - units[rows[0]] + units[rows[2]])
            else:
                near_a, near_b, near_c = (1 + units[rows] @ units.T) / 2
                scores = near_b * near_c / (near_a + 1e-6)
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
@pytest.mark.parametrize("method", ["add", "mul"])
def test_both_protocols_equal_the_same_written_plainly(monkeypatch, protocol, limit, at_once, method, world, questions):
    monkeypatch.setattr("fastw2v.evaluate.offsets._BLOCK_SEARCHED", at_once)
    monkeypatch.setattr("fastw2v.evaluate.offsets._BLOCK_QUESTIONS", at_once)
    wv = world()
    report = evaluate_analogies(wv, questions(), protocol=protocol, restrict_vocab=limit, method=method)
    found = [(section.name, section.correct, section.used, section.missing) for section in report.sections]
    assert found == plain_analogies(wv, questions(), limit=limit, protocol=protocol, method=method)
    assert 0 < report.total.correct < report.total.used
    assert report.total.missing > 0


def test_the_gensim_protocol_gives_gensims_numbers(tmp_path, world, questions, write_questions, as_gensim):
    wv, path = world(), write_questions(questions())
    other = as_gensim(wv)
    for limit in (60, 300_000):
        score, sections = other.evaluate_word_analogies(str(path), restrict_vocab=limit)
        report = evaluate_analogies(wv, path, protocol="gensim", restrict_vocab=limit)
        assert [
            (section["section"], len(section["correct"]), len(section["incorrect"])) for section in sections[:-1]
        ] == [(section.name, section.correct, section.used - section.correct) for section in report.sections]
        assert report.total.accuracy == pytest.approx(score)


def test_the_protocols_differ_where_they_should():
    """Another form of a question word may win under "c" and is passed over under "gensim"."""
    vectors = np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 2], [0, 1, 0.7]], np.float32)
    wv = WordVectors(vectors, ["man", "king", "woman", "queen", "WOMAN"])
    asked = [("family", [("man", "king", "woman", "queen")])]
    assert evaluate_analogies(wv, asked, protocol="c").total.correct == 0
    assert evaluate_analogies(wv, asked, protocol="gensim").total.correct == 1


def test_case_rules():
    wv = WordVectors(np.eye(4) + 1, ["\u00e9a", "b", "c", "d"])
    asked = [("x", [("\u00c9A", "B", "C", "D"), ("B", "C", "D", "B")])]
    assert evaluate_analogies(wv, asked, protocol="c").total.missing == 1
    assert evaluate_analogies(wv, asked, protocol="gensim").total.used == 2


def test_under_c_a_word_that_points_away_is_not_an_answer():
    wv = WordVectors(np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]]), ["a", "b", "c", "d"])
    asked = [("x", [("a", "b", "c", "d")])]
    assert evaluate_analogies(wv, asked, protocol="c").total.correct == 0


def test_the_report_says_its_rules(world, questions):
    report = evaluate_analogies(world(), questions())
    assert report.total.coverage == report.total.used / (report.total.used + report.total.missing)
    assert report.restrict_vocab == len(world())
    text = str(report)
    for part in ("protocol 'c'", "ASCII upper case", "left out", "section6", "total"):
        assert part in text


def test_only_sections_named_so_are_semantic_or_syntactic(world, questions):
    named = ["family", "gram1-adjective-to-adverb", "currency", "gram9-plural-verbs", "grammar", "animals", "gram"]
    sections = [(name, asked) for name, (_, asked) in zip(named, questions(), strict=True)]
    report = evaluate_analogies(world(), sections)
    used = {section.name: section.used for section in report.sections}
    assert report.semantic.used == used["family"] + used["currency"]
    assert report.syntactic.used == used["gram1-adjective-to-adverb"] + used["gram9-plural-verbs"]
    assert "semantic" in str(report)
    others = evaluate_analogies(world(), questions())
    assert (others.semantic.used, others.syntactic.used) == (0, 0)
    assert "semantic" not in str(others)
    assert "syntactic" not in str(others)


def test_the_default_limits_are_those_of_the_programs():
    wv = WordVectors(np.ones((30_001, 1)), [f"w{number}" for number in range(30_001)])
    asked = [("x", [("w0", "w1", "w2", "w30000"), ("w0", "w1", "w2", "w3")])]
    assert evaluate_analogies(wv, asked).total.missing == 1
    assert evaluate_analogies(wv, asked, protocol="gensim").total.used == 2


def test_nothing_to_ask_is_nan_and_a_warning(world):
    with pytest.warns(RuntimeWarning, match="no accuracy: none of 1 question could be asked") as caught:
        report = evaluate_analogies(world(), [("empty", []), ("unknown", [("x", "y", "z", "q")])])
    assert caught[0].filename == __file__
    assert math.isnan(report.total.accuracy)
    assert report.total.missing == 1
    assert "nan" not in str(report)


def test_words_that_are_not_strings_are_passed_over():
    wv = WordVectors(np.eye(3), [1, "a", ("b",)])
    assert evaluate_analogies(wv, [("x", [("a", "a", "a", "a")])]).total.used == 1
    with pytest.warns(RuntimeWarning, match="no correlation"):
        assert evaluate_word_pairs(wv, [("a", "1", 3.0)]).missing == 1


def test_unknown_protocols_and_limits_are_refused(world):
    with pytest.raises(ParameterError, match="'c' or 'gensim'"):
        evaluate_analogies(world(), [], protocol="C")
    with pytest.raises(ParameterError, match="restrict_vocab"):
        evaluate_analogies(world(), [], restrict_vocab=0)


@pytest.mark.parametrize("question", [("w1", "w2", "w3"), ("w1",) * 5, "w1w2", ("w1", "w2", "w3", 4)])
def test_a_question_that_is_not_four_words_is_refused(question, world):
    with pytest.raises(ParameterError, match=r"four strings .* got"):
        evaluate_analogies(world(), [("x", [question] * 4)])


def test_the_vectors_are_not_changed(world, questions):
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


def test_the_two_methods_are_told_apart(world, questions):
    with pytest.raises(ParameterError, match="errors must be 'strict' or 'ignore'; got 'replace'"):
        evaluate_analogies(world(), [("s", [("w1", "w2", "w3", "w4")])], errors="replace")
    with pytest.raises(ParameterError, match="method must be 'add' or 'mul'; got 'cosmul'"):
        evaluate_analogies(world(), questions(), method="cosmul")
    answers = {method: evaluate_analogies(world(), questions(), method=method).total for method in ("add", "mul")}
    assert answers["add"] != answers["mul"]


@pytest.mark.parametrize("protocol", ["c", "gensim"])
def test_questions_with_words_without_direction_count_as_missing(protocol):
    rows = np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 0], [np.nan, 1, 0]], np.float32)
    wv = WordVectors(rows, ["man", "king", "woman", "queen", "zero", "nan"])
    asked = [("man", "king", "woman", "queen"), ("man", "king", "woman", "zero"), ("nan", "king", "woman", "queen")]
    with pytest.warns(RuntimeWarning, match="2 of 6 vectors are zero, .* questions with their words count as missing"):
        report = evaluate_analogies(wv, [("all", asked)], protocol=protocol)
    assert (report.total.correct, report.total.used, report.total.missing) == (1, 1, 2)


@pytest.mark.filterwarnings("ignore:1 of 5 vectors are zero:RuntimeWarning")
@pytest.mark.parametrize("method", ["add", "mul"])
def test_words_without_direction_are_never_answers(method):
    """Though the only other word points away from what is asked for."""
    wv = WordVectors(np.array([[0, 0], [0, 1], [1, 0], [1, 0.1], [-1, -1]]), ["zero", "a", "b", "c", "d"])
    report = evaluate_analogies(wv, [("all", [("a", "b", "c", "d")])], protocol="gensim", method=method)
    assert (report.total.correct, report.total.used) == (1, 1)


def plain_world():
    """Vectors in which an animal minus its kind is one offset, and a word in capitals is another word."""
    offset = np.array([0, 0, 0, 3.0])
    bases = {"dog": [1, 0, 0, 0], "apple": [0, 1, 0, 0], "car": [0, 0, 1, 0], "US": [0.9, 0.1, 0, 0]}
    ends = {"animal": "dog", "fruit": "apple", "vehicle": "car", "us": "US"}
    rows = {word: np.array(row) for word, row in bases.items()}
    rows |= {word: rows[base] + offset for word, base in ends.items()}
    return WordVectors(np.array(list(rows.values()), np.float32), list(rows))


def test_a_file_of_bats_is_asked_with_each_of_its_right_answers(tmp_path):
    """Pairs are combined; of several words for b the first known one is taken, and any of the answers is right."""
    wv, path = plain_world(), tmp_path / "L01 [hypernyms].txt"
    path.write_text("dog\tmammal/animal\napple\tfruit/edible fruit\ncar\tmotor/vehicle\nrobin\tbird/thrush\n")
    pairs = [("dog", ["mammal", "animal"]), ("apple", ("fruit", "edible fruit")), ("car", ["motor", "vehicle"])]
    pairs.append(("robin", ["bird", "thrush"]))
    questions = [(a, b, c, d) for a, b in pairs for c, d in pairs if a != c]
    for protocol in ("c", "gensim"):
        for method in ("add", "mul"):
            options = {"protocol": protocol, "method": method}
            report = evaluate_analogies(wv, path, **options)
            (section,) = report.sections
            assert (section.name, section.correct, section.used, section.missing) == ("L01 [hypernyms]", 6, 6, 6)
            for given in ({section.name: pairs}, {section.name: questions}, {section.name: path}):
                assert evaluate_analogies(wv, given, **options) == report
    wrong = evaluate_analogies(wv, [("x", [("dog", "animal", "apple", ["vehicle", "motor", "car"])])]).total
    assert (wrong.correct, wrong.used) == (0, 1)
    path.write_text("dog\tanimal\nno pair\there\tis\napple\tfruit\n")
    with pytest.raises(FormatError, match=r"line 2: expected a pair of words, found 'no pair\\there"):
        evaluate_analogies(wv, path)
    with pytest.raises(ParameterError, match=r"questions\[0\]: found 1 pair, where 2 to 1,000 are expected"):
        evaluate_analogies(wv, {"x": pairs[:1]})
    with pytest.raises(ParameterError, match="pass them as two sections"):
        evaluate_analogies(wv, {"x": [*pairs, *questions]})


def test_the_report_names_the_questions_that_were_answered_right_and_wrong():
    right, wrong, unknown = (("dog", "animal", "car", d) for d in ("vehicle", "fruit", "nobody"))
    report = evaluate_analogies(plain_world(), {"x": [wrong, right], "y": [unknown, right]})
    assert [section.right_questions for section in report.sections] == [(right,), (right,)]
    assert (report.total.right_questions, report.total.wrong_questions) == ((right, right), (wrong,))
    assert "animal" not in repr(report.sections)
    again = pickle.loads(pickle.dumps(report))
    assert again == report
    assert again.total.wrong_questions == (wrong,)


@pytest.mark.parametrize("protocol", ["c", "gensim"])
def test_words_may_be_compared_as_they_are_written(protocol):
    asked = {"x": [("dog", "animal", "US", "us"), ("dog", "animal", "Apple", "fruit")]}
    report = evaluate_analogies(plain_world(), asked, protocol=protocol, case_insensitive=False)
    assert (report.total.correct, report.total.missing, report.case_rule) == (1, 1, "case kept")
    assert evaluate_analogies(plain_world(), asked, protocol=protocol).total.missing == 0


@pytest.mark.parametrize("rows", [5, 128, 300, 8_200])
def test_products_are_examined_by_pieces_and_chosen_as_by_a_full_sort(monkeypatch, rows):
    rng = np.random.default_rng(rows)
    units = unit_rows(rng.normal(size=(rows, 6)))
    units[-2:] = units[0]  # as good as each other
    asked = rng.integers(0, rows, (7, 3))
    pieces = []
    add = BestSoFar.add
    monkeypatch.setattr(BestSoFar, "add", lambda *given: pieces.append(given[1].shape[2]) or add(*given))
    for (a, b, c), (best, _) in zip(asked, best_products(units, asked, 4, np.array([1])), strict=True):
        near = (1 + units @ units.T[:, [a, b, c]]) / 2
        scores = near[:, 1] * near[:, 2] / (near[:, 0] + np.float32(1e-6))
        np.testing.assert_allclose(scores[best], scores[best_rows(scores, 4, {1, a, b, c})], rtol=1e-6)
        assert not {1, a, b, c} & {*best.tolist()}
    assert min(pieces) > 1

"""Token lists that are none: whole texts, and objects equal to themselves alone."""

import datetime
import io
import re

import numpy as np
import pytest

from fastw2v.corpus import iterables
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.tokenizers import words
from fastw2v.errors import CorpusError, CorpusTypeError, FormatError
from fastw2v.formats.words import encode_words

TEXTS = ["the cat sat on the mat", "the dog lay on the log", "a man sat in the sun"]


@pytest.mark.parametrize(
    "corpus",
    [np.array(TEXTS).reshape(-1, 1), np.array(TEXTS, object).reshape(-1, 1), [[text] for text in TEXTS], [(TEXTS[0],)]],
    ids=["strings", "objects", "lists", "tuple"],
)
def test_a_column_of_shape_n_1_is_no_token_list(corpus):
    with pytest.raises(CorpusTypeError, match=r"a list of one token, such as 'the cat sat on the mat', .*ravel\(\)"):
        encode(corpus, min_count=1)


def test_documents_given_as_lists_of_sentences_are_warned_of():
    with pytest.warns(RuntimeWarning, match=r"tokens such as 'the cat sat on the mat' are whole texts"):
        encode([TEXTS, TEXTS[:2]], min_count=1)


@pytest.mark.parametrize(
    "corpus", [[["i like it", "it works well"], ["so good"]] * 9, [["i like it", "good"], ["it works", "good"]] * 9]
)
def test_short_texts_nested_one_level_too_deep_are_warned_of(corpus):
    with pytest.warns(RuntimeWarning, match="tokens such as 'i like it' are whole texts"):
        encode(corpus, min_count=1)


def test_tokens_with_white_space_at_their_ends_are_warned_of_once():
    lines = ["\ufeffthe cat  sat\n", "the mat sat\n"]
    with pytest.warns(
        RuntimeWarning, match=r"tokens such as '\\ufeffthe', '', 'sat\\n' are empty.*text.split\(\)"
    ) as got:
        encode([line.split(" ") for line in lines], min_count=1)
    assert len(got) == 1


def test_characters_as_tokens_may_be_spaces(encode_all):
    assert encode_all([list("a b")]) == [["a", " ", "b"]]


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (
            ["red", "wine", "rose", "car", "road"] * 2,
            r"the 10 documents of the corpus hold 10 tokens.*pass \[words\]",
        ),
        ([["red"], ["wine"]] * 5, r"the 10 sentences of the corpus hold 10 tokens.*pass \[tokens\]"),
        (io.StringIO("red\nwine\n" * 5), "the 10 lines of the corpus hold 10 tokens.*join the lines"),
        (np.linspace(0, 1, 12).reshape(3, 4), "tokens such as 0.0909.* are numbers with fractions"),
        ([[("red", 1), ("wine", 1)], [("red", 2)]], r"\('red', 1\) are pairs with a number, as in a bag of words"),
        ([[(0, 0.3), (4, 0.9)]], "are pairs with a number"),
    ],
    ids=["words", "tokens", "lines", "features", "counts", "weights"],
)
def test_what_is_no_text_is_warned_of(corpus, message):
    with pytest.warns(RuntimeWarning, match=message):
        encode(corpus, min_count=1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("text <doc id=1> " + " ".join(f"w{i}" for i in range(300)) + "\n</doc>", "'<doc' and '</doc>' are markup"),
        ("the [[capital]] of [[Germany|it]]", r"'\[\[capital\]\]' and '\[\[Germany\|it\]\]' are markup"),
        ("{{Infobox of the [[capital]]", r"'\{\{Infobox' and '\[\[capital\]\]' are markup"),
    ],
)
def test_markup_that_is_rare_among_the_first_words_is_warned_of(text, found):
    with pytest.warns(RuntimeWarning, match=f"words such as {found}, which is trained on as if it were text"):
        encode(io.StringIO(f"{text}\n" * 5), min_count=1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text",
    [
        "[[nodiscard]] int f();\n[[maybe_unused]] m = {{alpha, beta}};",
        "def f():\n    '''Do so.'''\n    '''And so.'''",
        "if [[foo]] && [[bar||baz]]; then",
        "Dear {{name}}, dear {{other}}",
        "he said '''quoted''' and '''again'''",
    ],
)
def test_signs_of_programs_and_notes_are_not_those_of_a_wiki(text):
    encode(io.StringIO(f"{text}\n" * 5), min_count=1)
    encode([text] * 5, min_count=1)


@pytest.mark.filterwarnings("error")
def test_ends_of_sentences_and_nested_lists_are_no_markup():
    encode(io.StringIO("<s> the cat </s>\nx = [[1, 2], [[3]]] <unk>\n" * 5), min_count=1)


def test_blank_lines_are_no_lonely_words():
    assert len(encode(io.StringIO("red wine\n\n" * 9), min_count=1)) == 18


@pytest.mark.filterwarnings("ignore:tokens such as .* no file of a model can hold")
def test_nodes_of_a_grid_and_whole_numbers_are_tokens(encode_all):
    for walks in ([[(0, 0), (1, 2), (2, 3)], [(0, 3), (1, 1)]], [[1, 2], [3, 1]]):
        assert encode_all(walks) == walks


def test_integers_that_a_table_read_as_floats_are_told(encode_all):
    with pytest.warns(RuntimeWarning, match=r"tokens such as 1218.0 are floats, .*column.astype\('int64'\)"):
        assert encode_all([[1218.0, 2.0], [3.0, 1.0]])


@pytest.mark.parametrize(
    ("walks", "message"),
    [
        ([[("dog", "NN"), ("runs", "VB")]] * 3, r"tokens such as \('dog', 'NN'\) \(tuple\) .*no file.*'/'.join\(token"),
        ([[datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)]] * 3, r"\(date\) .* as in str\(token\)"),
        ([[True, False]] * 3, r"tokens such as True \(bool\)"),
        ([[1, 2, 2.5]] * 3, r"tokens such as 2.5 \(float\)"),
    ],
)
def test_tokens_that_no_file_of_a_model_can_hold_are_told(encode_all, walks, message):
    with pytest.warns(RuntimeWarning, match=message):
        assert encode_all(walks) == walks
    with pytest.raises(FormatError, match="a file holds words that are all str, or all int"):
        encode_words(walks[0])


def test_a_tokenizer_may_make_such_tokens_too():
    with pytest.warns(RuntimeWarning, match=r"tokens such as \('the', 'X'\) \(tuple\)"):
        encode(["the cat"] * 3, tokenizer=lambda text: [(word, "X") for word in text.split()], min_count=1)


def test_names_of_several_words_are_tokens_like_others(encode_all):
    walks = [["New York City", "San Francisco"], ["The Hague", "New York City"]]
    assert encode_all(walks) == walks


@pytest.mark.parametrize(
    "text", ["我喜欢这只猫 他们住在北京", "私は猫が好きです 東京に住んでいます", "ภาษาไทยที่นี่ ฉันชอบแมวมาก"]
)
def test_text_without_spaces_is_to_be_segmented_first(text):
    with pytest.warns(RuntimeWarning, match=f"words such as '{text.split()[0]}' are whole phrases.*segment the text"):
        encode([text] * 5)
    for tokenizer in (None, "whitespace"):
        with pytest.raises(CorpusError, match=r"no word occurs min_count=5 times.*segment the text first"):
            encode([text], tokenizer=tokenizer)


def test_a_word_without_end_is_shown_in_part():
    for options in ({}, {"vocabulary": ["x", "y"]}):
        with pytest.raises(CorpusError) as raised:
            encode([["w" * 60_000]], **options)
        assert len(str(raised.value)) < 500


def test_segmented_text_is_not_doubted(encode_all):
    for text in ("我 喜欢 猫", "コンピュータ が 好き です", "ฉัน ชอบ แมว", "the cat sat"):
        assert encode_all([text] * 2)[0] == text.split()


class Lonely:
    """Equal to itself alone, as every object is whose class does not say otherwise."""


class Tensor:
    """Compared by value, yet hashed by identity."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return id(self)


class Spoken(Lonely):
    def __init__(self, text):
        self.text = text


def test_objects_with_a_text_are_not_tokens():
    with pytest.raises(CorpusTypeError, match=r"corpus\[0\]\[0\] is .*Spoken\), an object with a text.*token.text"):
        encode([[Spoken("red"), Spoken("wine")]] * 9, min_count=1)
    with pytest.raises(CorpusTypeError, match=r"token 0 that the tokenizer returned for corpus\[0\] is .*token.text"):
        encode(["red wine"], min_count=1, tokenizer=lambda text: list(map(Spoken, text.split())))


@pytest.mark.parametrize("min_count", [1, 5])
def test_objects_that_are_each_a_word_of_their_own_are_refused(min_count):
    with pytest.raises(CorpusTypeError, match=r"\(Lonely\), each equal to itself alone: 20 tokens, 20 words"):
        encode([[Lonely(), Lonely()] for _ in range(10)], min_count=min_count)


def test_tensors_are_each_a_word_of_their_own():
    with pytest.raises(CorpusTypeError, match=r"\(Tensor\), each equal to itself alone: 4 tokens, 4 words"):
        encode([[Tensor(), Tensor()] for _ in range(2)], min_count=1)


@pytest.mark.filterwarnings("ignore:tokens such as .* no file of a model can hold")
def test_objects_that_come_again_are_nodes_of_a_graph(encode_all):
    a, b = Lonely(), Lonely()
    assert encode_all([[a, b], [b, a, b]]) == [[a, b], [b, a, b]]


def test_emoji_that_the_default_tokenizer_leaves_out_are_told(recwarn):
    tweets = ["I love \N{SLICE OF PIZZA}\N{SLICE OF PIZZA}", "so cold \N{SNOWFLAKE}\ufe0f here"] * 10
    message = r"left out by tokenizer='words', the default for strings \(20 runs .* of the first 20 documents\)"
    with pytest.warns(RuntimeWarning, match=message):
        encode(tweets, min_count=1)
    assert "\N{SNOWFLAKE}\ufe0f" in encode(tweets, min_count=1, tokenizer="whitespace").vocabulary
    encode(tweets, min_count=1, tokenizer="words")
    encode(["20 \N{DEGREE SIGN}C \N{COPYRIGHT SIGN} the author"] * 9, min_count=1)
    encode(["a long document of words " * 40 + "\N{SLICE OF PIZZA}"] * 9, min_count=1)
    encode(["see \N{DINGBAT CIRCLED SANS-SERIF DIGIT ONE} below"] * 9, min_count=1)  # a word, as the tokenizer has it
    assert not recwarn


def test_of_long_documents_the_beginning_is_looked_at_for_emoji(monkeypatch, recwarn):
    given = []
    monkeypatch.setattr(iterables, "words", lambda text: given.append(text) or words(text))
    encode(["so cold \N{SNOWFLAKE} " + "a few words " * 10_000 + "\N{SNOWFLAKE} " * 10_000], min_count=1)
    assert max(map(len, given)) < 5_000
    assert not recwarn


def test_spaces_of_unicode_inside_words_are_told(written, recwarn):
    path = written("c.txt", "un\xa0mot de\xa0plus\n".encode() * 9)
    with pytest.warns(RuntimeWarning, match=r"18 tokens hold a Unicode space.*\(100% of all\): tokenizer='words'"):
        encode(path, min_count=1)
    with pytest.raises(CorpusError, match=r"only one occurs min_count=5 times.*9 tokens hold a Unicode space"):
        encode(written("d.txt", "red\u3000wine\n".encode() * 9))
    encode(path, min_count=1, tokenizer="whitespace")
    encode(written("e.txt", b"a few words " * 99 + "d'un\xa0mot".encode()), min_count=1)
    assert not recwarn


@pytest.mark.parametrize(
    ("odd", "plain"),
    [("red\u200b", "red"), ("red\ufeff", "red"), ("\u200f\u05d0\u05d1", "\u05d0\u05d1"), ("e\u0301t", "\xe9t")],
)
def test_words_that_look_alike_are_told(written, odd, plain):
    message = rf"1 word looks like another .* such as {re.escape(ascii(odd))} and {re.escape(ascii(plain))}:"
    with pytest.warns(RuntimeWarning, match=message):
        encode([[plain, "wine", odd]] * 5)
    with pytest.warns(RuntimeWarning, match=message):
        encode(written("c.txt", f"{plain} wine {odd}\n".encode() * 5))


def test_odd_words_without_a_twin_or_of_a_small_share_are_not_told(recwarn):
    encode([["rose\u200b", "wine", "e\u0301t"]] * 5)
    encode([["red", "wine"] * 3_000, ["red\u200b"] * 5])
    assert not recwarn

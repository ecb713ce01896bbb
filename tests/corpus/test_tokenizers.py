"""The named tokenizers and how one is chosen."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.corpus import tokenizers
from fastw2v.errors import CorpusTypeError, ParameterError


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("The quick, brown FOX.", ["the", "quick", "brown", "fox"]),
        ("don't 'quoted' rock'n'roll it's' ''", ["don't", "quoted", "rock'n'roll", "it's"]),
        ("don\u2019t l\u2019\u00e9t\u00e9 \u2019tis", ["don't", "l'\u00e9t\u00e9", "tis"]),
        ("snake_case 3.14 2024 covid-19", ["snake_case", "3", "14", "2024", "covid", "19"]),
        ("Straße ÉCOLE Ωμέγα", ["straße", "école", "ωμέγα"]),
        ("हिन्दी में लिखा", ["हिन्दी", "में", "लिखा"]),
        ("ภาษาไทยที่นี่", ["ภาษาไทยที่นี่"]),
        ("한국어 위키백과", ["한국어", "위키백과"]),
        (unicodedata.normalize("NFD", "한국어 café"), ["한국어", "café"]),
        ("中文维基 百科", ["中文维基", "百科"]),
        ("\u0645\u06cc\u200c\u062e\u0648 \u200cx", ["\u0645\u06cc\u200c\u062e\u0648", "x"]),
        ("a\u00a0b\u2028c\u3000d", ["a", "b", "c", "d"]),
        ("İstanbul", ["istanbul"]),
        ("i \u2764\ufe0f this \u0301x 1\ufe0f ya\ufe0e", ["i", "this", "x", "1", "ya"]),
        ("п\u02bcять п\uff07ять п'ять", ["п'ять"] * 3),
        ("\u0645\u0640\u0640\u0645 \u0640", ["\u0645\u0645"]),
        ("\u09b0\u200d\u09cd\u09af it'\u0301s", ["\u09b0\u200d\u09cd\u09af", "it", "s"]),
        ("Wort\u00adtrennung wort\u2060\ufeffteil", ["worttrennung", "wortteil"]),
        ("Col·lecció a·B ·c d·", ["col·lecció", "a·b", "c", "d"]),
        ("λόγος·και 3·14 卡尔·马克思", ["λόγος", "και", "3", "14", "卡尔", "马克思"]),
        ('צה״ל צה"ל "שלום" ג\u05f3ירפה', ["צה״ל", "צה״ל", "שלום", "ג'ירפה"]),  # noqa: RUF001
        ("e\u0301te\u0301 été", ["été", "été"]),
        ("😀 ... !!", []),
        ("", []),
    ],
)
def test_words(document, expected):
    assert tokenizers.words(document) == expected


INSIDE = "'\u200c\u200d·״"  # what may stand between letters


@given(st.text())
def test_words_hold_every_letter_and_digit_in_order_and_nothing_odd(document):
    words = tokenizers.words(document)
    plain = re.sub("[\u00ad\u2060\ufeff\u0640\u02bc]", "", document.lower()).replace("i\u0307", "i")
    lower = unicodedata.normalize("NFC", re.sub("[\ufe00-\ufe0f]", "", plain))
    letters = [char for char in lower if char.isalnum() or char == "_"]
    assert [char for char in "".join(words) if char.isalnum() or char == "_"] == letters
    assert all(word[0].isalnum() or word[0] == "_" for word in words)
    assert all(word[-1] not in "'\u200c·״" for word in words)


@given(st.text(st.sampled_from("aZ'_0 .,\n") | st.characters(max_codepoint=127)))
def test_the_short_way_for_ascii_equals_the_long_way(document):
    assert tokenizers.words(document) == tokenizers._unicode_word().findall(document.lower())


@given(st.text())
def test_whitespace_splits_as_files_are_split(document):
    expected = re.split("[ \t\n\v\f\r]+", document)
    assert tokenizers.splitter("whitespace")(document) == [word for word in expected if word]


def test_resolve():
    assert [tokenizers.resolve(None, kind) for kind in ("file", "documents", "tokens")] == [
        "whitespace",
        "words",
        "tokens",
    ]
    assert tokenizers.resolve(str.split, "file") is str.split
    assert tokenizers.resolve("words", "file") == "words"
    for tokenizer, kind in [("words", "tokens"), (str.split, "tokens"), ("tokens", "file"), ("no", "documents")]:
        with pytest.raises(ParameterError, match="tokenizer="):
            tokenizers.resolve(tokenizer, kind)


def test_apply_gives_the_tokens_of_other_documents():
    assert tokenizers.apply("whitespace", "A b!") == ["A", "b!"]
    assert tokenizers.apply("words", "A b!") == ["a", "b"]
    assert tokenizers.apply(str.split, "A b!") == ["A", "b!"]
    for tokenizer in ("whitespace", "words", "tokens", str.split):
        assert tokenizers.apply(tokenizer, ["A", "b!"]) == ["A", "b!"]


@pytest.mark.parametrize("document", ["a b", ["a", "b"]])
@pytest.mark.parametrize("tokenizer", ["foo", None, 5])
def test_apply_refuses_what_is_no_tokenizer(tokenizer, document):
    with pytest.raises(
        ParameterError, match=f"tokenizer={tokenizer!r}[;,] .*'whitespace', 'words', 'tokens' or a callable"
    ):
        tokenizers.apply(tokenizer, document)


@pytest.mark.parametrize(
    ("tokenizer", "document", "message"),
    [
        ("tokens", "a string", r"docs\[2\] is the string 'a string', but token lists are expected"),
        ("words", None, r"docs\[2\] is None, a missing value"),
        ("words", b"bytes", "decode it first"),
        ("words", {"text": ""}, r"\[row\['text'\] for row in rows\]"),
        ("words", 5, r"docs\[2\] is 5 \(int\)"),
        (lambda document: 7, "text", r"what the tokenizer returned for docs\[2\] is 7"),
    ],
)
def test_apply_refuses_with_the_place(tokenizer, document, message):
    with pytest.raises(CorpusTypeError, match=message):
        tokenizers.apply(tokenizer, document, "docs[2]")

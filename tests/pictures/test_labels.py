"""The text that a picture shows for a word."""

from fastw2v.pictures.labels import label_of


def test_a_word_is_shown_as_it_is():
    for word in ("king", "München", "東京", "New York", "$x$", "<b>", "שלום"):
        assert label_of(word) == word


def test_other_words_than_strings_are_shown_as_str_shows_them():
    assert label_of(7) == "7"
    assert label_of(("new", "york")) == "('new', 'york')"


def test_what_cannot_be_printed_appears_as_an_escape():
    assert label_of("a\nb\tc\x00") == r"a\nb\tc\x00"
    assert label_of("\u2028\ud800") == r"\u2028\ud800"


def test_joiners_are_spelling_and_soft_hyphens_are_left_out():
    for word in (
        "می\u200cروم",
        "ශ්\u200dරී",
        "क्\u200dष",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u06dd\u0661",
    ):
        assert label_of(word) == word
    assert label_of("co\xadop") == "coop"


def test_what_hides_or_reorders_text_appears_as_an_escape():
    assert label_of("\u200f\u202eab\u2066") == r"\u200f\u202eab\u2066"
    assert label_of("a\u200b\ufeff") == r"a\u200b\ufeff"
    assert label_of("\u200c") == r"\u200c"
    assert label_of("a\u200d\u200db \u200c") == "a\u200d\\u200db \\u200c"
    assert label_of("\xad") == r"\xad"
    assert label_of("a\U000e0067") == r"a\U000e0067"


def test_a_long_word_ends_in_an_ellipsis():
    assert label_of("x" * 40) == "x" * 40
    assert label_of("x" * 41) == "x" * 39 + "…"

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


def test_a_long_word_ends_in_an_ellipsis():
    assert label_of("x" * 40) == "x" * 40
    assert label_of("x" * 41) == "x" * 39 + "…"

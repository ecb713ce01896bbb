"""HTML for notebooks: everything escaped, whatever it is; well formed; small."""

import math
from html.parser import HTMLParser

import numpy as np
import pytest

from fastw2v import DocVectorizer, EncodedCorpus, Word2Vec, WordVectors, cards, encode
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs

EVIL = '<img/src=x/onerror="alert(1)">&amp;</table></div>'
VOID = {"img", "br", "polyline"}


class Reader(HTMLParser):
    """The tags and the text of a page; raises where a tag is closed that is not open."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


@pytest.fixture
def read():
    def parse(html):
        reader = Reader()
        reader.feed(html)
        reader.close()
        assert reader.open == []
        assert not reader.tags & {"img", "script", "iframe", "a", "link"}
        return reader.text

    return parse


@pytest.fixture(scope="module")
def model():
    """A model of evil words."""
    words = [f"{EVIL}{i}" for i in range(60)]
    corpus = [words[i : i + 8] for i in range(53)] * 20 + [[f"rare{EVIL}"]]
    return Word2Vec(corpus, vector_size=8, epochs=3, sample=0, learning_rate=0.01, random_state=1, n_jobs=1).fit()


def shown(model):
    """Everything that has a card, by name."""
    questions = [(f"section{EVIL}", [tuple(model.wv.index_to_key[:4])]), ("gram1", [("a", "b", "c", "d")])]
    return {
        "model": model,
        "unfitted": Word2Vec(window=3, tokenizer=str.split),
        "vectors": model.wv,
        "report": model.report_,
        "corpus report": model.corpus_report_,
        "documents": DocVectorizer(model, "sif").fit([model.wv.index_to_key[:9], model.wv.index_to_key[20:40]]),
        "analogies": evaluate_analogies(model, questions),
        "pairs": evaluate_word_pairs(model, [(*model.wv.index_to_key[:2], 1.0), (*model.wv.index_to_key[3:5], 2.0)]),
        "neighbours": model.most_similar(f"{EVIL}0"),
    }


NAMES = ["model", "unfitted", "vectors", "report", "corpus report", "documents", "analogies", "pairs", "neighbours"]


@pytest.mark.parametrize("name", NAMES)
def test_every_card_is_well_formed_small_and_harmless(model, read, name):
    html = shown(model)[name]._repr_html_()
    text = read(html)
    assert len(text) > 20
    assert len(html) < 12_000
    for reference in ("http", "url(", "@import"):
        assert reference not in html


@pytest.mark.parametrize("name", NAMES)
def test_every_repr_is_one_line(model, name):
    text = repr(shown(model)[name])
    assert "\n" not in text
    assert len(text) < 1_000 or name == "neighbours"


def test_words_are_shown_as_they_are(model, read):
    assert EVIL[:40] in read(model.wv._repr_html_())
    assert EVIL in read(cards.card("x", cards.facts([("name", EVIL)])))


@pytest.mark.parametrize("word", ["", "中文", "\ud800", "a\x00b", ("New", "York"), 7, None, "x" * 10_000])
def test_words_may_be_anything(read, word):
    html = cards.card(str(word), cards.facts([(str(word), word), ("words", cards.words([word]))]), subtitle=str(word))
    read(html)
    assert len(html) < 4_000
    html.encode()


def test_shares_and_curves_may_be_anything(read):
    for share in (-1.0, 0.0, 0.5, 2.0, math.nan, math.inf):
        read(cards.card("x", cards.bar(share)))
    assert "width:0.0%" in cards.bar(math.nan)
    for values in ([], [1.0], [math.nan, 1.0], [2.0, 2.0], [3.0, 2.0, math.inf]):
        read(cards.card("x", cards.curve(values, EVIL)))
    assert cards.curve([math.nan, 1.0], "loss") == ""
    assert "polyline" in cards.curve([3.0, 2.0], "loss")


def test_the_card_of_a_model_says_what_it_is(model, read):
    text = read(model._repr_html_())
    for part in (
        "Word2Vec",
        "60 words, 8 dimensions",
        "skipgram, window 5, 5 negatives",
        "tokens",
        "in 3 epochs",
        "seed",
    ):
        assert part in text
    assert f"{model.loss_history_[-1]:.4f}" in text


def test_a_loaded_model_has_a_card(read, tmp_path):
    words = [f"word{i}" for i in range(60)]
    plain = Word2Vec([words] * 9, vector_size=8, epochs=1, sample=0, learning_rate=0.01, n_jobs=1).fit()
    plain.save(tmp_path / "model.safetensors")
    text = read(Word2Vec.load(tmp_path / "model.safetensors")._repr_html_())
    assert "60 words" in text
    assert "words/s" not in text


def test_word_vectors_of_a_few_words_have_a_card(read):
    text = read(WordVectors(np.eye(2), ["sun", "moon"])._repr_html_())
    assert "2 words, 2 dimensions" in text
    assert "nearest" not in text


def test_a_corpus_is_described(read):
    report = encode([["a", "b", EVIL, "a", "b"]] * 3, min_count=4).report
    assert EVIL in read(report._repr_html_())
    assert isinstance(EncodedCorpus.from_ids([[0, 1]]).report._repr_html_(), str)

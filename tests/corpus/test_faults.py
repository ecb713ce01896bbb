"""What is no corpus, no sentence or no token: said with its place and the remedy."""

import io
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from fastw2v.corpus import tokenizers
from fastw2v.corpus._token_scanner import TokenScanner
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.faults import check_documents_type
from fastw2v.errors import BadTokenError, CorpusError, CorpusTypeError, ParameterError

SENTENCES = [["the", "cat", "sat"], [], ["the", "mat"]]
DOCUMENTS = ["The cat SAT.", "", "the Mat!"]


class Row(NamedTuple):
    text: str
    label: str


class Tagged(NamedTuple):
    words: list[str]
    tags: list[int]


class EdgeView(dict):
    """In place of networkx's ``G.edges()``."""


def Spoken(text):  # noqa: N802
    return SimpleNamespace(text=text)


def frames():
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    yield pd.DataFrame({"text": DOCUMENTS})
    yield pl.DataFrame({"text": DOCUMENTS})
    yield pl.LazyFrame({"text": DOCUMENTS})
    yield pa.table({"text": DOCUMENTS})


class Dataset:
    """Rows, and what tells of a data set of Hugging Face."""

    column_names = property(lambda self: list(self.features))
    features = property(lambda self: {"id": SimpleNamespace(dtype="int64"), "body": SimpleNamespace(dtype="string")})

    def __getitem__(self, name):
        return DOCUMENTS

    def __iter__(self):
        return ({"id": 1, "body": document} for document in DOCUMENTS)


def test_of_a_data_set_the_column_of_texts_is_named():
    with pytest.raises(CorpusTypeError, match=r"a Dataset of rows; pass its column of texts: dataset\['body'\]$"):
        encode(Dataset())
    for parts in ({"test": Dataset(), "train": Dataset()}, {"train": Dataset()}):
        with pytest.raises(CorpusTypeError, match=r"pass the texts in it: rows\['train'\]\['body'\]"):
            encode(parts)
    pd = pytest.importorskip("pandas")
    with pytest.raises(CorpusTypeError, match=r"pass the texts in it: rows\['a'\]\['text'\]"):
        encode({"a": pd.DataFrame({"text": DOCUMENTS})})


@pytest.mark.fault("tokens that are no words")
def test_tables_are_refused():
    for frame in frames():
        with pytest.raises(CorpusTypeError, match=re.escape("pass its column of texts: df['text']")):
            encode(frame)


@pytest.mark.fault("tokens that are no words")
@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (None, "a corpus cannot be None; pass a path"),
        (5, r"a corpus cannot be 5 \(int\)"),
        (list, r"a corpus cannot be <class 'list'> \(type\)"),
        (b"some text", "decode it and pass documents"),
        ({"text": DOCUMENTS, "id": [1]}, r"a corpus cannot be a dict .*rows\['text'\]"),
        ({"all": DOCUMENTS}, r"pass the texts in it: rows\['all'\]"),
        (EdgeView({("a", "b"): {"weight": 1}, ("b", "c"): {}}), r"pass the texts in it: list\(G.edges\(\)\)"),
        ({1: "a b", 2: "c d"}, r"a corpus cannot be a dict .*pass the texts in it: list\(rows.values\(\)\)"),
        (np.array([(1, "a b")], [("id", int), ("text", "U9")]), r"an array of rows \(id, text\).*array\['text'\]"),
        (lambda: DOCUMENTS, r"a corpus cannot be <function .*; call it, and pass what it makes"),
        ([{"id": 1, "title": "a", "body": "a b c"}], r"pass its text alone, as in \[row\['body'\] for row in rows\]"),
        ([Counter("abc")], r"is a Counter with the keys \['a', 'b', 'c'\] and no text; pass a list of tokens"),
        (["a b", Spoken("c")], r"corpus\[1\] is .*, an object with a text; pass the texts: \[item.text"),
        (np.ma.array(["a b", "c"], mask=[0, 1]), r"corpus\[1\] is masked, a missing value"),
        ([{"text": "a b"}], r"corpus\[0\] is a dict with the keys \['text'\]; .*\[row\['text'\] for row in rows\]"),
        (["a b", {"text": "a b"}], r"corpus\[1\] is a dict"),
        ([b"a b"], r"corpus\[0\] is b'a b' \(bytes\); decode it first"),
        (["a b", b"a b"], r"corpus\[1\] is b'a b' \(bytes\); decode it first"),
        ([None, "a b"], r"corpus\[0\] is None, a missing value"),
        (["a b", None], r"corpus\[1\] is None, a missing value; leave it out \(pandas: column.dropna\(\), "),
        (["a b", float("nan")], r"corpus\[1\] is nan, a missing value"),
        ([["a"], float("nan")], r"corpus\[1\] is nan, a missing value"),
        (["a b", 7], r"corpus\[1\] is 7 \(int\)"),
        (["a b", ["a", "b"]], r"corpus\[1\] is \['a', 'b'\] \(list\), but the items before it are strings"),
        ([["a"], ["b"], ["c"], "d e"], r"corpus\[3\] is the string 'd e' where a list of tokens is expected"),
        ([["a"], {"b", "c"}], r"corpus\[1\] is a set, which has no order"),
        ({"a b", "c d"}, r"a corpus cannot be a set, which has no order: .*pass sorted\(texts\)"),
        ([["a"], io.StringIO("b c")], r"corpus\[1\] is an open file, whose lines would be tokens"),
        ([Row("a b", "c")], r"corpus\[0\] is a row of a table \(text, label\); pass its text alone.*row.text"),
        (
            [Row("a", "b"), Row("c", "d")],
            r"\(text, label\); if each cell is a token, pass \[list\(row\) for row in rows\]",
        ),
        ([Tagged(["a"], [0])], r"is a row of a table \(words, tags\); .*row.words for row in rows"),
        ([["a"], 7], r"corpus\[1\] is 7 \(int\)"),
        (np.arange(5), r"corpus\[0\] is (np.int64\()?0\)? \(int64\).* EncodedCorpus.from_ids\(ids\)"),
        (np.array(5), "a corpus cannot be"),
        ([np.zeros((2, 2))], r"corpus\[0\] is an array of 2 dimensions"),
        ([Path("a.txt"), "b.txt"], r"corpus\[1\] is 'b.txt' \(str\), but the items before it are paths"),
    ],
)
def test_other_objects_are_not_a_corpus(corpus, message):
    with pytest.raises(CorpusTypeError, match=message):
        encode(corpus, min_count=1)


def test_a_table_of_one_column_is_told_by_its_name():
    """As ColumnTransformer passes it; a list of tables and what groupby gives are none either."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"review": DOCUMENTS})
    with pytest.raises(CorpusTypeError, match=r"df\['review'\] \(a ColumnTransformer .* as 'review', not \['review'\]"):
        encode(table)
    with pytest.raises(CorpusTypeError, match=r"^documents cannot be a DataFrame \(a table\)"):
        check_documents_type(table)
    with pytest.raises(CorpusTypeError, match=r"corpus\[0\] is a DataFrame \(a table\); .*tables\[0\]\['text'\]"):
        encode([table])
    with pytest.raises(CorpusTypeError, match=r"a corpus cannot be a SeriesGroupBy; .*apply\(list\)"):
        encode(table.groupby("review")["review"])


def test_sparse_matrix_is_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(CorpusTypeError, match="sparse"):
        encode(sparse.eye(3, format="csr"))


@pytest.mark.fault("tokens that are no words")
@pytest.mark.parametrize(
    ("token", "message"),
    [
        (3, r"is 3 \(int\), but the tokens before it are strings"),
        (None, r"is None \(NoneType\), a missing value; leave it out"),
        (float("nan"), r"is nan \(float\), a missing value"),
        (b"x", r"is b'x' \(bytes\); decode it first"),
        (["x"], r"is \['x'\] \(list\); tokens must be strings or other hashable values"),
        ("\ud800", r"is '\\ud800' \(str\), which contains the lone surrogate"),
    ],
)
@pytest.mark.parametrize("length", [8, 1000])
def test_tokens_that_cannot_be_words_are_named_with_their_place(token, message, length):
    corpus = [["a", "b"]] * 3 + [["a"] * 7 + [token] + ["b"] * (length - 8)]
    with pytest.raises(CorpusTypeError, match=r"corpus\[3\]\[7\] " + message):
        encode(corpus, min_count=1)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("x", r"is 'x' \(str\), but the tokens before it are not strings"),
        (None, "a missing value"),
        (float("nan"), "a missing value"),
        (b"x", "decode it first"),
        ([1], "hashable"),
    ],
)
def test_tokens_among_other_hashables(token, message):
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\]\[2\] .*" + message):
        encode([[1, 2], [1, 2, token]], min_count=1)
    if token not in ("x", [1]):  # a list of lists is told as such
        with pytest.raises(CorpusTypeError, match=r"corpus\[0\]\[0\] .*" + message):
            encode([[token], [1, 2]], min_count=1)


def test_what_a_tokenizer_may_not_return():
    for tokens, message in [
        ("text", r"what the tokenizer returned for corpus\[1\] is the string 'text' where a list"),
        (None, r"what the tokenizer returned for corpus\[1\] is None; it must return a list of tokens \(is a return"),
        ({"input_ids": [1]}, r"corpus\[1\] is .*input_ids.* \(dict\); .*tokenizer=name.tokenize"),
        (SimpleNamespace(ids=[1], tokens=["a"]), r"it must return a list of tokens: .*name.encode\(text\).tokens"),
        (["a", None], r"token 1 that the tokenizer returned for corpus\[1\] is None"),
    ]:
        made = iter([["a", "b"], tokens])
        with pytest.raises(CorpusTypeError, match=message):
            encode(["x", "y"], min_count=1, tokenizer=lambda _, made=made: next(made))


@pytest.mark.parametrize("lazy", [False, True])
def test_what_a_tokenizer_raises_is_told_with_its_place(tmp_path, lazy):
    def tokenizer(text):
        found = (1 / (token != "bad") and token for token in text.split())
        return found if lazy else list(found)

    texts = ["good text"] * 30 + ["bad text"]
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(texts))
    for corpus, place in ((texts, "corpus[30]"), (iter(texts), "corpus[30]"), (path, f"{path}, line 31")):
        with pytest.raises(ZeroDivisionError) as raised:
            encode(corpus, min_count=1, tokenizer=tokenizer)
        assert raised.value.__notes__ == [f"raised by the tokenizer for {place}"]
    with pytest.raises(ZeroDivisionError) as raised:
        tokenizers.apply(tokenizer, "bad", "documents[2]")
    assert raised.value.__notes__ == ["raised by the tokenizer for documents[2]"]


def test_what_a_corpus_raises_is_not_the_tokenizers():
    def texts():
        yield "good text"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as raised:
        encode(texts(), min_count=1, tokenizer=str.split)
    assert not hasattr(raised.value, "__notes__")


def test_tokenizer_that_does_not_go_with_the_corpus(encode_all):
    with pytest.raises(ParameterError, match="tokenizer='words', but the corpus holds token lists"):
        encode(SENTENCES, tokenizer="words")
    with pytest.raises(ParameterError, match="tokenizer='tokens', but the corpus holds strings"):
        encode(DOCUMENTS, tokenizer="tokens")
    assert encode_all(SENTENCES, tokenizer="tokens") == SENTENCES


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (None, "0 words of letters and digits, which tokenizer='words' takes alone; tokenizer='whitespace' takes all"),
        (lambda text: [], "0 words: the tokenizer returned no token; pass one that splits this text"),
    ],
)
def test_texts_in_which_the_tokenizer_finds_nothing(tokenizer, message):
    with pytest.raises(CorpusError, match=f"the corpus is empty: 2 sentences, {message}"):
        encode(["\N{WINE GLASS} \N{GRAPES}", "!?"], tokenizer=tokenizer)


@pytest.mark.parametrize("method", ["tokenize", "build_analyzer", "findall"])
def test_a_tokenizer_that_is_an_object_is_told_by_its_method(method):
    with pytest.raises(ParameterError, match=f"of a SimpleNamespace its method, tokenizer=name.{method}"):
        encode(DOCUMENTS, tokenizer=SimpleNamespace(**{method: str.split}))


@pytest.mark.fault("empty corpora")
def test_empty_corpora():
    for corpus, n in [([], 0), ([[]], 1), (["", " "], 2), (np.empty((3, 0)), 3)]:
        with pytest.raises(CorpusError, match=f"the corpus is empty: {n} sentences?, 0 words; pass"):
            encode(corpus)


def test_used_up_iterator_says_so():
    generator = (sentence for sentence in SENTENCES)
    encode(generator, min_count=1)
    with pytest.raises(CorpusError, match="this generator yields its items only once and may have been consumed"):
        encode(generator, min_count=1)


@pytest.mark.fault("too few words")
def test_too_few_words():
    with pytest.raises(
        CorpusError, match=r"no word occurs min_count=5 times: the most frequent word, 'the', occurs 2 times"
    ):
        encode(SENTENCES)
    with pytest.raises(CorpusError, match=r"only one occurs min_count=2 times: the most frequent word, 'the'"):
        encode(SENTENCES, min_count=2)
    with pytest.raises(CorpusError, match="the corpus has one"):
        encode([["a", "a"]], min_count=1)


class Trouble(Exception):  # noqa: N818
    pass


@pytest.mark.fault("the user's iterator raises")
def test_what_the_users_code_raises_comes_out():
    trouble = Trouble("at item 3")

    def sentences():
        yield from [["a", "b"]] * 3
        raise trouble

    with pytest.raises(Trouble) as caught:
        encode(sentences(), min_count=1)
    assert caught.value is trouble

    def split(document):
        raise trouble

    with pytest.raises(Trouble) as caught:
        encode(["a b"], tokenizer=split)
    assert caught.value is trouble

    class Token:
        def __hash__(self):
            raise trouble

    with pytest.raises(Trouble) as caught:
        encode([[Token()]])
    assert caught.value is trouble


@pytest.mark.parametrize("bad", [None, "\ud800"])
def test_what_comes_before_a_bad_token_is_counted_once(bad):
    scanner, ids = TokenScanner(), []
    scanner.add(["a", "b"])
    with pytest.raises(BadTokenError):
        scanner.add(["a", "c", bad, "b"])
    scanner.drain(lambda block: ids.extend(np.frombuffer(block, np.int32).tolist()))
    assert (scanner.tokens, scanner.counts().tolist()) == (4, [2, 1, 1])
    assert ids == [0, 1, -1, 0, 2]


def test_numbers_too_long_for_python_to_write_do_not_hide_the_fault():
    with pytest.raises(CorpusTypeError, match=r"corpus cannot be <a whole number of 20,000 bits> \(int\)"):
        encode(1 << 19_999)
    with pytest.raises(CorpusTypeError, match=r"corpus\[1\] is <list that contains a very large number> \(list\)"):
        encode(["a b", [1 << 19_999]])


def test_a_long_string_is_cut_in_the_message():
    with pytest.raises(CorpusTypeError) as caught:
        encode([["a"], "b " * 1_000_000])
    assert len(str(caught.value)) < 200


def test_documents_that_are_the_names_of_files_have_no_vectors():
    with pytest.raises(
        CorpusTypeError, match=r"documents\[0\] is the string 'a.txt', the name of a file, although none"
    ):
        check_documents_type(["a.txt", "b.txt"])
    check_documents_type(["a text", "b.txt"])
    check_documents_type([])

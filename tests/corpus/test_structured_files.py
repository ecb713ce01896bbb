"""Files that are more than plain text are refused with the remedy, unless the caller says how their lines are taken."""

import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib

import numpy as np
import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError

ROW = json.dumps({"text": "the cat sat", "label": 1})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.jsonl", ROW, r"c.jsonl is JSON, .*json.loads\(line\)\['text'\]"),
        ("c.JSON", "[1, 2]", "is JSON"),
        ("c.csv", "text,label\nthe cat,1", r"c.csv is a table, .*pandas.read_csv\(path\)\['text'\]"),
        ("c.tsv", "text\tlabel\nthe cat\t1", "is a table"),
        ("c.html", "<p>the cat</p>", "is markup, .*extract the text first"),
        ("c.txt", ROW, "c.txt is JSON"),
        ("c", ROW, "is JSON"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_structured_file_is_read_only_when_told(written, name, text, message, packed):
    data = f"{text}\n".encode() * 3
    path = written(name + ".gz" * packed, gzip.compress(data) if packed else data)
    with pytest.raises(CorpusError, match=message.replace(name, path.name)):
        encode(path, min_count=1)
    assert len(encode(path, min_count=1, tokenizer="whitespace")) >= 3
    if ROW in text:
        read = encode(path, min_count=1, tokenizer=lambda line: json.loads(line)["text"].split())
        assert read.vocabulary.words == ["the", "cat", "sat"]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"%PDF-1.7", "a PDF file; extract its text first"),
        (b"PAR1\x15", r"a parquet table; .*pandas.read_parquet"),
        (b"\x80\x04", "a Python pickle"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xff\xfea\0", "UTF-16 text; convert it first"),
        (b"\x04\x22\x4d\x18", "lz4 data; unpack it first"),
        (zlib.compress(bytes(99)), "zlib data, as joblib writes; load it"),
        (b"GGUF\3\0", "a GGUF model; name the files that are text"),
        (b"(lp0\n", "a Python pickle; load it"),
        (b"{\\rtf", "a rich text document; save it as plain text"),
    ],
)
def test_a_file_of_another_format_is_no_text_whatever_it_is_read_with(written, start, message):
    path = written("c.txt", start + b" a b a b")
    for options in ({}, {"errors": "replace"}, {"tokenizer": "words", "errors": "ignore"}):
        with pytest.raises(CorpusError, match=f"it looks like {message}"):
            encode(path, min_count=1, **options)


def test_an_archive_is_never_text(written):
    with pytest.raises(CorpusError, match=r"c.tar.gz is an archive, .*unpack it first"):
        encode(written("c.tar.gz", gzip.compress(b"a b")), tokenizer="whitespace")


@pytest.mark.parametrize("rows", ["the 0.1 -2e-3 1\ncat 1 2 3\n", "the 0.1 -2e-3 1", "a 1 2 3\n" * 9])
def test_vectors_beside_the_text_are_not_trained_on(written, rows):
    path = written("old.vec", b"2 3\n" + rows.encode())
    with pytest.raises(CorpusError, match=r"old.vec is word vectors, .*fastw2v.load\(path\)"):
        encode(path, min_count=1)
    encode(path, min_count=1, tokenizer="whitespace")
    encode(written("c.txt", b"2 3\nthe cat sat on\n"), min_count=1)


ROWS = [("the", [0.1, -0.2] * 6), ("cat", [1.5, -2e-3] * 6), ("sat", [0.25, 7.0] * 6)]
GLOVE = "".join(f"{word} {' '.join(map(str, numbers))}\n" for word, numbers in ROWS).encode()
BINARY = b"3 12\n" + b"".join(word.encode() + b" " + np.array(row, "<f4").tobytes() + b"\n" for word, row in ROWS)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("kind", ["glove", "word2vec", "binary", "native", "matrix"])
def test_vectors_of_any_format_are_not_trained_on_packed_or_not(written, tmp_path, pack, kind):
    if kind == "native":
        pytest.importorskip("safetensors.numpy").save_file({"vectors": np.eye(3)}, tmp_path / "v")
    data = {
        "glove": lambda: GLOVE,
        "word2vec": lambda: b"3 12\n" + GLOVE,
        "binary": lambda: BINARY,
        "native": (tmp_path / "v").read_bytes,
        "matrix": lambda: GLOVE.replace(b"the", b"0.5").replace(b"cat", b"1.5").replace(b"sat", b"-2"),
    }[kind]()
    suffix = {bytes: "", gzip.compress: ".gz", bz2.compress: ".bz2", lzma.compress: ".xz"}[pack]
    path = written(f"v.txt{suffix}", pack(data))
    with pytest.raises(CorpusError, match=r"v.txt[.a-z0-9]* is word vectors, or a matrix of numbers, .*fastw2v.load"):
        encode(path, min_count=1)
    if kind in ("glove", "word2vec", "matrix"):
        encode(path, min_count=1, tokenizer="whitespace")


@pytest.mark.parametrize("kind", ["zip", "zip by name", "pickle.gz"])
def test_archives_and_what_they_hold_are_named(written, kind):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("glove.txt", GLOVE)
    name, data, message = {
        "zip": ("v.txt", buffer.getvalue(), "it looks like a zip archive; unpack it first"),
        "zip by name": ("v.zip", buffer.getvalue(), "is an archive, .*unpack it first"),
        "pickle.gz": ("c.txt.gz", gzip.compress(b"\x80\x04."), "c.txt.gz, unpacked: it looks like a Python pickle"),
    }[kind]
    with pytest.raises(CorpusError, match=message):
        encode(written(name, data))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(" ".join(str(17 * i * j % 40) for j in range(1, 14)) for i in range(1, 9)),  # walks over a graph
        "the 1.5 cat sat on the 2.5 mats and the 3.5 logs , then\n" * 4,
        "1.5 2.5 3.5 4.5\n" * 4 + "the cat sat on the mat and saw that the dog ran off again\n" * 9,
        "7 12\nthe cat sat on the mat\n",
    ],
)
def test_texts_with_numbers_are_trained_on(written, text):
    encode(written("c.txt", text.encode()), min_count=1)
    encode(written("c.txt.gz", gzip.compress(text.encode())), min_count=1)


@pytest.mark.parametrize("errors", ["strict", "replace"])
def test_rows_of_so_few_numbers_that_they_may_be_text_are_warned_of(written, errors):
    rows = "".join(f"w{i} {' '.join(f'{i * j / 7:.5f}' for j in range(1, 9))}\n" for i in range(1, 40))
    with open(written("v.txt", rows.encode()), "rb") as stream:
        message = r"words such as '0.14286' and '0.28571' are numbers, .*file of word vectors"
        with pytest.warns(RuntimeWarning, match=message):
            encode(stream, min_count=1, errors=errors)
        stream.seek(0)
        encode(stream, min_count=1, tokenizer="whitespace")


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        (
            ["id,label,text"] + [f"{i},pos,the cat {i} sat" for i in range(20)],
            r"\[row\[2\] for row in csv.reader\(lines\)\]",
        ),
        ([f"{i}\tthe cat {i} sat" for i in range(20)], r"\[row\[1\] for row in csv.reader\(lines, delimiter='\\t'\)\]"),
    ],
)
def test_the_column_of_texts_is_named_and_read_as_told(lines, column):
    with pytest.raises(CorpusError, match=column):
        encode(lines, min_count=1)


@pytest.mark.parametrize(
    ("name", "lines", "remedy"),
    [
        ("c.txt", ["id\tsaid"] + [f"{i}\tthe cat {i} sat" for i in range(20)], r"read_csv(path, sep='\t')['said']"),
        ("c.txt", [f"{i};the cat {i} sat;x" for i in range(20)], "read_csv(path, sep=';', header=None)[1]"),
        (
            "c.txt",
            ["hello;pos"] + [f"the cat {i} sat;pos" for i in range(20)],
            "read_csv(path, sep=';', header=None)[0]",
        ),
        ("c.csv", ["id,said"] + [f"{i},the cat {i} sat" for i in range(20)], "read_csv(path)['said']"),
        ("c.tsv", ["id\ttext", "1\ta"], r"read_csv(path, sep='\t')['text']"),
    ],
)
def test_the_column_of_a_file_is_named_and_read_as_told(written, name, lines, remedy):
    path = written(name, "\n".join([*lines, ""]).encode())
    with pytest.raises(CorpusError, match=re.escape(f"pandas.{remedy}")) as raised:
        encode(path, min_count=1)
    pandas = pytest.importorskip("pandas")
    told = re.search(r"as in (pandas\.\S+.*?\])(; |$)", str(raised.value))[1]
    texts = eval(told, {"pandas": pandas, "path": path})
    assert texts.iloc[-1] in re.split("[\t;,]", lines[-1])
    assert texts.iloc[-1] in ("the cat 19 sat", "a")


def test_one_such_file_in_a_folder_is_named(text_folder):
    (text_folder / "about.json").write_text("{}")
    with pytest.raises(CorpusError, match=r"about.json, one of 4 files, is JSON, .*name the files that are text"):
        encode(text_folder, min_count=1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("".join(f"{i}\tthe cat {i}\tgood\n" for i in range(9)), "is a table, .*its column of texts"),
        ("id,text\n" + "".join(f'7,"the cat, {i} dogs"\n' for i in range(9)), "is a table"),
        ("".join(f"the {i} cats;good\n" for i in range(9)), "is a table"),
        ("['the', 'cat']\n" * 9, r"is a list in each line, .*ast.literal_eval\(line\)"),
        ('["the", "cat"]\n' * 9, "is a list in each line"),
    ],
    ids=["tabs", "commas", "semicolons", "python", "json"],
)
def test_tables_and_lists_without_a_telling_name_are_refused(written, lines, message):
    path = written("text.txt", lines.encode())
    with pytest.raises(CorpusError, match=message):
        encode(path, min_count=1)
    assert encode(path, min_count=1, tokenizer="whitespace").report.files == 1
    documents = lines.splitlines()
    with pytest.raises(CorpusError, match=r"corpus\[0\] is .*, a (line of a table: .*csv.reader|list written as text)"):
        encode(documents, min_count=1)
    assert encode(documents, min_count=1, tokenizer="words").report.raw_sentences == len(documents)


@pytest.mark.parametrize(
    "lines",
    [
        "Well, the cat sat there\n" * 9,
        "1\t2\t3\n2\t3\t1\n" * 9,
        "the cat\n" * 9,
        "".join(f"and miles to go {word},\n" for word in ("now", "then", "here", "there", "once", "more")),
        "".join(f"Der Preis stieg um {n},5 Prozent\n" for n in range(9)),
        "".join(f"2024-01-01 12:00:0{n},123 INFO request {n} has come\n" for n in range(9)),
        "".join(f"int x{n} = a + {n};\n" for n in range(9)),
    ],
    ids=["sentences", "walks", "words", "verses", "decimal commas", "logs", "code"],
)
def test_lines_that_are_no_table(written, lines):
    assert encode(written("text.txt", lines.encode()), min_count=1).report.files == 1
    assert encode(lines.splitlines(), min_count=1).report.raw_sentences == lines.count("\n")


FASTA = ">s0 desc\n" + "ACGTTGCAAC" * 7 + "\n" + "acgtNN-AC\n" + ">s1\n" + "MKVLAAGIVG" * 6 + "*\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (FASTA, "FASTA"),
        (">chr1\n" + "ACGT" * 20_000, "FASTA"),
        (f"@r0 1\n{'ACGT' * 10}\n+\n{'IIII' * 10}\n" * 3, "FASTQ"),
    ],
    ids=["lines", "one long line", "with qualities"],
)
def test_sequences_are_no_text_until_told(written, text, kind):
    path = written("reads.txt", text.encode())
    message = rf"is a file of sequences \({kind}\), .*k-mers, .* for s in sequences\].*tokenizer='whitespace'"
    for given in (path, io.StringIO(text)):
        with pytest.raises(CorpusError, match=message):
            encode(given, min_count=1)
    assert encode(path, min_count=1, tokenizer="whitespace").report.files == 1
    with pytest.raises(CorpusError, match=rf"corpus\[0\] is .* are sequences \({kind}\): cut each"):
        encode(text.splitlines(), min_count=1)


@pytest.mark.parametrize(
    "text",
    [
        "> did you see it\n> yes\n\nNo, I have not seen it\n",
        ">hello\nyes\nno\n>and then\nwhat\n",
        f"> quoted\n{'-' * 40}\n",
        ">a\n>b\n" + "Rindfleischetikettierungsgesetz\n",
        "@anna\nhello there\n+\nhello there\n",
    ],
    ids=["mail", "short words", "a rule", "quotes alone", "mentions"],
)
def test_lines_that_begin_like_sequences_are_text(written, text):
    assert encode(written("mail.txt", text.encode()), min_count=1).report.files == 1


def test_lines_that_end_in_carriage_returns_alone_are_one_sentence_and_told(written):
    with pytest.warns(RuntimeWarning, match="the lines of a file end in carriage returns alone"):
        assert len(encode(written("mac.txt", b"the cat sat\rthe dog ran\r"), min_count=1)) == 1
    encode(written("dos.txt", b"the cat sat\r\nthe dog ran\r\n"), min_count=1)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("the cat\n".encode("utf-16-le"), "UTF-16 text; convert it first: iconv -f UTF-16LE"),
        ("the cat\n".encode("utf-16-be"), "UTF-16 text; convert it first: iconv -f UTF-16BE"),
        (b"\x89PNG\r\n\x1a\n", r"an image; name the files that are text, as in 'folder/\*.txt'"),
    ],
)
def test_other_bytes_than_text_are_known_by_their_first(written, start, message):
    with pytest.raises(CorpusError, match=f"it looks like {message}"):
        encode(written("file", start * 3), min_count=1)


def test_documents_that_are_json_objects_are_refused():
    with pytest.raises(CorpusError, match=r"corpus\[0\] is .*, a JSON object, .*json.loads"):
        encode([ROW] * 3, min_count=1)
    assert (
        encode([ROW] * 3, min_count=1, tokenizer=lambda text: json.loads(text)["text"].split()).report.raw_tokens == 9
    )


@pytest.mark.parametrize("document", ["['the', 'cat']", '["the", "cat"]', "['the' 'cat']"])
def test_documents_that_are_lists_written_as_text_are_refused(document):
    """As a table holds them that was written to a file and read again."""
    with pytest.raises(CorpusError, match=r"corpus\[0\] is the string .*, a list written as text.*ast.literal_eval"):
        encode([document] * 3, min_count=1)
    encode([document, "[the cat] sat"], min_count=1)


@pytest.mark.parametrize(
    ("document", "marks"),
    [("so good<br /><br />and so on", "'<br />'"), ("<div>it is &quot;good&quot;</div>", "'<div>' and '&quot;'")],
)
def test_html_in_documents_is_warned_of(document, marks):
    with pytest.warns(RuntimeWarning, match=f"the documents hold markup such as {marks}, .*extract the text first"):
        encode([document] * 3, min_count=1)
    encode([document] * 3, min_count=1, tokenizer="words")


def test_signs_in_documents_that_are_no_html(encode_all):
    assert encode_all(["if a < b > c & d; x <unk> </s>"] * 2)[0][:3] == ["if", "a", "b"]


@pytest.mark.parametrize(("line", "what"), [(ROW, "JSON"), ('<a href="x">the cat</a> <b>sat</b>', "markup")])
def test_syntax_in_text_that_has_no_name_is_warned_of(written, line, what):
    with open(written("c.txt", f"some text\n{line}\n".encode() * 3), "rb") as stream:
        with pytest.warns(RuntimeWarning, match=f"are {what}, which is trained on as if it were text"):
            encode(stream, min_count=1)
        stream.seek(0)
        encode(stream, min_count=1, tokenizer="whitespace")


def test_marks_that_corpora_hold_as_words_are_no_markup(encode_all):
    assert encode_all(["<s> the <unk> cat </s>"] * 2, tokenizer="whitespace")[0][2] == "<unk>"
    assert encode_all(io.BytesIO(b"so sweet <3 <33\n")) == [["so", "sweet", "<3", "<33"]]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ('<mediawiki xmlns="x">', "is a dump of a wiki, .*extract the text first, as WikiExtractor does"),
        ('<doc id="1" url="u" title="t">', r"is a file of WikiExtractor, .*as grep -vE '\^</\?doc' does"),
        ('\ufeff<?xml version="1.0"?>', "is markup, .*extract the text first"),
        ("<!DOCTYPE html>", "is markup"),
        ('<html lang="en">\n<head>', "is markup"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, bz2.compress])
def test_markup_is_known_by_its_beginning_whatever_the_name_is(written, start, message, pack):
    """A part of a dump is named x.xml-p1p297012.bz2."""
    text = f"{start}\n" + "the cat\n" * 9
    path = written("c.xml-p1p2" + ".bz2" * (pack is bz2.compress), pack(text.encode()))
    with pytest.raises(CorpusError, match=message):
        encode(path, min_count=1)
    encode(path, min_count=1, tokenizer="whitespace")


@pytest.mark.parametrize(
    "text", ["<html is a tag> hello", "<html> hello", "<!doctype is first", "<?xml is next", "<mediawiki is a name"]
)
def test_text_about_markup_is_text(written, text):
    encode(written("c.txt", f"{text}\n".encode() * 9), min_count=1)


@pytest.mark.parametrize(
    "text", ["'''Berlin''' is a [[Capital city|capital]]", "{{cite web}} of [[Berlin]]", '<doc id="1">\nBerlin\n</doc>']
)
def test_documents_of_a_wiki_are_warned_of(text):
    with pytest.warns(RuntimeWarning, match="the documents hold markup such as .*, of a wiki, mwparserfromhell"):
        encode([text] * 3, min_count=1)

"""Files that are more than plain text, or none: tables, JSON, markup, archives, binary formats; refused at once."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fastw2v.corpus.compressed import COMPRESSED, open_compressed
from fastw2v.corpus.faults import DOUBTED, what_begins_so
from fastw2v.corpus.files import START_BYTES, TextFile, first_bytes, start_of_stdin
from fastw2v.corpus.open_files import Opened
from fastw2v.corpus.rows import column_to_train_on
from fastw2v.corpus.words_in_rows import are_words_in_rows
from fastw2v.errors import CorpusError, warn_user
from fastw2v.first_bytes import LEAST_NUMBERS, are_numbers, is_text
from fastw2v.parameters import shown

_LOOKED_INTO = 16  # files of a corpus of which the first bytes are read: a folder may hold a million
_ROWS = 9  # lines, the last of which may be cut
_LEAST_ROWS = 5  # of a table without a telling name
_WORDS = 200  # lines that may be words with their tags
_LONGEST_ROWS = 1 << 14  # bytes in which they must end
_LONGEST_WORD = 1_000  # bytes of the first word of a file of vectors
_NAME = re.compile(r"\s*[^\W\d][\w .-]{0,40}")  # of a column
_SAFETENSORS = re.compile(rb'.{8}\{.{,999}"(dtype|__metadata__)"', re.DOTALL)

# Tags of HTML, not <s> and <unk>, which corpora hold as words, and the entities that text is most often escaped with.
_HTML = re.compile(
    r"</?(?:a|b|i|p|br|hr|em|h[1-6]|li|ol|ul|td|th|tr|div|doc|img|pre|body|code|font|head|html|span|table|strong"
    r"|script)(?:\s[^<>]*)?/?>|&(?:quot|apos|amp|lt|gt|nbsp|#\d+|#x[0-9a-f]+);",
    re.IGNORECASE,
)
# Marks of a wiki, whole or, in words, up to the first space. Each of them stands in programs and notes as well, but for
# those that only a wiki has.
_OF_WIKIS = re.compile(
    r"(?P<alone>\[\[[^\W\d][^\[\]|]*\|[^\[\]|]+(?:\]\]|$)|\[\[(?:file|image|category):[^\[\]]+"
    r"|\{\{cite\b[^{}]*\}{0,2})"
    r"|(?P<link>\[\[[^\W\d][^\[\]]+(?:\]\]|$))"
    r"|(?P<template>\{\{[^\W\d][\w -]*(?:\|[^{}]*)?(?:\}\}|$))"
    r"|(?P<bold>'{3}[^'\n]+(?:'{3}|$))",
    re.IGNORECASE,
)
# How files of markup begin, whatever their names are: parts of a dump have none that tells. A text about tags does not
# go on as they do: after <html> another tag follows.
_BEGINS_AS_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\s+version\b|!doctype\s+[\w:]+\s*(?:>|\[|public\b|system\b)"
    rb"|mediawiki\s*(?:>|\s[\w:]+=)|html(?:\s[^<>]*)?>\s*<|doc id=)",
    re.IGNORECASE,
)
_OF_A_WIKI = re.compile(rb"<(mediawiki\b|doc id=)")

# Bases or amino acids, stops and gaps.
_SEQUENCE = re.compile(r"[A-Za-z*.-]+")
_LONG_SEQUENCE = 30  # letters, more than words have

_ANYWAY = "tokenizer='whitespace' reads it as plain text all the same"
_ANYWAY_SPLIT = "; tokenizer='words' splits the strings all the same"
_JSON = "JSON", "pass the texts in it, as in [json.loads(line)['text'] for line in open(path)]"
_TABLE = "a table", "pass its column of texts, as in pandas.read_csv(path)['text']"
_TABS = "a table", r"pass its column of texts, as in pandas.read_csv(path, sep='\t')['text']"
_LISTS = "a list in each line", "pass the lists, as in [ast.literal_eval(line) for line in open(path)]"
_MARKUP = "markup", "extract the text first"
_WIKI = {
    b"mediawiki": ("a dump of a wiki", "extract the text first, as WikiExtractor does"),
    b"doc id=": ("a file of WikiExtractor", "take out the tags around each article, as grep -vE '^</?doc' does"),
}
_WORDS_IN_ROWS = (
    "a file of one word per line, with its tags",
    "write the words of each sentence to a line first: those of CoNLL-U files as the package conllu reads them, others "
    "from the column of words of the lines between two blank lines",
)
_VECTORS = (
    "word vectors, or a matrix of numbers",
    "open vectors with fastw2v.load(path), from which training starts as `initial_vectors`",
)
_SEQUENCES = (
    "cut each sequence into k-mers, and pass these as token lists, as in "
    "[[s[i : i + 6] for i in range(len(s) - 5)] for s in sequences]"
)
_ARCHIVE = "an archive", "unpack it first"
# Files of text, but of more than the text: the caller may say that they are to be read as they are.
_STRUCTURED = {
    **dict.fromkeys((".json", ".jsonl", ".ndjson", ".ipynb"), _JSON),
    ".csv": _TABLE,
    ".tsv": _TABS,
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xml", ".rtf"), _MARKUP),
}
_NEVER_TEXT = {
    **dict.fromkeys((".tar", ".tgz", ".zip", ".7z", ".rar"), _ARCHIVE),
    ".parquet": ("a parquet table", "pass its column of texts, as in pandas.read_parquet(path)['text']"),
}


def check_are_text(files: Sequence[TextFile], *, told: bool, anyway: str = _ANYWAY) -> None:
    """Raise if a file is not plain text.

    Parameters
    ----------
    files : sequence of TextFile
    told : bool
        Whether the caller chose a tokenizer, and so knows how the lines are to be taken: then tables, JSON and markup
        are read.
    anyway : str
        How tables, JSON and markup are read as they are.

    Raises
    ------
    CorpusError
        The suffix or the first bytes of a file are those of another format; the message says how its text is read.
    """
    for number, file in enumerate(files):
        start = _start_of(file) if number < _LOOKED_INTO and _suffix(file.path) not in _NEVER_TEXT else b""
        if what := what_begins_so(start, is_open=file.is_stdin):
            raise CorpusError(f"{file.name}{', unpacked' if file.is_compressed else ''}: it looks like {what}")
        more = f", one of {len(files):,} files," if len(files) > 1 else ""
        others = "; or name the files that are text, as in 'folder/*.txt'" if len(files) > 1 else ""
        _refuse(f"{file.name}{more}", _suffix(file.path), start, told=told, others=others, anyway=anyway)


def check_is_text(opened: Opened, *, told: bool) -> None:
    """Do the same as `check_are_text` for an open file."""
    if not opened.is_text and (what := what_begins_so(opened.start, is_open=True)):
        raise CorpusError(f"{opened.name}: it looks like {what}{opened.put_back()}")
    suffix = _suffix(Path(opened.name))
    suffix = "" if suffix in _NEVER_TEXT else suffix  # a member of an archive may have the name of the archive
    try:
        _refuse(opened.name, suffix, opened.start, told=told)
    except CorpusError as error:
        raise CorpusError(f"{error}{opened.put_back()}") from None


def _suffix(path: Path) -> str:
    """Return the suffix of a file; of a compressed one that of its text."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    return suffixes[0] if len(suffixes) == 2 and suffixes[1] in COMPRESSED else (suffixes or [""])[-1]


def _refuse(name: str, suffix: str, start: bytes, *, told: bool, anyway: str = _ANYWAY, others: str = "") -> None:
    """Raise if a file with this suffix that begins so is no plain text."""
    found = _NEVER_TEXT.get(suffix)
    if found is None and not told:
        if suffix not in _STRUCTURED and _is_json(start.partition(b"\n")[0]):
            found = _JSON
        elif _is_vectors(start):
            found = _VECTORS
        elif _BEGINS_AS_MARKUP.match(start):
            wiki = _OF_A_WIKI.search(start)
            found = _WIKI[wiki[1]] if wiki else _MARKUP
        else:
            found = _lines_of(start, suffix)
    if found is None:
        return
    what, remedy = found
    readable = suffix not in _NEVER_TEXT and is_text(start)
    raise CorpusError(
        f"{name} is {what}, whose syntax would be trained on as words: {remedy}{others}"
        f"{f'; {anyway}' if readable else ''}"
    )


def check_documents_are_text(documents: Sequence[str], *, told: bool) -> None:
    """Look at these documents, the first of a corpus, before they are split.

    Parameters
    ----------
    documents : sequence of str
    told : bool
        Whether the caller chose a tokenizer, and so knows how the documents are to be taken.

    Raises
    ------
    CorpusError
        They are JSON objects, lists of strings as Python writes them, lines of a table or of FASTA, or words with their
        tags.
    """
    if told or not documents:
        return
    first = documents[:DOUBTED]
    if all(map(_is_json, first)):
        raise CorpusError(
            f"corpus[0] is {shown(first[0])}, a JSON object, whose keys would be trained on as words: pass the texts "
            f"in it, as in [json.loads(line)['text'] for line in lines]{_ANYWAY_SPLIT}"
        )
    if all(map(_is_written_list, first)):
        raise CorpusError(
            f"corpus[0] is the string {shown(first[0])}, a list written as text, as in a column of a file: pass the "
            f"lists, as in [ast.literal_eval(text) for text in texts]{_ANYWAY_SPLIT}"
        )
    if table := _table_of(first):
        sign, column, _ = table
        how = "" if sign == "," else f", delimiter={sign!r}"
        raise CorpusError(
            f"corpus[0] is {shown(first[0])}, a line of a table: pass its column of texts, as in [row[{column}] for "
            f"row in csv.reader(lines{how})]{_ANYWAY_SPLIT}"
        )
    if kind := _kind_of_sequences(documents):
        raise CorpusError(
            f"corpus[0] is {shown(first[0])}, and the strings after it are sequences ({kind}): "
            f"{_SEQUENCES}{_ANYWAY_SPLIT}"
        )
    if are_words_in_rows(documents):
        raise CorpusError(
            f"corpus[0] is {shown(first[0])}, and the strings after it are words with their tags: "
            f"{_WORDS_IN_ROWS[1]}{_ANYWAY_SPLIT}"
        )
    marks = [match[0] for document in first for match in _HTML.finditer(document)] + wiki_marks(first)
    if len(marks) >= 2:
        examples = " and ".join(map(shown, list(dict.fromkeys(marks))[:2]))
        warn_user(
            f"the documents hold markup such as {examples}, whose names would be trained on as words: extract the text "
            "first, as with html.unescape and an HTML parser or, of a wiki, mwparserfromhell (tokenizer='words' trains "
            "on it all the same)"
        )


def wiki_marks(texts: Sequence[str]) -> list[str]:
    """Return the marks of a wiki in documents or words, none if they may be those of a program or of notes."""
    found = [match for text in texts for match in _OF_WIKIS.finditer(text)]
    kinds = {match.lastgroup for match in found}
    sure = "alone" in kinds or {"link", "template"} <= kinds or {"link", "bold"} <= kinds
    return [match[0] for match in found] if sure else []


def _lines_of(start: bytes, suffix: str) -> tuple[str, str] | None:
    """Return what the first lines are, with the remedy, if they are rows of a table or lists; None for text.

    Warn if they end in carriage returns alone.
    """
    complete = start[: START_BYTES - 1].rpartition(b"\n")[0]
    lines = [line for line in complete[:_LONGEST_ROWS].decode("utf-8", "replace").splitlines() if line.strip()][:_ROWS]
    if len(lines) >= _LEAST_ROWS and all(map(_is_written_list, lines)):
        return _LISTS
    if table := _table_of(lines):
        sign, column, name = table
        how = "" if sign == "," else f", sep={sign!r}"
        which = f"(path{how})[{name!r}]" if name else f"(path{how}, header=None)[{column}]"
        return "a table", f"pass its column of texts, as in pandas.read_csv{which}"
    if kind := _kind_of_sequences(start[:_LONGEST_ROWS].decode("utf-8", "replace").splitlines()):
        return f"a file of sequences ({kind})", _SEQUENCES
    if are_words_in_rows(complete[:_LONGEST_ROWS].decode("utf-8", "replace").split("\n")[:_WORDS]):
        return _WORDS_IN_ROWS
    if b"\n" not in start and start.count(b"\r") > 1:
        warn_user(
            "the lines of a file end in carriage returns alone, which end no line, so that it is one sentence: convert "
            "it first, as with tr '\\r' '\\n'"
        )
    return _STRUCTURED.get(suffix)


def _kind_of_sequences(lines: Sequence[str]) -> str | None:
    """Return "FASTA" or "FASTQ" for lines of these, of which the last may be cut; None for other text.

    Quoted mail begins with ">" too, but goes on in lines of several words or of short ones.
    """
    rows = [line.rstrip() for line in lines if line.strip()]
    if len(rows) >= 4 and rows[0][:1] == "@" and rows[2][:1] == "+" and len(rows[1]) == len(rows[3]):
        return "FASTQ" if _are_sequences(rows[1:2]) and rows[2][1:] in ("", rows[0][1:]) else None
    if not rows or rows[0][:1] != ">":
        return None
    between = [line for line in rows if line[0] not in ">;"]
    return "FASTA" if _are_sequences(between) and rows[1:2] == between[:1] else None


def _are_sequences(lines: Sequence[str]) -> bool:
    """Return whether each line is one word of letters, and the longest is one of no language."""
    letters = [sum(map(str.isalpha, line)) for line in lines if _SEQUENCE.fullmatch(line)]
    return len(letters) == len(lines) and max(letters, default=0) >= _LONG_SEQUENCE


def _table_of(lines: Sequence[str]) -> tuple[str, int, str] | None:
    """Return how lines are rows of a table: cells between tabs, commas or semicolons, of which one is a text.

    Returns
    -------
    delimiter : str
    column : int
        That of the text.
    name : str
        Its name in the first line, or "".
    """
    if len(lines) < _LEAST_ROWS:
        return None
    for sign in "\t,;":
        with suppress(csv.Error):
            rows = list(csv.reader([line.rstrip(sign) for line in lines], delimiter=sign))  # lines of a poem end in one
            spaced = any(cell.startswith(" ") for row in rows for cell in row[1:])  # after the commas of a sentence
            if rows and rows[0] and not spaced and (place := column_to_train_on(rows)):
                return sign, place[0], rows[0][place[0]] if _are_names(rows) else ""
    return None


def _are_names(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row of a table names its columns: by words, none of which is a value in its column."""
    first, others = rows[0], rows[1:]
    columns = zip(first, *others, strict=True)
    return all(_NAME.fullmatch(name) is not None and name not in values for name, *values in columns) and len(
        set(first)
    ) == len(first)


def _start_of(file: TextFile) -> bytes:
    """Return the first bytes of a file, unpacked; none of a damaged one, which is found once it is read."""
    if file.is_stdin:
        return start_of_stdin()
    if not file.is_compressed or file.state is None:
        return first_bytes(file, START_BYTES)
    with suppress(CorpusError, OSError), open_compressed(file.path) as stream:
        return stream.read(START_BYTES)
    return b""


def _is_vectors(start: bytes) -> bool:
    """Return whether a file that begins so is of a format of word vectors: word2vec's two, GloVe's, or safetensors.

    Lines that are looked at are complete; those of more than thousands of numbers are not recognized.
    """
    if _SAFETENSORS.match(start):
        return True
    header, *rows = start.split(b"\n")[:_ROWS]
    sizes = header.split()
    if len(rows) == _ROWS - 1 or len(start) == START_BYTES:
        rows = rows[:-1]
    if len(sizes) != 2 or not all(size.isdigit() and len(size) < 20 for size in sizes):
        return _are_rows_without_header([header, *rows])
    rows = [row for row in rows if row.strip()]
    fields = [row.split() for row in rows]
    if rows and all(len(row) == int(sizes[1]) + 1 and are_numbers(row[1:]) for row in fields):
        return True
    word, space, numbers = start[len(header) + 1 :].partition(b" ")
    return bool(space) and len(word) < _LONGEST_WORD and not is_text(numbers[: 4 * min(int(sizes[1]), START_BYTES)])


def _are_rows_without_header(lines: Sequence[bytes]) -> bool:
    """Return whether each line is a word and as many numbers as in the others, most of which are not whole.

    Whole numbers may be words: the walks over a graph are lines of them, all of one length.
    """
    rows = [line.split() for line in lines if line.strip()]
    width = len(rows[0]) if rows else 0
    numbers = [field for row in rows for field in row[1:]]
    return (
        width > LEAST_NUMBERS
        and all(len(row) == width for row in rows)
        and 2 * sum(b"." in number for number in numbers) > len(numbers)
        and are_numbers(numbers)
    )


def _is_json(line: str | bytes) -> bool:
    """Return whether the line is a JSON object."""
    if line[:1] not in ("{", b"{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _is_written_list(document: str) -> bool:
    """Return whether the text is a list of strings as Python or NumPy writes it."""
    if document[:1] != "[" or document.rstrip()[-1:] != "]" or "\\" in document:
        return False
    try:
        found = ast.literal_eval(document)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return isinstance(found, list) and bool(found) and all(isinstance(item, str) for item in found)

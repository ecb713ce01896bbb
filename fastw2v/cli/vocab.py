"""``fastw2v vocab``: count the words of texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastw2v.cli.options import NamedFile, in_corpora, in_text
from fastw2v.cli.pages import Page
from fastw2v.cli.reports import Column, answer_json, answer_table, answer_tsv, chosen, report_options
from fastw2v.cli.streams import answer, name_of, on_terminal, output_of, say, write_utf8
from fastw2v.errors import CorpusError
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    import numpy as np

    from fastw2v.corpus.counted import Counted
    from fastw2v.corpus.reading import Reading

_SHOWN = 20  # words, in a terminal
_COLUMNS = ("word", "count", "share", "cumulative_share")


@click.command(
    "vocab",
    cls=Page,
    sections={
        "Corpus": ["tokenizer", "errors", "spool", "n_jobs"],
        "Words": ["min_count", "max_vocab", "topn"],
        "Output": ["output", "overwrite", "form", "quiet"],
    },
    examples=[
        ("fastw2v vocab corpus.txt", "the most frequent words, and what each --min-count would keep"),
        ("fastw2v vocab corpus/*.txt.gz -o vocab.txt --min-count 5", "word2vec.c's file, for train --vocab"),
        ("fastw2v vocab corpus.txt --tsv --topn 1000 > words.tsv", "for a spreadsheet"),
    ],
)
@in_corpora
@click.option(
    "-o", "--output", type=NamedFile(written=True, or_stdout=True), help="write words and counts to this file"
)
@click.option("--overwrite", is_flag=True, help="replace an OUTPUT that exists and is no vocabulary")
@click.option("-t", "--topn", type=click.IntRange(min=1), help="report only so many words, the most frequent")
@click.option("--min-count", type=click.IntRange(min=1), default=1, show_default=True, help="leave out rarer words")
@click.option("--max-vocab", type=click.IntRange(min=1), help="keep at most this many words, the most frequent")
@in_text
@click.option(
    "--spool",
    type=NamedFile(written=True),
    metavar="FOLDER",
    help="keep the word ids in this folder, not in memory, while it reads",
)
@click.option("-j", "--n-jobs", type=int, help="threads; by default one for each usable CPU")
@click.option("-q", "--quiet", is_flag=True, help="print nothing but the words, errors and warnings")
@report_options
def vocab(
    corpus: tuple[str, ...],
    output: Path | None,
    overwrite: bool,
    topn: int | None,
    min_count: int,
    max_vocab: int | None,
    quiet: bool,
    form: str | None,
    **reading: Any,
) -> None:
    """Count the words of CORPUS: text files (.gz .bz2 .xz .zst), folders, globs, or - for standard input.

    In a terminal it shows the most frequent words, and how much of the text a vocabulary would cover at several values
    of --min-count. In a pipe, and with -o, it writes the vocabulary file of word2vec.c: a word and its count on each
    line, the most frequent first, after the ends of lines, which word2vec.c counts as </s>.
    """
    from fastw2v.cli.coverage import answer_coverage, coverage
    from fastw2v.cli.files import paths_of
    from fastw2v.cli.train_command import check_vocabulary
    from fastw2v.cli.vocabulary_files import vocabulary_lines, write_lines
    from fastw2v.corpus.vocabulary import frequent_words

    paths = paths_of(corpus)
    if output is not None:
        if form == "json":
            raise click.UsageError("--json is a report on standard output, without -o; -o writes word2vec.c's or --tsv")
        output, _ = output_of(output, None)
        check_vocabulary(output, paths, overwrite, "output")
    read = _read(paths, **reading)
    counts, sentences = read.counted.counts, read.counted.sentences
    rows = frequent_words(counts, min_count, max_vocab)[:topn]
    check_some_are_kept(rows, read.counted, min_count)
    words, own = list(map(str, read.counted.words(rows))), counts[rows].tolist()
    kept, tokens = sum(own), read.counted.tokens
    table = coverage(counts)
    if not quiet:
        say(
            f"{counted(tokens, 'token')} in {counted(sentences, 'sentence')}, {counted(len(counts), 'distinct word')}; "
            f"{'this one is' if len(words) == 1 else f'these {len(words):,} are'} {kept / tokens:.1%} of the tokens"
        )
    if output is not None:
        lines = _tsv_lines(words, own, tokens) if form == "tsv" else vocabulary_lines(words, own, sentences)
        write_lines(output, lines, overwrite=overwrite)
        if not quiet:
            say(f"written to {name_of(output)}")
        return
    shape = chosen(form)
    if shape == "json":
        listed = [{"word": word, "count": count} for word, count in zip(words, own, strict=True)]
        facts = {"tokens": tokens, "sentences": sentences, "distinct_words": len(counts), "coverage": table}
        answer_json({**facts, "words": listed})
    elif shape == "tsv":
        answer_tsv(_COLUMNS, _rows(words, own, tokens))
    elif shape == "plain":
        write_utf8()
        for line in vocabulary_lines(words, own, sentences):
            answer(line[:-1])
    else:
        shown = _rows(words, own, tokens)[: topn or _SHOWN]
        columns = [Column("word"), Column("count", ",d"), Column("of all", ".1%"), Column("with those above", ".1%")]
        answer_table(columns, shown)
        answer("")
        answer_coverage(table)


def check_some_are_kept(rows: np.ndarray, read: Counted, min_count: int) -> None:
    """Raise if no word of a text is frequent enough: a vocabulary without words would be written."""
    if len(rows):
        return
    from fastw2v.corpus.encoding import describe_top

    raise CorpusError(f"no word occurs min_count={min_count} times: {describe_top(read)}; lower min_count")


def _read(paths: list[Path], **options: Any) -> Reading:
    from fastw2v.cli.files import corpus_of
    from fastw2v.corpus.reading import read_corpus
    from fastw2v.parameters import check

    for name in ("n_jobs", "spool"):
        check(name, options[name])
    return read_corpus(corpus_of(paths), verbose=on_terminal(), **options)


def _rows(words: list[str], counts: list[int], tokens: int) -> list[tuple[str, int, float, float]]:
    rows, sum_so_far = [], 0
    for word, count in zip(words, counts, strict=True):
        sum_so_far += count
        rows.append((word, count, count / tokens, sum_so_far / tokens))
    return rows


def _tsv_lines(words: list[str], counts: list[int], tokens: int) -> list[str]:
    lines = ["\t".join(_COLUMNS) + "\n"]
    for word, count, share, together in _rows(words, counts, tokens):
        lines.append(f"{word}\t{count}\t{share:.6g}\t{together:.6g}\n")
    return lines

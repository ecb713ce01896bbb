"""What gensim accepts as sentences: how it is read, and for how long what was read is kept."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import Any

from fastw2v.compat.line_sentence import LineSentence, Text8Corpus, as_path, found, reads_again, rewind
from fastw2v.corpus.doubts import doubt_lonely
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import encode, with_words_of
from fastw2v.corpus.iterables import length_of
from fastw2v.corpus.reading import Reading, read_corpus
from fastw2v.corpus.structured_files import check_are_text
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError, warn_user
from fastw2v.parameters import shown
from fastw2v.paths import searched

_NO_STRINGS = "a list of words was expected (gensim would train on its characters): split it first, as in"


def one_of(corpus_iterable: Any, corpus_file: Any) -> Any:
    """Return the one that was given.

    Raises
    ------
    ParameterError
        Both were given, or neither, or ``corpus_file`` is not the path of a file.
    """
    if corpus_iterable is None and corpus_file is None:
        raise ParameterError("there is nothing to read: pass either corpus_iterable (sentences) or corpus_file")
    if corpus_file is None:
        return corpus_iterable
    if corpus_iterable is not None:
        raise ParameterError(
            f"pass either corpus_iterable (sentences) or corpus_file: both were given, corpus_file={shown(corpus_file)}"
            " (numbers go by name, as in total_examples=model.corpus_count, epochs=5)"
        )
    if not isinstance(corpus_file, (str, os.PathLike, LineSentence)):
        raise ParameterError(
            f"corpus_file={shown(corpus_file)}: it must be the path of one file; several are read by "
            "PathLineSentences(folder), and sentences are corpus_iterable"
        )
    return corpus_file


def read_sentences(given: Any, vocabulary: Vocabulary, workers: int, spool: Any = None) -> EncodedCorpus:
    """Encode token lists, a file or a `LineSentence`; words outside the vocabulary are dropped.

    Raises
    ------
    CorpusTypeError
        The sentences are strings, on whose characters gensim would train; also as `fastw2v.encode` does.
    """
    if isinstance(given, EncodedCorpus):
        return encode(given, vocabulary=vocabulary)
    return with_words_of(count_sentences(given, workers, spool), vocabulary)


def count_sentences(given: Any, workers: int, spool: Any = None) -> Reading:
    """Read the same and count its words."""
    if _reads_lines(given):
        return _count_lines(given._to_read(), workers, spool)
    if isinstance(given, (str, os.PathLike)):
        _check_is_path(given)
        return _count_lines(as_path(given), workers, spool)
    if isinstance(given, EncodedCorpus):
        raise CorpusTypeError(
            "sentences is an EncodedCorpus, whose words have been chosen: train fastw2v.Word2Vec on it, or pass the "
            "sentences themselves"
        )
    if isinstance(given, (list, tuple)) and given and isinstance(given[0], os.PathLike):
        raise CorpusTypeError(
            f"sentences[0] is the path {given[0]}: a file is given by corpus_file=path, and several by "
            "sentences=PathLineSentences(folder)"
        )
    if isinstance(given, (list, tuple)) and given and isinstance(given[0], str):
        several = any(isinstance(text, str) and len(text.split()) > 1 for text in given)
        raise CorpusTypeError(
            f"sentences[0] is the string {shown(given[0])}, {_NO_STRINGS} [text.split() for text in sentences]"
            + ("" if several else "; a list of words, as of wv.index_to_key, is one sentence: pass [words]")
        )
    try:
        return read_corpus(given, tokenizer="tokens", n_jobs=workers, spool=spool)
    except ParameterError as error:
        if not str(error).startswith("tokenizer="):
            raise
        raise CorpusTypeError(
            f"sentences is a {type(given).__name__} of strings; for each, {_NO_STRINGS} [text.split() for text in "
            "sentences]; a file is given by its path: corpus_file=path"
        ) from None


def _reads_lines(given: Any) -> bool:
    """Return whether C can read what iteration gives: whole files, and not what a subclass makes of their lines."""
    ours = (LineSentence.__iter__, Text8Corpus.__iter__)
    return isinstance(given, LineSentence) and type(given).__iter__ in ours and given.limit is None


def _check_is_path(given: Any) -> None:
    """Raise if a string is a text, which gensim refuses, and not the path of a file."""
    if isinstance(given, str) and any(map(str.isspace, given)) and not os.path.exists(given):
        raise CorpusTypeError(
            f"sentences is the string {shown(given)}, and there is no file of that name{searched()}: "
            f"{_NO_STRINGS} [text.split()]"
        )


def _count_lines(source: Any, workers: int, spool: Any) -> Reading:
    """Read lines in C; where a Unicode space stands between words, read them again as gensim splits them."""
    if reads_again(source):
        rewind(source)
        reading = read_corpus(source, tokenizer="whitespace", n_jobs=workers, spool=spool)
        _doubt_structure(source)
        if not reading.counted.stats.unicode_space_tokens:
            return reading
        rewind(source)
    return read_corpus(source, tokenizer=str.split, n_jobs=workers, spool=spool)


def _doubt_structure(source: Any) -> None:
    """Warn of files that are tables, JSON or markup, which gensim takes for plain text as well."""
    if hasattr(source, "readline"):
        return
    try:
        check_are_text(found(source), told=False, anyway="it is read as plain text all the same, as gensim reads it")
    except CorpusError as error:
        warn_user(str(error))


class HeldCorpus:
    """What `build_vocab` read, for a `train` on the same object; the object itself is kept alive only if it must be.

    Iterators cannot be read again: what they yielded is held as long as they exist. Of anything else it is held for
    one `train`, because it may change between calls.
    """

    def __init__(self, source: Any, corpus: EncodedCorpus) -> None:
        self._corpus: EncodedCorpus | None = corpus
        self._state = _state_of(source)
        self._iterator = hasattr(source, "__next__")
        holder = weakref.ref(self)
        self._source = _weak(source, lambda _: _forget(holder))

    def take(self, given: Any) -> EncodedCorpus | None:
        """Return the corpus of this object, or None where it must be read."""
        corpus = self._corpus if given is self._source() and _same(_state_of(given), self._state) else None
        if not self._iterator:
            self.forget()
        if corpus is not None:  # not before: a vocabulary alone may come from sentences of one word each
            doubt_lonely(corpus.report, corpus.offsets, of_tokens=corpus.tokenizer == "tokens")
        return corpus

    def forget(self) -> None:
        """Let the corpus go."""
        self._corpus, self._source = None, lambda: None


def _state_of(source: Any) -> Any:
    """Return what shows that a script has changed an object since it was read."""
    return source._state() if isinstance(source, LineSentence) else length_of(source)


def _same(now: Any, before: Any) -> bool:
    """Return whether nothing has changed; what cannot be compared, as arrays of attributes, counts as changed."""
    try:
        return bool(now == before)
    except Exception:  # whatever a type raises that a subclass has for an attribute
        return False


def _weak(source: Any, then: Callable[[Any], None]) -> Callable[[], Any]:
    """Return a weak reference, or, as lists, tuples and strings have none, a function that returns the object."""
    try:
        return weakref.ref(source, then)
    except TypeError:
        return lambda: source


def _forget(held: weakref.ref[HeldCorpus]) -> None:
    holder = held()
    if holder is not None:
        holder.forget()

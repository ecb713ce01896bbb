"""Questions to word vectors: given with the command, typed at a prompt, or read from standard input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastw2v.cli.loading import key_of
from fastw2v.cli.prompt import Prompt
from fastw2v.cli.reports import Column, Form, answer_json, answer_table, answer_tsv, visible
from fastw2v.cli.streams import answer, flush_answers, say
from fastw2v.errors import ParameterError, UnknownWordError
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.vectors.neighbours import Answer
    from fastw2v.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class Question:
    """A question to word vectors.

    Attributes
    ----------
    shown : dict
        What was asked, for JSON.
    positive, negative : list of str
        Words to add and to subtract.
    """

    shown: dict[str, Any]
    positive: list[str]
    negative: list[str] = field(default_factory=list)


@dataclass
class Asking:
    """Word vectors, and how questions to them are read and answered.

    Attributes
    ----------
    vectors : WordVectors
    read : callable(list of str) -> Question
        Reads the words of a question; raises ParameterError if they are none.
    result : str
        The name of the answers in JSON.
    form : {"table", "plain", "json", "tsv"}
    topn : int
    restrict_vocab : int or None
    """

    vectors: WordVectors
    read: Callable[[Sequence[str]], Question]
    result: str
    form: Form
    topn: int
    restrict_vocab: int | None = None
    _headed: bool = False

    def ask(self, words: Sequence[str]) -> bool:
        """Answer one question, the only one.

        Returns
        -------
        bool
            Whether there is an answer.

        Raises
        ------
        UnknownWordError
            A word is unknown; the message has close matches. In JSON it is also told as it is among many questions.
        ParameterError
            The words are no question.
        """
        try:
            question = self.read(words)
            found = self._answer(question)
        except (UnknownWordError, ParameterError) as fault:
            self._tell_json(" ".join(words), fault)
            raise
        self._write(question, words, found, alone=True)
        return bool(found)

    def ask_many(self, prompt: str, hint: str) -> bool:
        """Answer questions until there are no more; one that cannot be answered is told, and the next one follows.

        Parameters
        ----------
        prompt : str
            What stands before a question that is typed.
        hint : str
            What may be asked.

        Returns
        -------
        bool
            Whether each has an answer, or was typed by a person, who has seen which have none.
        """
        all_answered, number = True, 0
        asked = Prompt(prompt, hint, self.vectors.index_to_key, self._command)
        # In JSON each line has its answer: a line left out would shift those that follow.
        for number, line in enumerate(asked.lines(blank=self.form == "json"), 1):
            words = line.split()
            try:
                if not words:
                    raise ParameterError(f"line {number:,} is blank: it asks nothing")
                question = self.read(words)
                found = self._answer(question)
            except (UnknownWordError, ParameterError) as fault:
                all_answered = False
                self._tell(line, fault)
                continue
            all_answered &= bool(found)
            self._write(question, words, found, alone=asked.typed)
            flush_answers()
        if not number and not asked.typed:
            say("fastw2v: standard input holds no question: write one on each line")
        return all_answered or asked.typed

    def _answer(self, question: Question) -> Answer:
        added, subtracted = (
            [key_of(self.vectors, word) for word in words] for words in (question.positive, question.negative)
        )
        return self.vectors.most_similar(added, subtracted, topn=self.topn, restrict_vocab=self.restrict_vocab)

    def _write(self, question: Question, words: Sequence[str], found: Answer, *, alone: bool) -> None:
        asked = " ".join(words)
        if not found:
            say(f"{visible(asked)}: no word answers")
        if self.form == "json":
            answers = [{"word": word, "cosine": score} for word, score in found]
            answer_json({"query": question.shown, self.result: answers}, lines=True)
        elif self.form == "tsv":
            rows = [(asked, rank, word, float(score)) for rank, (word, score) in enumerate(found, 1)]
            answer_tsv(("query", "rank", "word", "cosine"), rows, header=not self._headed)
            self._headed = True
        elif self.form == "table" and found:
            answer_table([Column("word"), Column("cosine", ".4f")], found)
        else:  # of many questions, each line says to which it belongs
            before = "" if alone else f"{visible(asked)}\t"
            for word, score in found:
                answer(f"{before}{visible(word)}\t{score:.4f}")

    def _tell(self, line: str, fault: UnknownWordError | ParameterError) -> None:
        """Say why a question has no answer; in JSON, in the place of the answer, so that lines stay in step."""
        joined = isinstance(fault, UnknownWordError) and any(sign in str(fault.word) for sign in "+-")
        say(visible(fault) + ("; a sum needs spaces around + and -" if joined else ""))
        self._tell_json(line, fault)

    def _tell_json(self, line: str, fault: UnknownWordError | ParameterError) -> None:
        if self.form == "json":
            word = fault.word if isinstance(fault, UnknownWordError) else None
            close = self.vectors.vocabulary.close_matches(word)
            answer_json({"query": line.strip(), "error": str(fault), "close_matches": close}, lines=True)

    def _command(self, name: str, value: str) -> str | None:
        """Carry out a command of the prompt; return what to say, None if there is none of this name."""
        if name == ":topn":
            if not value.isdecimal() or int(value) < 1:
                return f":topn {value}: a whole number from 1 must follow, as in :topn 20"
            self.topn = int(value)
            return f"{counted(self.topn, 'word')} {'is' if self.topn == 1 else 'are'} shown"
        return None

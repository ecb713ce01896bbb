"""Classes of words by k-means, as word2vec.c's -classes writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastw2v.cli.streams import say
from fastw2v.cli.train_command import Destination, check_vocabulary
from fastw2v.cli.vocabulary_files import write_lines
from fastw2v.errors import ParameterError
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.cli.train import Trained
    from fastw2v.training.session import Session

_STEPS = 10  # as word2vec.c


@dataclass(frozen=True)
class ClassesDestination(Destination):
    """A file with a word and the number of its class on each line, in place of vectors.

    Attributes
    ----------
    classes : int
        How many classes there are.
    """

    classes: int = 0

    def __post_init__(self) -> None:
        if self.classes < 1:
            raise ParameterError(f"-classes {self.classes}: it must be a whole number from 1, or 0 for vectors")

    def check(self, corpora: list[Path]) -> None:
        """Check before training that the files can be written, and replace nothing else."""
        check_vocabulary(self.path, corpora, self.overwrite, "output")  # lines of a word and a number, too
        if self.vocabulary is not None:
            check_vocabulary(self.vocabulary, corpora, self.overwrite)

    def doubt_room(self, session: Session) -> None:
        """Do nothing: a number for each word takes little room."""

    def write_result(self, result: Trained) -> None:
        """Cluster the unit vectors, and write the words in the order of their counts."""
        from sklearn.cluster import KMeans

        vectors = result.word_vectors
        number = min(self.classes, len(vectors))
        if number < self.classes:
            words = counted(number, "word")
            say(f"fastw2v: warning: -classes {self.classes}: there are only {words}, and as many classes")
        seed = result.session.state.plan.seed % 2**32
        found = KMeans(number, n_init=1, max_iter=_STEPS, random_state=seed).fit_predict(vectors.unit_vectors)
        pairs = zip(vectors.index_to_key, found.tolist(), strict=True)
        write_lines(self.path, (f"{word} {each}\n" for word, each in pairs), overwrite=self.overwrite)

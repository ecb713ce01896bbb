"""Classes of words by k-means, as word2vec.c's -classes writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastw2v.cli.train_command import Destination, check_vocabulary, save_vocabulary
from fastw2v.cli.vocabulary_files import write_lines
from fastw2v.errors import ParameterError

if TYPE_CHECKING:
    from fastw2v.cli.train import Trained

_STEPS = 10  # as word2vec.c


class ClassesDestination(Destination):
    """A file with a word and the number of its class on each line.

    Parameters
    ----------
    path : Path
    classes : int
        How many classes there are.
    overwrite : bool
    vocabulary : Path or None
    """

    def __init__(self, path: Path, classes: int, overwrite: bool, vocabulary: Path | None) -> None:
        super().__init__(path, "text", overwrite=overwrite, vocabulary=vocabulary)
        self.classes = classes
        if classes < 0:
            raise ParameterError(f"-classes {classes}: it must be a whole number from 1, or 0 for vectors")

    def check(self, corpora: list[Path]) -> None:
        """Check before training that the files can be written, and replace nothing else."""
        for path, other in ((self.path, None), (self.vocabulary, self.path)):
            if path is not None:
                check_vocabulary(path, corpora, other, self.overwrite)  # lines of a word and a number, too

    def write(self, result: Trained) -> None:
        """Cluster the unit vectors, and write the words in the order of their counts."""
        from sklearn.cluster import KMeans

        vectors = result.word_vectors
        number = min(self.classes, len(vectors))
        seed = result.session.state.plan.seed % 2**32
        found = KMeans(number, n_init=1, max_iter=_STEPS, random_state=seed).fit_predict(vectors.unit_vectors)
        pairs = zip(vectors.index_to_key, found.tolist(), strict=True)
        write_lines(self.path, (f"{word} {each}\n" for word, each in pairs), overwrite=self.overwrite)
        if self.vocabulary is not None:
            save_vocabulary(result, self.vocabulary, self.overwrite)

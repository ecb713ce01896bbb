"""gensim's methods for files of vectors: word2vec's formats with their options, and this package's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v.compat.editing import EditableVectors
from fastw2v.compat.events import Events
from fastw2v.compat.saving import saving
from fastw2v.compat.word2vec_format import array_of, kept_of, load_word2vec, read_word2vec, restore, write_word2vec
from fastw2v.errors import ParameterError
from fastw2v.formats import load_all, save
from fastw2v.formats.loading import Loaded
from fastw2v.parameters import Errors, shown

if TYPE_CHECKING:
    from typing_extensions import Self


def is_mapped(mmap: str | None) -> bool:
    """Return whether vectors are to be left in the file; raise ParameterError for a mode that does not exist here."""
    if mmap not in (None, "r"):
        raise ParameterError(
            f"mmap={shown(mmap)}: it must be 'r', which leaves the vectors in the file, read-only, or None, which "
            "reads them into memory"
        )
    return mmap is not None


class Files(EditableVectors, Events):
    """The part of `KeyedVectors` that is saved and loaded."""

    _of_model = False  # whether they were read from the file of a whole model

    @saving
    def save(self, fname: str | os.PathLike[str], *, overwrite: bool, name: str) -> None:
        """Write the vectors in this package's native format, whatever the name.

        Attributes of numbers and strings and `vectors_lockf` are saved with them, and so is what a script or a subclass
        has set, if its values are plain: None, numbers, strings, lists and dicts of these. A warning names the others.

        Parameters
        ----------
        fname_or_handle : str, path or open binary file
        separately, sep_limit, ignore, pickle_protocol
            Have no effect: everything goes into one file, without a pickle.
        overwrite : bool, default False
            Replace even an existing file that is no file of word vectors, or a model. One that gensim wrote is replaced
            without it, with a warning.
        """
        spare = self._spare()
        held = self._without_spare(spare) if spare else self
        kept = {**kept_of(held), **({"spare_rows": spare} if spare else {})}
        save(fname, held, format="native", metadata={"keyed_vectors": kept}, overwrite=overwrite)

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read what `save` wrote; ``mmap="r"`` leaves the vectors in the file, where they cannot be changed.

        Of a saved model these are its vectors, which are their own `wv`, since gensim returns the model there. gensim's
        own pickles are refused.
        """
        loaded = load_all(fname, format="native", mmap=is_mapped(mmap), double=True)
        made = cls._from_file(loaded, fname)
        if isinstance(loaded.metadata.get("gensim"), dict):
            made._of_model = True
        return made

    @classmethod
    def _from_file(cls, loaded: Loaded, fname: str | os.PathLike[str]) -> Self:
        made = cls._of(array_of(loaded), loaded.word_vectors.vocabulary)
        restore(made, loaded.metadata.get("keyed_vectors"), fname)
        return made

    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write word2vec text or binary.

        Parameters
        ----------
        fname : str or path
        fvocab : str or path, optional
            Write a file of words and counts (of `sort_attr`), too.
        binary : bool, default False
        total_vec : int, optional
            The number of vectors that the header says, if others will be appended.
        write_header : bool, default True
        prefix : str, optional
            What to write before each word.
        append : bool, default False
            Write behind the end of the file; it is otherwise replaced when the new one is complete.
        sort_attr : str, default "count"
            Write rows in descending order of this attribute; by row where there is none.
        """
        write_word2vec(self, fname, fvocab, binary, total_vec, write_header, prefix, append, sort_attr)

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: Errors = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool = False,
        binary_chunk_size: int = 100 * 1024,
    ) -> Self:
        """Read word2vec text or binary.

        Parameters
        ----------
        fname : str or path
        fvocab : str or path, optional
            A file of words and counts. Without, the counts are gensim's placeholders: V, V - 1, ... 1.
        binary : bool, default False
        encoding, unicode_errors
            Of the words, as in ``bytes.decode``.
        limit : int, optional
            Read the first rows only.
        datatype : type, default float32
            Of the vectors: float16, float32 or float64, as which the numbers of a text are read. Those of binary files
            are float32.
        no_header, binary_chunk_size
            Have no effect: whether there is a header is seen from the file.
        """
        return load_word2vec(cls, fname, fvocab, binary, encoding, unicode_errors, limit, datatype)

    def intersect_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: Errors = "strict",
    ) -> None:
        """Take over the vectors that a word2vec file has for known words; the others stay as they are.

        Parameters
        ----------
        fname, binary, encoding, unicode_errors
            As for `load_word2vec_format`.
        lockf : float, default 0.0
            What `vectors_lockf` becomes for these words: 0 keeps them from being trained, 1 does not.

        Raises
        ------
        ParameterError
            The vectors of the file have another size, or the model has no words yet. Nothing is changed then.
        """
        self._check_built("intersect_word2vec_format")
        found = read_word2vec(fname, binary, encoding, unicode_errors, None, self.key_to_index).word_vectors
        if found.vector_size != self.vector_size:
            raise ParameterError(
                f"{os.fspath(fname)}: its vectors have {found.vector_size} numbers, and these {self.vector_size}"
            )
        rows = [self.key_to_index[key] for key in found]
        if rows:
            self.vectors[rows] = found.vectors
            if len(self._lockf) != len(self):
                self._lockf = np.full(len(self), self._lockf[0], np.float32)
            self._lockf[rows] = lockf
        self.add_lifecycle_event(
            "intersect_word2vec_format",
            msg=f"merged {len(rows)} vectors into {self._rows.shape} matrix from {os.fspath(fname)}",
        )

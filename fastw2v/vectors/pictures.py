"""Pictures: methods that draw words, with `fastw2v.pictures`, which is imported when they are called."""

from __future__ import annotations

import os
from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import ParameterError, warn_user
from fastw2v.parameters import shown, whole_number
from fastw2v.progress.figures import counted
from fastw2v.vectors.shown_words import rows_by_frequency, shown_words
from fastw2v.vectors.table import Table

if TYPE_CHECKING:
    from fastw2v.pictures.placement import Method

_PLOTTED = 100
_LABELLED = 150
_MAPPED = 5_000


class Pictures(Table):
    """The part of `WordVectors` that draws."""

    if TYPE_CHECKING:

        @property
        def counts(self) -> NDArray[np.int64] | None: ...

    def plot(
        self,
        words: Collection[Hashable] | int | None = None,
        method: Method = "pca",
        *,
        ax: Any = None,
        groups: Mapping[Any, Hashable] | None = None,
        labels: int | None = None,
        random_state: Any = 0,
        **settings: Any,
    ) -> Any:
        """Draw words as labelled points, near words near each other, with labels that do not overlap.

        Parameters
        ----------
        words : collection of words, or int, optional
            The words to draw, or how many of the most frequent ones; by default 100.
        method : {"pca", "tsne", "umap"}, default "pca"
            How vectors become points: by their two directions of greatest variance, by scikit-learn's t-SNE, or by the
            package umap-learn (``pip install 'fastw2v[umap]'``). PCA is quick and keeps the large picture; the others
            keep neighbours together.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        groups : mapping of words to names, optional
            Words of one group get one colour, and the legend names it; words without a group are grey.
        labels : int, optional
            How many words are labelled at most, the first of them; by default 150, with a warning if there are more.
        random_state : int, RandomState or None, default 0
            Of t-SNE and UMAP. The same number gives the same picture.
        **settings
            Handed on to scikit-learn's PCA or TSNE, or to umap.UMAP, such as ``perplexity=10``.

        Returns
        -------
        matplotlib Axes
            Its figure is ``ax.figure``: ``wv.plot().figure.savefig("words.png")``.

        Raises
        ------
        MissingDependencyError
            matplotlib, adjustText or, for "umap", umap-learn is missing.
        UnknownWordError
            None of `words` is in the vocabulary.
        ParameterError
            There are fewer than two words ("tsne", "umap": four), or an argument is wrong.

        Warns
        -----
        RuntimeWarning
            Words are left out, because they are unknown or have no direction, or labels, because they find no place; or
            no word that is drawn has a group.

        Examples
        --------
        ``wv.plot(["king", "queen", "man", "woman"])``; ``wv.plot(300, "tsne")``.
        """
        from fastw2v.pictures.labels import label_of
        from fastw2v.pictures.placement import check_method, place
        from fastw2v.pictures.scatter import draw_words, require_plotting

        most = _LABELLED if labels is None else whole_number("labels", labels, 0)
        _check_groups(groups)
        require_plotting(ax)
        rows, units = shown_words(self, self.counts, words, _PLOTTED, "plot()")
        check_method(method, len(rows))
        if labels is None and len(rows) > most:
            warn_user(f"plot() labels the first {most} of {len(rows):,} words; labels=... chooses how many")
        keys = [self.index_to_key[row] for row in rows]
        if groups and not any(key in groups for key in keys):
            named = ", ".join(map(shown, list(groups)[:3])) + (" ..." if len(groups) > 3 else "")
            warn_user(f"plot(): groups names none of the {counted(len(keys), 'word')} that are drawn, but {named}")
        return draw_words(
            place(units, method, random_state, settings),
            [label_of(key) for key in keys],
            labels=most,
            groups=None if groups is None else [groups.get(key) for key in keys],
            ax=ax,
        )

    def explore(
        self,
        path: str | os.PathLike[str],
        words: Collection[Hashable] | int | None = None,
        method: Method = "tsne",
        *,
        clusters: int = 12,
        title: str | None = None,
        random_state: Any = 0,
        overwrite: bool = False,
        **settings: Any,
    ) -> Path:
        """Write a map of thousands of words: one HTML file to zoom, search and click in, which needs no network.

        A click on a word, or a search, shows its nearest neighbours. Colours show clusters, or how frequent words are.

        Parameters
        ----------
        path : str or path
            Its name ends in ``.html``.
        words : collection of words, or int, optional
            The words to show, or how many of the most frequent ones; by default 5,000.
        method : {"tsne", "pca", "umap"}, default "tsne"
            As in `plot`. t-SNE and UMAP take up to a minute for 5,000 words on two cores.
        clusters : int, default 12
            How many colours the words get, by k-means of their directions: 1 to 12.
        title : str, optional
            By default "Map of words".
        random_state : int, RandomState or None, default 0
            Of t-SNE, UMAP and k-means. The same number gives the same map.
        overwrite : bool, default False
            Replace an existing file even if it is no picture of this package. (An earlier map is always replaced.)
        **settings
            As in `plot`.

        Returns
        -------
        Path
            Where the file is.

        Raises
        ------
        MissingDependencyError
            Bokeh or, for "umap", umap-learn is missing.
        FormatError
            The file exists and was made by another program.
        UnknownWordError, ParameterError
            As in `plot`.
        OSError
            The file cannot be written; an existing one is unchanged.

        Notes
        -----
        The page works out neighbours among the words that it shows, from vectors rounded to 8 bits: cosines differ from
        those of `most_similar` by less than 0.01, and words of nearly equal cosine may change places. The file weighs
        0.6 MB for Bokeh's library, and for each word about 1.2 bytes per dimension and 20 more.

        Examples
        --------
        ``wv.explore("map.html")``; ``wv.explore("map.html", 10_000, "umap")``.
        """
        from fastw2v.pictures.clusters import cluster
        from fastw2v.pictures.files import check_map, write_picture
        from fastw2v.pictures.labels import label_of
        from fastw2v.pictures.map import check_clusters, map_page, require_library
        from fastw2v.pictures.placement import check_method, place

        target = check_map(path, overwrite)
        check_clusters(clusters)
        if not isinstance(title, (str, type(None))):
            raise ParameterError(f"title={shown(title)}: it must be a string, or None")
        require_library()
        rows, units = shown_words(self, self.counts, words, _MAPPED, "explore()")
        check_method(method, len(rows))
        place_of = rows_by_frequency(self.counts, len(self)).argsort()
        order = np.argsort(place_of[rows])
        rows, units = rows[order], units[order]
        page = map_page(
            [label_of(self.index_to_key[row]) for row in rows],
            place(units, method, random_state, settings),
            units,
            None if self.counts is None else self.counts[rows],
            cluster(units, clusters, random_state),
            method=method,
            title="Map of words" if title is None else title,
        )
        write_picture(target, page)
        return target


def _check_groups(groups: Any) -> None:
    """Raise ParameterError unless groups map words to names."""
    if groups is None:
        return
    if not isinstance(groups, Mapping):
        raise ParameterError(f"groups must map words to names, as a dict does; got {type(groups).__name__}")
    lists = [name for name, words in groups.items() if isinstance(words, (list, set, tuple, np.ndarray))]
    if lists:
        raise ParameterError(
            f"groups must map each word to the name of its group, and {shown(lists[0])} is mapped to "
            f"{shown(groups[lists[0]])}: turn it round, as in {{word: name for name, words in groups.items() for word "
            "in words}"
        )

"""WordVectors.plot: which words, where, with which labels."""

import warnings

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.errors import MissingDependencyError, ParameterError

pytest.importorskip("adjustText", reason="adjustText is not installed")
pytestmark = pytest.mark.usefixtures("pyplot")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def boxes(ax):
    renderer = ax.figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in ax.texts]


def points(ax):
    return np.concatenate([np.asarray(drawn.get_offsets()) for drawn in ax.collections])


def test_the_most_frequent_words_are_drawn_by_default(themed):
    wv = themed(120)
    shuffled = np.random.default_rng(1).permutation(120)
    wv = WordVectors(wv.vectors[shuffled], [wv.index_to_key[row] for row in shuffled], wv.counts[shuffled])
    assert sorted(texts(wv.plot(20))) == sorted(f"word{row}" for row in range(20))
    ax = wv.plot(labels=5)
    assert len(points(ax)) == 100
    assert sorted(texts(ax)) == [f"word{row}" for row in range(5)]


def test_given_words_are_drawn(themed):
    ax = themed(50).plot(["word7", "word30", "word2"])
    assert sorted(texts(ax)) == ["word2", "word30", "word7"]
    assert len(points(ax)) == 3


def test_labels_do_not_overlap_and_are_inside(themed):
    ax = themed(50, themes=2).plot(50)
    found = boxes(ax)
    assert len(found) == 50
    assert not any(one.overlaps(other) for place, one in enumerate(found) for other in found[:place])
    frame = ax.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in found)


def test_labels_without_a_place_are_left_out_with_a_warning(themed, pyplot):
    ax = pyplot.subplots(figsize=(0.9, 0.9))[1]
    with pytest.warns(RuntimeWarning, match=r"\d+ of 12 labels found no free place .*: show fewer words"):
        themed(12).plot(12, ax=ax)
    assert len(points(ax)) == 12
    assert 0 < len(ax.texts) < 12
    found = boxes(ax)
    assert not any(one.overlaps(other) for place, one in enumerate(found) for other in found[:place])
    assert {line.patchA for line in ax.patches} <= set(ax.texts)


def test_more_words_than_labels_are_told(themed, monkeypatch):
    monkeypatch.setattr("fastw2v.vectors.pictures._LABELLED", 15)
    with pytest.warns(RuntimeWarning, match=r"labels the first 15 of 20 words; labels=\.\.\. chooses"):
        ax = themed(20).plot(20)
    assert (len(points(ax)), len(ax.texts)) == (20, 15)
    assert len(themed(20).plot(20, labels=0).texts) == 0


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_the_picture_is_the_same_each_time(themed, method):
    wv = themed(30)
    first, second = wv.plot(30, method), wv.plot(30, method)
    assert np.array_equal(points(first), points(second))
    assert [text.get_position() for text in first.texts] == [text.get_position() for text in second.texts]


def test_groups_have_colours_and_a_legend(themed):
    ax = themed(9).plot(9, groups={f"word{row}": ("red", "_green", "$blue$")[row % 3] for row in range(8)})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["red", "_green", "$blue$"]
    colours = [tuple(drawn.get_facecolor()[0]) for drawn in ax.collections]
    assert len(set(colours)) == len(colours) == 4  # the ninth word has no group
    assert [len(drawn.get_offsets()) for drawn in ax.collections] == [3, 3, 2, 1]
    ax.figure.canvas.draw()


def test_groups_the_wrong_way_round_are_told(themed):
    for groups in ({"odd": ["word1", "word3"]}, {"odd": {"word1"}}, {"odd": ("word1",)}):
        with pytest.raises(
            ParameterError, match=r"each word to the name of its group, and 'odd' is mapped to .*turn it"
        ):
            themed(9).plot(9, groups=groups)
    with pytest.warns(
        RuntimeWarning, match=r"groups names none of the 9 words that are drawn, but 'a', 'b', 'c' \.\.\."
    ):
        themed(9).plot(9, groups=dict.fromkeys("abcd", "odd"))


def test_groups_beyond_the_colours_have_other_markers_and_there_is_an_end(themed):
    wv = themed(40)
    ax = wv.plot(20, groups={f"word{row}": row for row in range(20)})
    looks = {(tuple(drawn.get_facecolor()[0]), len(drawn.get_paths()[0].vertices)) for drawn in ax.collections[:20]}
    assert len(looks) == 20
    with pytest.raises(ParameterError, match="groups has 40 different names; 36 can be told apart"):
        wv.plot(40, groups={f"word{row}": row for row in range(40)})
    with pytest.raises(ParameterError, match="groups must map words to names, as a dict does; got list"):
        wv.plot(groups=["a", "b"])


def test_words_are_no_formulas_and_words_of_any_kind_are_drawn():
    words = ["$x^2$", r"$\frac{$", "$$", "_private", "two\nlines", "\x00", "100%", r"back\slash"]
    ax = WordVectors(np.eye(8), words).plot()
    assert sorted(texts(ax)) == sorted(
        ["$x^2$", r"$\frac{$", "$$", "_private", r"two\nlines", r"\x00", "100%", words[-1]]
    )
    ax.figure.canvas.draw()
    assert sorted(texts(WordVectors(np.eye(3), [5, ("a", "b"), 7]).plot())) == ["('a', 'b')", "5", "7"]


def test_characters_that_the_font_lacks_are_told_in_one_warning(themed):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        themed(["東京", "大阪", "north", "south"]).plot()
    (one,) = caught
    assert one.filename == __file__
    assert "4 characters such as '東', '京', '大' are not in the font DejaVu Sans, and stand as boxes: add one" in str(
        one.message
    )


def test_given_axes_are_drawn_in(themed, pyplot):
    ax = pyplot.subplots(1, 2)[1][0]
    assert themed(5).plot(ax=ax) is ax
    with pytest.raises(ParameterError, match="ax must be one matplotlib Axes"):
        themed(5).plot(ax=[ax])


def test_settings_go_to_the_method_and_others_are_refused(themed):
    themed(30).plot(10, "tsne", perplexity=3)
    with pytest.raises(TypeError, match="'top_n'; method='pca' hands on those of PCA"):
        themed(30).plot(top_n=10)


@pytest.mark.parametrize("package", ["matplotlib", "adjustText"])
def test_without_a_package_the_extra_is_named(themed, without, package):
    without(package)
    with pytest.raises(MissingDependencyError, match=rf"plot\(\) needs the package {package}.*'fastw2v\[plot\]'"):
        themed(5).plot()


def test_vectors_in_gensims_manner_are_drawn_too():
    from fastw2v.compat.gensim import KeyedVectors

    wv = KeyedVectors(vector_size=2)
    wv.add_vectors(["a", "b", "c"], [[1, 0], [2, 1], [0, 1]])
    assert sorted(texts(wv.plot())) == ["a", "b", "c"]

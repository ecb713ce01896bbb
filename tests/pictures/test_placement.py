"""From vectors to points of the plane."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from fastw2v.errors import MissingDependencyError, ParameterError
from fastw2v.pictures import placement
from fastw2v.pictures.placement import METHODS, check_method, place


@pytest.fixture(scope="module")
def units(themed):
    return themed(60).unit_vectors


def mean_distances(points):
    """Between points of one theme, and of different ones."""
    theme = np.arange(len(points)) % 6
    away = np.linalg.norm(points[:, None] - points, axis=2)
    same = theme[:, None] == theme
    return away[same & (away > 0)].mean(), away[~same].mean()


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_near_vectors_stand_near_each_other(units, method):
    points = place(units, method)
    assert points.shape == (60, 2)
    same, others = mean_distances(points)
    assert same < 0.7 * others


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_the_same_seed_gives_the_same_points(units, method):
    assert np.array_equal(place(units, method, 3), place(units, method, 3))


def test_another_seed_gives_other_points_where_chance_has_a_part(units):
    settings = {"init": "random"}
    assert not np.array_equal(place(units, "tsne", 1, settings), place(units, "tsne", 2, settings))


def test_pca_finds_the_directions_of_greatest_variance():
    along = np.linspace(-1, 1, 20)
    points = place(np.stack([0 * along, along, 0.1 * along**2], axis=1).astype(np.float32), "pca")
    assert np.allclose(abs(points[:, 0]), abs(along), atol=1e-6)


@pytest.mark.parametrize(("version", "quick"), [((1, 4), "full"), ((1, 5), "covariance_eigh")])
def test_pca_of_many_words_has_the_same_points_in_less_time(monkeypatch, version, quick):
    solvers = []
    made = placement._made
    monkeypatch.setattr(placement, "_made", lambda *given: solvers.append(given[2]["svd_solver"]) or made(*given))
    monkeypatch.setattr(placement, "_sklearn_version", lambda: version)
    units = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    points = place(units, "pca")
    np.testing.assert_allclose(points, place(units, "pca", settings={"svd_solver": "full"}), atol=1e-9)
    place(units[:79], "pca")
    assert [solvers[0], solvers[-1]] == [quick, "full"]


@pytest.mark.parametrize("units", [np.ones((3, 1)), np.ones((2, 4)), np.eye(2)], ids=["one column", "equal", "two"])
def test_few_words_or_dimensions_have_points_as_well(units):
    points = place(units.astype(np.float32), "pca")
    assert points.shape == (len(units), 2)
    assert np.isfinite(points).all()


def test_tsne_takes_few_words_and_one_dimension():
    assert place(np.eye(4, dtype=np.float32), "tsne").shape == (4, 2)
    assert place(np.array([[1], [1], [-1], [-1], [1]], np.float32), "tsne").shape == (5, 2)


def test_settings_are_handed_on(units):
    assert not np.array_equal(place(units, "tsne"), place(units, "tsne", settings={"perplexity": 5}))
    whitened = place(units, "pca", settings={"whiten": True})
    assert np.allclose(whitened.std(axis=0, ddof=1), 1)


def test_an_unknown_setting_is_named_with_those_that_exist(units):
    with pytest.raises(TypeError, match=r"'colour'; method='pca' hands on those of PCA: copy, "):
        place(units, "pca", settings={"colour": 1})


def test_methods_and_numbers_of_words_are_checked():
    with pytest.raises(ParameterError, match="method must be one of 'pca', 'tsne', 'umap'; got 'lda'"):
        check_method("lda", 10)
    with pytest.raises(ParameterError, match=r"'tsne' needs at least 4 words .*; got 3: .* or choose method='pca'"):
        check_method("tsne", 3)
    for method in METHODS:
        check_method(method, 4)


def test_a_seed_that_is_none_is_refused(units):
    with pytest.raises(ParameterError, match=r"random_state must be .*; got 'seven'"):
        place(units, "pca", "seven")


def test_umap_is_asked_for_by_its_extra(units, without):
    without("umap")
    with pytest.raises(MissingDependencyError, match=r"method='umap' needs .* pip install 'fastw2v\[umap\]'"):
        place(units, "umap")


def test_umap_gets_the_seed_and_the_settings(units, monkeypatch):
    asked = {}

    class UMAP:
        def __init__(self, n_neighbors=15, metric="euclidean", random_state=None, n_jobs=-1, init="spectral", spread=1):
            asked.update(locals())

        def fit_transform(self, rows):
            return rows[:, :2]

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=UMAP))
    assert np.array_equal(place(units, "umap", 7, {"spread": 2}), units[:, :2])
    assert (asked["random_state"], asked["metric"], asked["n_jobs"], asked["spread"]) == (7, "cosine", 1, 2)
    place(units[:5], "umap", None)
    assert (asked["n_neighbors"], asked["n_jobs"], asked["init"]) == (4, -1, "pca")


@pytest.mark.slow
def test_umap_itself_keeps_neighbours_together(units):
    pytest.importorskip("umap", reason="umap-learn is not installed")
    points = place(units, "umap")
    same, others = mean_distances(points)
    assert same < 0.5 * others
    assert np.array_equal(points, place(units, "umap"))
    assert place(units[:5], "umap").shape == (5, 2)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_picture_has_two_dimensions(method):
    units = np.eye(6, 8, dtype=np.float32)
    for wrong in (0, 1, 3, None):
        with pytest.raises(ParameterError, match="a picture has two dimensions, leave it out"):
            place(units, method, 0, {"n_components": wrong})
    np.testing.assert_array_equal(place(units, method, 0, {"n_components": 2}), place(units, method, 0))

"""The plot of the loss."""

import pytest

from fastw2v import Word2Vec
from fastw2v.errors import MissingDependencyError, ParameterError


def test_the_curve_is_the_history(fitted, pyplot):
    model = fitted()
    ax = model.plot_loss()
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == model.loss_history_
    assert ax.get_xlabel() == "epoch"
    assert ax.get_ylabel() == "mean loss per positive pair"
    assert all(tick == int(tick) for tick in ax.get_xticks())


def test_one_epoch_is_a_point_that_is_seen(fitted, pyplot):
    (line,) = fitted(epochs=1).plot_loss().lines
    assert line.get_marker() == "o"


def test_given_axes_are_drawn_in(fitted, pyplot):
    axes = pyplot.subplots(1, 2)[1]
    assert fitted().plot_loss(axes[1]) is axes[1]
    assert len(pyplot.get_fignums()) == 1


def test_two_models_are_compared_in_one_plot(fitted, pyplot):
    ax = fitted().plot_loss()
    fitted(epochs=5).plot_loss(ax)
    assert [len(line.get_xdata()) for line in ax.lines] == [3, 5]


@pytest.mark.parametrize(("ax", "found"), [("first", "got str"), (None, "an array of shape")])
def test_what_is_no_axes_is_refused(fitted, pyplot, ax, found):
    with pytest.raises(ParameterError, match=f"ax must be one matplotlib Axes.*{found}"):
        fitted().plot_loss(ax or pyplot.subplots(1, 2)[1])


def test_a_model_without_losses_says_so(fitted, pyplot):
    with pytest.raises(ValueError, match=r"call fit\(\) first"):
        Word2Vec().plot_loss()
    model = fitted()
    model.loss_history_ = []
    with pytest.raises(ParameterError, match="this model has no losses"):
        model.plot_loss()


def test_a_loaded_model_has_its_losses(fitted, pyplot, tmp_path):
    model = fitted()
    model.save(tmp_path / "model.fw2v")
    (line,) = Word2Vec.load(tmp_path / "model.fw2v").plot_loss().lines
    assert line.get_ydata().tolist() == model.loss_history_


def test_without_matplotlib_the_extra_is_named(fitted, without):
    without("matplotlib")
    with pytest.raises(MissingDependencyError, match=r"plot_loss\(\) needs .* pip install 'fastw2v\[plot\]'"):
        fitted().plot_loss()

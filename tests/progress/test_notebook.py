"""Bars in a notebook: one output that is replaced, of plain HTML."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from fastw2v.progress.notebook import Notebook, display_of_notebook
from fastw2v.progress.snapshot import Fact, Snapshot

HALF = Snapshot("training", 0.5, (Fact("5.20M words/s"), Fact("<b>loss</b>")), 60.0, 61.0)
WHOLE = Snapshot("counting", 1.0, (), 12.0, 0.0, ended=True)


class Display:
    """IPython's ``display``, and the handle that it returns."""

    def __init__(self):
        self.shown = []

    def __call__(self, shown, *, display_id):
        assert display_id is True
        assert not self.shown, "a second output"
        self.shown.append(shown)
        return SimpleNamespace(update=self.shown.append)


def test_one_output_is_replaced_again_and_again():
    display = Display()
    screen = Notebook(display)
    screen.show({"one": WHOLE})
    screen.end("one", {"one": WHOLE})
    screen.show({"two": HALF})
    screen.close()
    assert len(display.shown) == 3
    html = display.shown[-1]._repr_html_()
    assert "width:50.0%" in html
    assert "width:100.0%" in html
    assert "1:01 left" in html
    assert "&lt;b&gt;loss" in html
    assert "<b>" not in html
    assert "<script" not in html
    assert repr(display.shown[-1]).splitlines() == [WHOLE.line, HALF.line]


@pytest.fixture
def ipython(monkeypatch):
    """An IPython whose shell the test chooses."""

    def install(shell):
        package, part = ModuleType("IPython"), ModuleType("IPython.display")
        package.get_ipython = lambda: shell
        part.display = Display()
        monkeypatch.setitem(sys.modules, "IPython", package)
        monkeypatch.setitem(sys.modules, "IPython.display", part)
        return part.display

    return install


def test_a_notebook_is_known_by_its_kernel(ipython, monkeypatch):
    assert ipython(SimpleNamespace(kernel=object())) is display_of_notebook()
    ipython(SimpleNamespace())  # IPython in a terminal
    assert display_of_notebook() is None
    ipython(None)  # IPython was imported by a script
    assert display_of_notebook() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert display_of_notebook() is None

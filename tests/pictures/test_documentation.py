"""The page on pictures: its Python runs, and its pictures exist."""

import re
from pathlib import Path

import pytest

for _package in ("matplotlib", "adjustText", "bokeh"):
    pytest.importorskip(_package)

PAGE = Path(__file__).parents[2] / "docs" / "pictures.md"
TEXT = "the king and the queen of the land\na man and a woman of the town\nthe cat sat and the dog ran\n" * 50


def test_the_snippets_run_one_after_the_other(tmp_path, monkeypatch, pyplot):
    monkeypatch.chdir(tmp_path)
    Path("corpus.txt").write_text(TEXT)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 5
    names = {}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    assert {"loss.png", "words.svg", "map.html"} <= {path.name for path in tmp_path.iterdir()}

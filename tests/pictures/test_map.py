"""The page of the map, as a file: what it holds, and how. What it does in a browser is tried in test_browser.py."""

import base64
import gzip
import json
import re

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.errors import FormatError, MissingDependencyError, ParameterError, UnknownWordError
from fastw2v.pictures.quantised import quantise

pytest.importorskip("bokeh", reason="Bokeh is not installed")


def packed(page, name):
    (content,) = re.findall(rf'<script type="application/octet-stream" id="{name}">([\w+/=]+)</script>', page)
    return gzip.decompress(base64.b64decode(content))


def data_of(path):
    return json.loads(packed(path.read_text(encoding="utf-8"), "data"))


@pytest.fixture(scope="module")
def page(themed, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "map.html"
    assert themed(200).explore(path, method="pca") == path
    return path


def test_the_page_holds_words_counts_and_vectors(page, themed):
    wv, data = themed(200), data_of(page)
    assert data["words"] == wv.index_to_key
    assert data["counts"] == wv.counts.tolist()
    assert len(data["x"]) == len(data["y"]) == len(data["clusters"]) == 200
    assert max(map(abs, [*data["x"], *data["y"]])) == data["extent"]
    assert set(data["clusters"]) == set(range(12))
    assert len(data["clusterNames"]) == 12
    assert (data["dimensions"], data["method"], data["title"]) == (16, "PCA", "Map of words")
    vectors = np.frombuffer(packed(page.read_text(encoding="utf-8"), "vectors"), np.int8).reshape(200, 16)
    assert np.array_equal(vectors, quantise(wv.unit_vectors))


def test_the_page_loads_nothing(page):
    text = page.read_text(encoding="utf-8")
    outside = re.sub(r'(<script type="application/octet-stream" id="\w+">)[^<]*', r"\1", text)
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!data:)", outside)
    assert not re.findall(r"https?:|@import|\bfetch\(|XMLHttpRequest|WebSocket", outside)
    assert "default-src 'none'" in outside
    assert "connect-src" not in outside  # so that default-src forbids it


def test_the_same_vectors_make_the_same_page(page, themed, tmp_path):
    themed(200).explore(tmp_path / "again.html", method="pca")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_words_and_title_are_never_markup(tmp_path):
    words = ["</script>", "<!--", "<img src=x onerror=alert(1)>", "\u2028", "{{library}}", "a&amp;b", "\ud800"]
    path = WordVectors(np.eye(7), words).explore(tmp_path / "map.html", method="pca", title="</title><script>{{data}}")
    text = path.read_text(encoding="utf-8")
    assert text.count("</title>") == 1
    assert text.count("&lt;/title&gt;&lt;script&gt;{{data}}") == 2
    assert "onerror" not in text
    assert text.count("</script>") == 4
    assert data_of(path)["words"] == [*words[:3], r"\u2028", *words[4:6], r"\ud800"]


def test_the_most_frequent_words_come_first(themed, tmp_path):
    wv = themed(50)
    mixed = WordVectors(wv.vectors[::-1], wv.index_to_key[::-1], wv.counts[::-1])
    assert data_of(mixed.explore(tmp_path / "map.html", 20, "pca"))["words"] == wv.index_to_key[:20]
    named = mixed.explore(tmp_path / "map.html", ["word9", "word3", "word40"], "pca")
    assert data_of(named)["words"] == ["word3", "word9", "word40"]
    assert data_of(named)["counts"] == [wv.counts[3], wv.counts[9], wv.counts[40]]


def test_words_without_counts_keep_their_order(tmp_path):
    path = WordVectors(np.eye(4), ["d", "c", "b", "a"]).explore(tmp_path / "map.html", method="pca")
    assert data_of(path)["counts"] is None
    assert data_of(path)["words"] == ["d", "c", "b", "a"]


def test_tsne_places_the_words_by_default(themed, tmp_path):
    assert data_of(themed(40).explore(tmp_path / "map.html"))["method"] == "t-SNE"


def test_an_earlier_map_is_replaced_and_nothing_else(themed, tmp_path):
    path = tmp_path / "map.html"
    wv = themed(10)
    for _ in range(2):
        wv.explore(path, method="pca")
    path.write_text("<h1>Someone's page</h1>")
    with pytest.raises(FormatError, match=r"map.html exists and is no picture of fastw2v.*overwrite=True"):
        wv.explore(path, method="pca")
    wv.explore(path, method="pca", overwrite=True)
    assert len(data_of(path)["words"]) == 10


def test_a_fault_leaves_the_old_file(themed, tmp_path, monkeypatch):
    path = tmp_path / "map.html"
    wv = themed(10)
    wv.explore(path, method="pca")
    old = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="could not be finished, an existing file is unchanged"):
        wv.explore(path, 5, "pca")
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["map.html"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"clusters": 13}, ParameterError, "clusters must be a whole number from 1 to 12, one colour each; got 13"),
        ({"clusters": True}, ParameterError, "got True"),
        ({"words": ["no", "nor"]}, UnknownWordError, r"explore\(\): none of the 2 words"),
        ({"words": 1}, ParameterError, r"explore\(\) needs at least two words"),
        ({"words": 3, "method": "tsne"}, ParameterError, "'tsne' needs at least 4 words"),
        ({"method": "mds"}, ParameterError, "method must be one of"),
        ({"method": "pca", "perplexity": 3}, TypeError, "'perplexity'; method='pca'"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_written(themed, tmp_path, arguments, error, message):
    with pytest.raises(error, match=message):
        themed(20).explore(tmp_path / "map.html", **arguments)
    assert list(tmp_path.iterdir()) == []


def test_without_bokeh_the_extra_is_named(themed, tmp_path, without):
    without("bokeh")
    with pytest.raises(MissingDependencyError, match=r"explore\(\) needs the package bokeh.*'fastw2v\[plot\]'"):
        themed(20).explore(tmp_path / "map.html")


def test_the_library_weighs_what_the_documentation_says(page):
    text = page.read_text(encoding="utf-8")
    (library,) = re.findall(r'id="library">([^<]*)<', text)
    assert 0.3e6 < len(library) < 0.8e6


def test_a_title_is_a_string(themed, tmp_path):
    with pytest.raises(ParameterError, match="title=5: it must be a string, or None"):
        themed(9).explore(tmp_path / "map.html", title=5)
    assert not (tmp_path / "map.html").exists()

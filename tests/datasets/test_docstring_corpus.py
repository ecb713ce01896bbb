"""The built-in corpus: docstrings harvested from source trees, kept in the cache."""

from pathlib import Path

from fastw2v import datasets
from fastw2v.datasets import fetch
from fastw2v.datasets.docstring_corpus import harvest, split_paragraphs

MODULE = '''"""First Paragraph of the_module.

Second one: x[0] == max(a, b2)."""
def f():
    "Inside f."
    class C:
        """Inside C."""
        async def g(self): "Inside g."
    return "not documentation"
add_newdoc("numpy", "name_of_it", "Prose in a call.")
add_newdoc("numpy", "it", ("method", """
Of a method."""))
other_call("not this one")
'''


HARVESTED = [
    "first paragraph of the module",
    "second one x max a b",
    "inside f",
    "prose in a call",
    "of a method",
    "inside c",
    "inside g",
]


def test_docstrings_of_a_source_tree_are_harvested_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("test", "tests", "site-packages", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "left_out.py").write_text('"""left out"""')
    (tmp_path / "b" / "one.py").write_text('"""From b."""')
    (tmp_path / "a.py").write_text('"""From a."""')
    (tmp_path / "broken.py").write_text('"""From broken."""\ndef (')
    (tmp_path / "nul.py").write_bytes(b'"""From nul."""\0')
    (tmp_path / "latin.py").write_bytes(b'"""\xff"""')
    (tmp_path / "c.txt").write_text('"""From c."""')
    assert list(harvest([tmp_path])) == [["from", "a"], ["from", "b"]]


def test_docstrings_wherever_they_are(tmp_path):
    (tmp_path / "module.py").write_text(MODULE)
    assert sorted(" ".join(words) for words in harvest([tmp_path])) == sorted(HARVESTED)


def test_the_harvest_executes_nothing(tmp_path):
    (tmp_path / "evil.py").write_text(f'"""Fine."""\nopen({str(tmp_path / "written")!r}, "w")')
    assert list(harvest([tmp_path])) == [["fine"]]
    assert not (tmp_path / "written").exists()


def test_identifiers_fall_into_words():
    assert list(split_paragraphs("n_rows min() np.max2 column's\n \nCAF\u00c9\n\n123 _ \n\n")) == [
        ["n", "rows", "min", "np", "max", "column", "s"],
        ["caf\u00e9"],
    ]


def test_the_corpus_is_kept_and_read_again_equal(cache, tmp_path, monkeypatch):
    root = tmp_path / "library"
    root.mkdir()
    (root / "module.py").write_text(MODULE)
    monkeypatch.setattr("fastw2v.datasets.docstring_corpus.source_roots", lambda: [root])
    first = datasets.load_docstrings()
    assert sorted(" ".join(words) for words in first) == sorted(HARVESTED)
    assert [path.name.startswith("docstrings-") for path in cache.iterdir()] == [True]
    (root / "module.py").write_text('"""Changed."""')
    assert datasets.load_docstrings() == first
    assert datasets.load_docstrings(cache=False) == [["changed"]]
    monkeypatch.setattr(fetch, "_HARVEST_VERSION", -1)
    assert datasets.load_docstrings() == [["changed"]]


def test_a_cache_that_cannot_be_written_to_is_not_an_error(cache, tmp_path, monkeypatch):
    cache.write_text("a file where the folder should be")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "module.py").write_text('"""Here."""')
    monkeypatch.setattr("fastw2v.datasets.docstring_corpus.source_roots", lambda: [tmp_path / "library"])
    assert datasets.load_docstrings() == [["here"]]


def test_the_roots_are_the_library_and_what_is_installed(run_python):
    """In a process of its own, to see that finding NumPy and SciPy imports neither."""
    code = (
        "import sys; from fastw2v.datasets.docstring_corpus import source_roots; "
        "print(*source_roots(), *sys.modules, sep='\\n')"
    )
    done = run_python(code, check=True)
    library, numpy, scipy, *modules = done.stdout.splitlines()
    assert (Path(library) / "ast.py").is_file()
    assert [Path(numpy).name, Path(scipy).name] == ["numpy", "scipy"]
    assert not {"numpy", "scipy"} & set(modules)

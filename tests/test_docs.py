"""The documentation, held: its code runs, its table of wings is the rule, its links and names lead somewhere."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from fastw2v import EncodedCorpus
from fastw2v.backends.reference import Run
from fastw2v.planning.plan import make_plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.tables import make_tables
from fastw2v.planning.training_parameters import TrainingParameters

ROOT = Path(__file__).parent.parent
PAGES = [path for name in ("*.md", "docs/*.md", "docs/api/*.md", "bench/*.md") for path in sorted(ROOT.glob(name))]


def test_the_tile_of_the_page_is_that_of_the_reference():
    """On a corpus that is one tile, with repeated words, sentence ends within, and noise that hits contexts.

    The run is long enough for its tiles not to be short.
    """
    page = (ROOT / "docs" / "tile.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    rng = np.random.default_rng(3)
    words, sentence, window, rate = rng.integers(0, 12, 25), np.repeat([0, 1, 2], [7, 9, 9]), 3, 2**-9
    corpus = EncodedCorpus.from_ids([words[sentence == each] for each in range(3)], [str(word) for word in range(12)])
    params = TrainingParameters(
        window=window, negative=5, sample=0, learning_rate=rate, min_learning_rate=rate, epochs=20_000
    ).checked()
    arrays = Arrays(*rng.normal(size=(2, 12, 8)))
    run = Run(arrays, corpus, make_tables(corpus.count_words(), params), make_plan(corpus, params, seed=1))
    # S is 16 for five negatives; the first tile draws all of them
    noise = run._draw_noise(0, 0, np.arange(16))

    token = np.arange(25)
    distance = abs(token[:, None] - token)
    weight = np.where(distance > 0, (window + 1 - distance) / window, 0).astype(np.float32)
    weight = np.where((distance <= window) & (sentence[:, None] == sentence), weight, 0).astype(float)
    pairs = np.pad(weight, ((0, 0), (window, window)))
    names = {"w_in": arrays.w_in.copy(), "w_out": arrays.w_out.copy(), "noise": noise, "S": len(noise), "K": 5}
    names |= {"f": run.tables.output_rate} | {
        "centers": corpus.ids,
        "halo": np.pad(corpus.ids, window),
        "pairs": pairs,
        "rate": rate,
    }
    exec(code, names | {"np": np, "sigmoid": lambda x: 1 / (1 + np.exp(-x))})
    before = arrays.w_in.copy()
    run.train_chunk(0, 0, 1)
    assert abs(arrays.w_in - before).max() > 1e-3
    assert np.allclose(names["w_in"], arrays.w_in, rtol=0, atol=1e-9)
    assert np.allclose(names["w_out"], arrays.w_out, rtol=0, atol=1e-9)


def test_python_on_pages_fits_the_column_of_the_site():
    """Wider lines are cut there until a reader scrolls; of scripts in gensim's names the imports stand in one line."""
    wide = [
        f"{page.relative_to(ROOT)}: {line}"
        for page in PAGES
        if page.name != "coming_from_gensim.md" and page.parts[-2] != "bench"
        for code in re.findall(r"^```(?:python|pycon|\{code-cell\})\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
        for line in code.splitlines()
        if len(line) > 88
    ]
    assert wide == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_words_are_spelled_one_way(page):
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\b\w*(?:tokenis|colors?\b)\w*", prose) == []


def test_prose_keeps_to_120_characters():
    """But for links, and captions that `python -m bench.tables` writes."""
    wide = [
        f"{page.relative_to(ROOT)}: {line}"
        for page in PAGES
        for line in re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S).splitlines()
        if len(line) > 120 and not line.startswith("|") and "](" not in line and "; commit " not in line
    ]
    assert wide == []


def test_the_readme_leads_to_the_files_beside_it():
    targets = set(re.findall(r"\]\((\w+(?:\.md)?)\)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert targets >= {"CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"}


def anchors(page):
    """What GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        other = page.parent / path if path else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_table_begins_with_its_head(page):
    """A blank line within a table would make text of the rows behind it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    assert [table for table in tables if not re.match(r".*\n\|[-:| ]+\|(\n|$)", table)] == []


def test_the_table_of_wings_is_the_rule_that_the_tests_hold():
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text(encoding="utf-8"))
    (order,) = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and ast.unparse(node.targets) == "ORDER"
    ]
    held = [(str(level), wing) for level, line in enumerate(ast.literal_eval(order), 1) for wing in line.split()]
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)(?:/|\.py)`.* \| ([^|]*) \|$", page, re.MULTILINE)
    assert sorted((level, wing) for level, wing, _ in rows) == sorted(held)
    last = int(held[-1][0])
    for level, wing, below in rows:
        first = int(level) + 1
        wanted = {last: f"{last}", last - 1: f"{first}, {last}", last + 1: "none"}.get(first, f"{first} to {last}")
        assert below == wanted, wing


FOLDERS = ["", "fastw2v", "fastw2v/native", "fastw2v/native/cpu"]  # where a path on a page may begin
SUFFIXES = (".py", ".pyx", ".h", ".c", ".cu", ".md", ".yml", ".json", "/")


def files_named(page):
    """Paths between backticks, as they stand; not .github/, which the source distribution leaves out."""
    names = re.findall(r"`([\w./-]+)`", page.read_text(encoding="utf-8"))
    return sorted({name for name in names if name.endswith(SUFFIXES) and name[0] != "."})


def find(name):
    return next((path for folder in FOLDERS if (path := ROOT / folder / name).exists()), None)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/tile.md", "docs/performance.md"])
def test_the_files_that_a_page_names_exist(page):
    names = files_named(ROOT / page)
    assert len(names) > 3
    assert [name for name in names if find(name) is None] == []


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/tile.md", "docs/performance.md"])
def test_the_names_that_a_page_takes_from_the_code_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for names, place in re.findall(r"((?:`[\w.]+`(?:, | and )?)+)\s+in\s+`([\w./]+\.(?:py|pyx|h|cu))`", text):
        code = find(place).read_text(encoding="utf-8")
        missing = [name for name in re.findall(r"`(?:\w+\.)?(\w+)`", names) if not re.search(rf"\b{name}\b", code)]
        assert missing == [], place
    everything = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("fastw2v", "bench", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".pyx", ".h", ".c", ".cu"}
    )
    unknown = [
        name for name in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text) if not re.search(rf"\b{name}\b", everything)
    ]
    assert set(unknown) <= {"b_i", "n_i", "w_d"}  # symbols

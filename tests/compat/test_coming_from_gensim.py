"""docs/coming_from_gensim.md says of each name and argument of gensim's two classes what is true here.

gensim_names.json lists them, so that the page is held without gensim, too; ``python test_coming_from_gensim.py`` writes
the list of the gensim that is installed.
"""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

from fastw2v.compat import gensim as compat

pytestmark = pytest.mark.filterwarnings("ignore:the learning rate is lowered")
LIST = Path(__file__).with_name("gensim_names.json")
PAGE = Path(__file__).parents[2] / "docs" / "coming_from_gensim.md"
SENTENCES = [["red", "wine"], ["red", "rose"]] * 9
OPTIONS = {"vector_size": 2, "min_count": 1, "workers": 1, "sample": 0}
CLASSES = ("Word2Vec", "KeyedVectors")


def arguments(function):
    """The arguments of a function as they stand in its signature, without self."""
    listed = []
    for each in inspect.signature(function).parameters.values():
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        default = "" if each.default is each.empty else f"={each.default!r}"
        listed.append(f"{stars}{each.name}{default}")
    return [each for each in listed if each != "self"]


def of_installed():
    """The public names of the gensim that is installed; methods, and the constructor, with their arguments."""
    gensim = pytest.importorskip("gensim")
    models = [gensim.models.Word2Vec(SENTENCES, **OPTIONS, **more) for more in ({}, {"hs": 1, "negative": 0})]
    found = {"version": gensim.__version__}
    for kind, objects in zip(CLASSES, (models, [each.wv for each in models]), strict=True):
        cls = getattr(gensim.models, kind)
        public = sorted({name for each in objects for name in {*dir(cls), *vars(each)} if name[0] != "_"})
        values = {name: getattr(cls, name, None) for name in ["__init__", *public]}
        found[kind] = {name: arguments(value) if callable(value) else None for name, value in values.items()}
    return found


NAMES = json.loads(LIST.read_text(encoding="utf-8")) if LIST.exists() else {kind: {} for kind in CLASSES}


def rows():
    """Class, what the table is of, gensim's name with its arguments, what is said of it, and how."""
    found, kind, part = [], None, None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = re.fullmatch(r"## (Arguments|Methods|Attributes) of `(\w+)`", line)
            part, kind = heading.groups() if heading else (None, None)
        elif kind and line.startswith("| `"):
            given = re.fullmatch(r"\| `([^`]+)` \| (\w+) \| (.*?) ?\|", line)
            assert given, f"a row that is no row: {line}"
            found.append((kind, part, *given.groups()))
    return found


def wanted():
    """What the first column must hold for each table."""
    tables = {}
    for kind in CLASSES:
        names = NAMES[kind]
        tables[kind, "Arguments"] = names["__init__"]
        tables[kind, "Methods"] = [
            f"{name}({', '.join(given)})" for name, given in names.items() if given is not None and name != "__init__"
        ]
        tables[kind, "Attributes"] = [name for name, given in names.items() if given is None]
    return tables


@pytest.mark.parametrize("table", [(kind, part) for kind in CLASSES for part in ("Arguments", "Methods", "Attributes")])
def test_every_name_and_argument_of_gensims_has_its_row(table):
    assert [name for kind, part, name, *_ in rows() if (kind, part) == table] == wanted()[table]


def test_the_list_is_that_of_the_gensim_that_is_installed():
    found = of_installed()
    if found["version"] != NAMES["version"]:
        pytest.skip(f"the list is that of gensim {NAMES['version']}, and {found['version']} is installed")
    assert found == NAMES


def bare(given):
    """The names of arguments, without defaults, and without those of *args and **kwargs."""
    return {re.sub(r"=.*", "", each) for each in given if each[0] != "*"}


@pytest.fixture(scope="module")
def made():
    """An object of each of our classes."""
    model = compat.Word2Vec(SENTENCES, **OPTIONS)
    return {"Word2Vec": model, "KeyedVectors": model.wv}


def marked():
    for kind, part, given, said, how in rows():
        name = re.split(r"[(=]", given)[0]
        key = f"{kind}({name})" if part == "Arguments" else f"{kind}.{name}"
        yield pytest.param(kind, part, given, said, how, id=key)


@pytest.mark.parametrize(("kind", "part", "given", "said", "how"), list(marked()))
def test_what_the_page_says_of_a_name_is_true(made, kind, part, given, said, how):
    cls, name = getattr(compat, kind), re.split(r"[(=]", given)[0]
    assert said in ("same", "different", "absent")
    assert how or said == "same", "it must say how, or why"
    if part == "Arguments":
        ours = arguments(cls.__init__)
        assert (given in ours) == (said != "absent")
        if said == "same":
            assert ours.index(given) == NAMES[kind]["__init__"].index(given)
    elif said == "absent":
        with pytest.raises(AttributeError, match=r"unlike gensim's: .{10}"):
            getattr(made[kind], name)
    elif part == "Methods":
        theirs, ours = NAMES[kind][name], arguments(getattr(cls, name))
        if said == "same":
            assert ours[: len(theirs)] == theirs
        else:  # whatever gensim's takes is taken
            assert any(each[:2] == "**" for each in ours) or bare(theirs) <= bare(ours)
    elif name == "syn1":
        assert compat.Word2Vec(SENTENCES, **OPTIONS, hs=1, negative=0).syn1.shape == (3, 2)
    else:
        getattr(made[kind], name)


def test_options_without_effect_are_accepted():
    """What the page calls without effect must be taken by the method all the same."""
    for kind, part, given, _, how in rows():
        if part == "Methods" and "no effect" in how:
            ours = bare(arguments(getattr(getattr(compat, kind), given.split("(")[0])))
            said = re.search(r"((?:`\w+`(?:, | and )?)+) (?:has|have) no effect", how)
            for name in re.findall(r"`(\w+)`", said[1]) if said else []:
                assert name in ours, (given, name)


# --- what differs in general ------------------------------------------------------------------------------------------


def test_rows_of_integers_are_sentences():
    """gensim never returns from them."""
    walks = np.random.default_rng(0).integers(0, 9, (50, 12))
    model = compat.Word2Vec(walks, **OPTIONS)
    assert sorted(model.wv.index_to_key) == list(range(9))
    assert (model.corpus_count, model.corpus_total_words) == (50, 600)


def test_long_sentences_are_not_cut():
    """gensim trains on the first 10,000 words of each."""
    sentences = [["red", "wine"] * 10_000]
    model = compat.Word2Vec(sentences, **OPTIONS)
    assert model.train(sentences, total_examples=1, epochs=2) == (40_000, 40_000)


def test_neither_totals_nor_epochs_are_needed():
    model = compat.Word2Vec(SENTENCES, **OPTIONS, epochs=3)
    assert model.train(SENTENCES) == (3 * 36, 3 * 36)
    assert len(model.loss_history) == 3


def test_start_and_end_alpha_hold_for_one_call():
    model = compat.Word2Vec(SENTENCES, **OPTIONS)
    model.train(SENTENCES, epochs=1, start_alpha=0.01, end_alpha=0.005)
    assert (model.alpha, model.min_alpha) == (0.025, 0.0001)


if __name__ == "__main__":
    LIST.write_text(json.dumps(of_installed(), indent=1) + "\n", encoding="utf-8")

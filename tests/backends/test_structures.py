"""The structures that Python, C and CUDA pass to each other: written down once, in C, and read from there."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import fastw2v
from fastw2v import EncodedCorpus
from fastw2v.backends.structures import fill_settings, read_structure
from fastw2v.planning.plan import make_plan
from fastw2v.planning.training_parameters import TrainingParameters

PACKAGE = Path(fastw2v.__file__).parent
NATIVE = PACKAGE / "native"
SETTINGS = (NATIVE / "fw_settings.h").read_text()
KERNEL = SETTINGS + (NATIVE / "cpu" / "fw_kernel.h").read_text()
COMPILER = os.environ.get("CC", "cc").split()[0]


@pytest.mark.skipif(shutil.which(COMPILER) is None, reason=f"no C compiler {COMPILER}")
@pytest.mark.parametrize("name", ["fw_settings", "fw_job"])
def test_a_structure_is_laid_out_as_the_c_compiler_does_it(tmp_path, name):
    layout = read_structure(KERNEL, name)
    lines = [
        f'printf("%zu %zu\\n", offsetof({name}, {field}), sizeof((({name} *)0)->{field}));' for field in layout.names
    ]
    file = tmp_path / "offsets.c"
    file.write_text(
        '#include <stdio.h>\n#include "cpu/fw_kernel.h"\nint main(void) {\n'
        + "\n".join(lines)
        + f'\nprintf("%zu\\n", sizeof({name}));\n}}\n'
    )
    subprocess.run([COMPILER, f"-I{NATIVE}", file, "-o", tmp_path / "offsets"], check=True)
    *fields, size = subprocess.run(
        [tmp_path / "offsets"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    expected = [f"{offset} {dtype.itemsize}" for dtype, offset in (layout.fields[field] for field in layout.names)]
    assert (fields, int(size)) == (expected, layout.itemsize)


@pytest.mark.parametrize(("name", "indent"), [("fw_settings", 12), ("fw_job", 8)])
def test_cython_declares_and_fills_every_field(name, indent):
    """It must declare what it fills: a field that it forgot would hold whatever memory held."""
    text = (PACKAGE / "_train.pyx").read_text()
    declared = re.search(rf"ctypedef struct {name}:\n((?: {{8}}.*\n)+)", text)[1]
    names = [word for line in declared.splitlines() for word in re.findall(r"(\w+)\s*(?:,|$)", line)]
    assert sorted(names) == sorted(read_structure(KERNEL, name).names)
    filled = re.search(rf"{name}\(\n(.*?)\n {{{indent}}}\)", text, flags=re.DOTALL)[1]
    assert {field for field in names if not re.search(rf"\b{field}=", filled)} == set()


def test_settings_are_filled_from_the_plan_under_its_own_names():
    corpus = EncodedCorpus.from_ids(np.arange(60).reshape(2, 30) % 7, [str(i) for i in range(7)])
    made = make_plan(corpus, TrainingParameters(epochs=3, window=4, architecture="cbow").checked(), 2**63 + 5)
    settings = np.zeros((), read_structure(SETTINGS, "fw_settings"))
    fill_settings(settings, made, vocabulary=7, vector_size=20)
    found = {name: settings[name].item() for name in settings.dtype.names}
    assert (found.pop("vocabulary"), found.pop("vector_size"), found.pop("stride")) == (7, 20, 32)
    assert found == {name: getattr(made, name) for name in found}
    arrays = {"chunk_begin", "chunk_sentence", "pair_weight", "pass_slot"}
    host_only = {"kept_share", "output_rate", "outputs", "pairs"}
    assert found.keys() >= {field.name for field in dataclasses.fields(made)} - arrays - host_only


def test_a_field_that_nothing_fills_is_noticed():
    corpus = EncodedCorpus.from_ids(np.arange(60).reshape(2, 30) % 7, [str(i) for i in range(7)])
    made = make_plan(corpus, TrainingParameters().checked(), 1)
    settings = np.zeros((), read_structure("struct s { int window, unheard_of; };", "s"))
    with pytest.raises(AttributeError, match="unheard_of"):
        fill_settings(settings, made, vocabulary=7, vector_size=20)


def test_declarations_of_all_kinds_are_read():
    text = """struct inner { double x; int flag; };
    typedef struct outer {
        const float *one, *two; /* , and a comment; with signs */
        inner nested;
        unsigned long long big, *pointer;
        int last;
    } outer;"""
    layout = read_structure(text, "outer")
    assert layout.names == ("one", "two", "nested", "big", "pointer", "last")
    assert [layout.fields[name][1] for name in layout.names] == [0, 8, 16, 32, 40, 48]
    assert layout.itemsize == 56
    assert layout["nested"].names == ("x", "flag")


def test_what_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="struct b: the text does not declare it"):
        read_structure("struct a { int x; };", "b")
    with pytest.raises(ValueError, match=r"struct a: a field has the unknown type 'short'.*add it to C_TYPES"):
        read_structure("struct a { short x; };", "a")

"""The benchmarks, made importable."""

import numpy as np
import pytest

from fastw2v import datasets
from fastw2v._train import instruction_sets


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A small corpus whose words follow each other in a pattern."""
    rng = np.random.default_rng(1)
    lines = []
    for _ in range(1500):
        topic = rng.integers(20)
        lines.append(" ".join(f"w{topic}x{rng.zipf(1.5) % 40}" for _ in range(rng.integers(2, 25))))
    file = tmp_path_factory.mktemp("bench") / "text.txt"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="session")
def stages_without_work():
    """``stages_without_work(architecture, plan)``: the stages of the kernel in use that do nothing."""

    def named(architecture, plan):
        on_registers = instruction_sets()["selected"] == "amx" and plan.tile_tokens >= 20
        gathered = ["gather"] if architecture == "skipgram" else []
        return gathered + (["halo_updates", "noise_updates"] if on_registers else [])  # which update all rows at once

    return named


@pytest.fixture
def scored_words(data_folder):
    """Words of the sets that vectors are scored on."""
    words = datasets.fetch_analogies().read_text().lower().split()[:3000]
    for name in ("ws353", "simlex999"):
        lines = datasets.fetch_word_pairs(name).read_text().splitlines()
        words += [word.lower() for line in lines if not line.startswith("#") for word in line.split("\t")[:2]]
    return words

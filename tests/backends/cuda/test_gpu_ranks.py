"""Several ranks that train on GPUs: between merges on a device each, through the rows of the host."""

import numpy as np
import pytest

from fastw2v import Word2Vec
from fastw2v.distributed.threads import Threads

pytestmark = pytest.mark.filterwarnings("ignore:.* ranks merge what they have learned")


@pytest.fixture(scope="module")
def sentences():
    rng = np.random.default_rng(1)
    return [[f"w{int(200 * draw**3)}" for draw in rng.random(20)] for _ in range(700)]


def trained(sentences, device, architecture):
    """The model of each of two ranks."""
    settings = {"vector_size": 20, "min_count": 1, "epochs": 2, "random_state": 3, "n_jobs": 1}

    def work(comm):
        return Word2Vec(sentences, comm=comm, device=device, architecture=architecture, **settings).fit()

    return Threads(2).run(work)


def rows(model):
    return np.concatenate([model.vectors_.vectors.ravel(), model.context_vectors_.vectors.ravel()])


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_ranks_on_gpus_learn_what_ranks_on_processors_do(cuda_shim, sentences, architecture):
    cuda_shim()
    found, same = trained(sentences, "cuda", architecture)
    expected, _ = trained(sentences, "cpu", architecture)
    assert (found.report_.device, found.report_.ranks) == ("cuda", 2)
    assert found.report_.merges == expected.report_.merges > 2
    assert np.array_equal(rows(found), rows(same))
    assert found.loss_history_ == pytest.approx(expected.loss_history_, rel=1e-3)
    # The kernels round differently. Rows that a device did not get after a merge are several per cent away.
    assert np.linalg.norm(rows(found) - rows(expected)) < 0.01 * np.linalg.norm(rows(expected))

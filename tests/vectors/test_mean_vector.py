"""`get_mean_vector` of many words is what the formula gives word by word."""

import numpy as np
import pytest

from fastw2v import WordVectors


@pytest.mark.parametrize("normalized", [True, False])
def test_the_mean_of_words_and_vectors_follows_the_formula(normalized):
    random = np.random.default_rng(0)
    rows = random.normal(size=(6, 4)).astype(np.float32)
    own = random.normal(size=4)
    vectors = WordVectors(rows, list("abcdef"))
    weights = [0.5, -2.0, 1.0, 3.0, 0.25]  # the last but one belongs to an unknown word
    found = vectors.get_mean_vector(["b", "e", own, "unknown", "b"], weights, pre_normalize=normalized)
    used = [row / np.linalg.norm(row) if normalized else row for row in rows]
    expected = (0.5 * used[1] - 2 * used[4] + own + 0.25 * used[1]) / 3.75
    np.testing.assert_allclose(found, expected, rtol=1e-5)

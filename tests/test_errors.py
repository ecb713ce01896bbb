"""The package's exceptions and warnings: each has a class of its own, and one that all share."""

import warnings

import pytest

from fastw2v import WordVectors, errors


def test_all_exceptions_of_the_package_share_a_base_and_keep_the_built_in_one():
    for name in set(errors.__all__) - {"Fastw2vError", "Fastw2vWarning"}:
        bases = getattr(errors, name).__mro__
        assert errors.Fastw2vError in bases
        assert any(base.__module__ == "builtins" and base.__name__.endswith("Error") for base in bases)


def test_the_warnings_of_the_package_are_silenced_as_a_group():
    with pytest.warns(errors.Fastw2vWarning, match="they have no direction"):
        _ = WordVectors([[0.0], [1.0]], ["a", "b"]).unit_vectors
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=errors.Fastw2vWarning)
        _ = WordVectors([[0.0], [1.0]], ["a", "b"]).unit_vectors
        with pytest.raises(RuntimeWarning):
            warnings.warn("another's", RuntimeWarning, stacklevel=1)

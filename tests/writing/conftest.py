"""What is left in a folder by writers."""

import pytest


@pytest.fixture
def temporaries(tmp_path):
    """``temporaries()``: the temporary files that lie in the folder of the test."""
    return lambda: [path for path in tmp_path.iterdir() if path.name.endswith(".tmp")]

"""A cache of its own for each test, and no network."""

import pooch
import pytest


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, no data folder, and a network that fails unless the test provides one."""
    monkeypatch.setenv("FASTW2V_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FASTW2V_DATA", raising=False)

    def no_network(self, url, output_file, pooch, check_only=False):
        raise ConnectionError("no network in tests")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", no_network)
    return tmp_path / "cache"

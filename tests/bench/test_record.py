"""Tables of the benchmarks: nothing is cut, however narrow the terminal."""

from importlib import import_module

import pytest

COLUMNS = {"what": "", "words_per_second": ",.0f", "ratio_gensim": ".1f", "best_ratio_gensim": ".1f"}
ROWS = [
    {"what": "count the words of a long file", "words_per_second": 42_606_082.4, "ratio_gensim": 8.3},
    {"what": "CBOW", "words_per_second": 6_901_833.0, "ratio_gensim": 6.8, "best_ratio_gensim": 6.75},
]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 150])
def test_a_table_fits_and_is_whole(bench_found, capsys, width):
    import_module("bench.helpers.record").show("Raw words per second", ROWS, COLUMNS, width)
    shown = capsys.readouterr().out
    assert max(len(line) for line in shown.splitlines()) <= max(width, 30)  # a text alone on its line may be longer
    for whole in ("42,606,082", "6,901,833", "8.3", "6.8", *ROWS[0]["what"].split()):
        assert whole in shown
    assert "…" not in shown

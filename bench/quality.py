"""Quality: word similarity and analogies on the whole corpus, and the seconds that each trainer needs for equal scores.

Every system trains with the same settings. After few epochs the learning rate alone is worth as many points as
all other differences, so each is measured at all given rates. The scores are means over seeds.

The time to quality is the training time of the fewest epochs whose scores, in the mean of the three, reach those of
gensim's full run: skip-gram at gensim's default learning rate, CBOW at word2vec.c's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.helpers.contenders import Contender, Race
from bench.helpers.corpora import count_words, first_words
from bench.helpers.programs import can
from bench.helpers.record import Settings, show
from bench.helpers.scores import SCORES

QUICK_WORDS = 200_000  # with fewer, too few words of the tests are known
# Skip-gram: gensim's default. CBOW: word2vec.c's; at gensim's own, 0.025, it scores far less in few epochs.
GOAL_RATE = {"skip-gram": 0.025, "CBOW": 0.05}
TREE_GOAL_RATE = {"skip-gram": 0.025, "CBOW": 0.025}  # with a tree, CBOW does without a higher one
CBOW_RATES = (0.075, 0.05)
TREE_CBOW_RATES = (0.05, 0.025)


def measure(
    corpus: Path,
    settings: Settings,
    epochs: int,
    seeds: dict[str, int],
    rates: list[float],
    threads: int,
    hierarchical: bool = False,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the scores of each contender after all epochs, and the rows of the time to quality.

    Parameters
    ----------
    seeds : dict
        System -> number of seeds. Programs have no option for the seed, so each runs only once.
    rates : list of float
        Learning rates of skip-gram.
    """
    if not settings.quick:
        return _measure(
            Race(corpus, count_words(corpus), threads, settings, hierarchical=hierarchical), epochs, seeds, rates
        )
    with tempfile.TemporaryDirectory() as folder:
        piece, _ = first_words(corpus, QUICK_WORDS, Path(folder))
        race = Race(piece, count_words(piece), threads, settings, hierarchical=hierarchical)
        return _measure(race, 2, dict.fromkeys(seeds, 1), rates)


def _measure(
    race: Race, epochs: int, seeds: dict[str, int], rates: list[float]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    contenders = list(_contenders(seeds | dict.fromkeys(race.settings.programs, 1), rates, race.hierarchical))
    full = {one: race.train(one, epochs) for one in contenders if can(one.system, race.task(one, epochs))}
    columns = {"system": "", "architecture": "", "learning_rate": ".4f"}
    figures = {name: ".1f" for name in SCORES} | {"mean": ".2f", "seconds": ".1f"}
    show(f"Scores after {epochs} epochs", list(full.values()), columns | figures | {"words_per_second": ",.0f"})
    timed = list(_times_to_quality(race, full, epochs))
    if timed:
        title = f"Time to the scores of gensim's {epochs} epochs"
        show(title, timed, columns | {"epochs": "d"} | figures | {"times_as_fast": ".1f"})
    return list(full.values()), timed


def _is_yardstick(one: Contender, race: Race) -> bool:
    """Return whether its scores are those that the others must reach."""
    goal = TREE_GOAL_RATE if race.hierarchical else GOAL_RATE
    return one.system == "gensim" and one.rate == goal[one.architecture]


def _contenders(seeds: dict[str, int], rates: list[float], hierarchical: bool) -> Iterator[Contender]:
    for system, runs in seeds.items():
        yield from (Contender(system, False, rate, runs) for rate in rates)
        yield from (Contender(system, True, rate, runs) for rate in (TREE_CBOW_RATES if hierarchical else CBOW_RATES))


def _times_to_quality(race: Race, full: dict[Contender, dict[str, Any]], epochs: int) -> Iterator[dict[str, Any]]:
    """Yield, for each contender that reaches the yardstick's mean score, its run of the fewest epochs that does."""
    for yardstick in (one for one in full if _is_yardstick(one, race)):
        goal = full[yardstick]
        for one, row in full.items():
            if one.cbow != yardstick.cbow or row["mean"] < goal["mean"]:
                continue
            first = row
            for fewer in range(1, epochs if one != yardstick else 1):
                run_of_fewer = race.train(one, fewer)
                if run_of_fewer["mean"] >= goal["mean"]:
                    first = run_of_fewer
                    break
            yield first | {"times_as_fast": goal["seconds"] / first["seconds"]}

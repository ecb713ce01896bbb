"""``python -m bench``: measure speed and quality; print tables and write JSON files.

Without a command, run the main set: limits, stages, ladder, speed, end-to-end, quality, ptb, documents, vectors. The
slow ones, sweep, choice, parameters, stability, libraries, wide-windows and distributed, run only by name; so does
``python -m bench.gpu``.
"""

from __future__ import annotations

from pathlib import Path

import click

from bench import (
    choice,
    distributed,
    documents,
    end_to_end,
    ladder,
    libraries,
    limits,
    parameters,
    ptb,
    quality,
    speed,
    stability,
    stages,
    sweep,
    vectors,
    wide_windows,
)
from bench.helpers.corpora import find_corpus
from bench.helpers.programs import PROGRAMS
from bench.helpers.record import Settings
from fastw2v import encode
from fastw2v.machine import usable_cpus
from fastw2v.planning.training_parameters import TrainingParameters

ARCHITECTURES = click.option(
    "--architecture",
    "architectures",
    type=click.Choice(["skipgram", "cbow"]),
    multiple=True,
    default=["skipgram", "cbow"],
    show_default=True,
)
RUNS = click.option("--runs", default=5, show_default=True, help="Runs of each measurement; the median counts.")


def _programs(command: click.Command) -> click.Command:
    """Add an option to the group for each known program."""
    for name in PROGRAMS:
        text = f"Path of {name}, to measure it, too."
        option = click.Option([f"--{name}"], type=click.Path(exists=True, dir_okay=False), help=text)
        command.params.append(option)
    return command


@click.group(invoke_without_command=True)
@click.option("--corpus", help="Text file, one sentence per line; by default the one in FASTW2V_DATA.")
@click.option(
    "--results", type=click.Path(path_type=Path), default=Settings.results, help="Folder for the JSON files and plots."
)
@click.option("--quick", is_flag=True, hidden=True, help="Tiny sizes, to check that everything runs.")
@click.pass_context
def main(context: click.Context, corpus: str | None, results: Path, quick: bool, **paths: str | None) -> None:
    """Run benchmarks of fastw2v; without a command, the main set."""
    programs = {name.replace("_", "-"): path for name, path in paths.items() if path}
    context.obj = Settings(corpus, programs, results, quick)
    if context.invoked_subcommand is None:
        trained = (run_limits, run_stages, run_ladder, run_speed, run_end_to_end, run_quality, run_ptb)
        for command in (*trained, run_documents, run_vectors):
            context.invoke(command)


_programs(main)


@main.command("limits")
@RUNS
@click.pass_obj
def run_limits(settings: Settings, runs: int) -> None:
    """Measure the machine's limits, and the share of them that training reaches."""
    found, shares = limits.measure(find_corpus(settings.corpus), settings, 1 if settings.quick else runs)
    if found:
        settings.write("limits", found, shares=shares)


@main.command("stages")
@RUNS
@click.pass_obj
def run_stages(settings: Settings, runs: int) -> None:
    """Measure the time of each stage."""
    if rows := stages.measure(find_corpus(settings.corpus), settings, 1 if settings.quick else runs):
        settings.write("stages", rows)


@main.command("ladder")
@RUNS
@click.pass_obj
def run_ladder(settings: Settings, runs: int) -> None:
    """Measure speed and loss of the kernels in bench/kernels, from plain to fast."""
    if rows := ladder.measure(find_corpus(settings.corpus), settings, 1 if settings.quick else runs):
        settings.write("ladder", rows)


@main.command("speed")
@RUNS
@click.pass_obj
def run_speed(settings: Settings, runs: int) -> None:
    """Compare raw words per second with gensim and the given programs."""
    settings.write("speed", speed.measure(find_corpus(settings.corpus), settings, 1 if settings.quick else runs))


@main.command("end-to-end")
@click.option("--runs", default=3, show_default=True, help="Runs of each system; the median counts.")
@click.option(
    "--gensim-words", default=3_000_000, show_default=True, help="Words of the text that gensim gets; 0: all."
)
@click.pass_obj
def run_end_to_end(settings: Settings, runs: int, gensim_words: int) -> None:
    """Measure time and memory from a text file to saved vectors."""
    corpus = find_corpus(settings.corpus)
    settings.write("end_to_end", end_to_end.measure(corpus, settings, 1 if settings.quick else runs, gensim_words))


@main.command("quality")
@click.option("--seeds", default=3, show_default=True, help="Seeds of fastw2v.")
@click.option("--gensim-seeds", default=1, show_default=True, help="Seeds of gensim, which is slow; 0: leave it out.")
@click.option("--epochs", default=3, show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option(
    "--rate",
    "rates",
    multiple=True,
    default=[0.05, 0.0375, 0.025],
    show_default=True,
    help="Learning rate of skip-gram, as often as you like; those of CBOW are 0.075 and 0.05.",
)
@click.option(
    "--tree", is_flag=True, help="Hierarchical softmax in place of negative sampling; CBOW at 0.05 and 0.025."
)
@click.option("--name", default="quality", show_default=True, help="Name of the file of results.")
@click.pass_obj
def run_quality(
    settings: Settings,
    seeds: int,
    gensim_seeds: int,
    epochs: int,
    threads: int,
    rates: tuple[float, ...],
    tree: bool,
    name: str,
) -> None:
    """Measure similarity and analogy scores, and the time until they equal gensim's."""
    runs = {system: number for system, number in {"fastw2v": seeds, "gensim": gensim_seeds}.items() if number}
    rows, timed = quality.measure(find_corpus(settings.corpus), settings, epochs, runs, list(rates), threads, tree)
    settings.write(name, rows, time_to_quality=timed)


@main.command("ptb")
@click.option("--seeds", default=3, show_default=True)
@click.pass_obj
def run_ptb(settings: Settings, seeds: int) -> None:
    """Compare the validation loss on Penn Treebank with gensim's."""
    settings.write("ptb", ptb.measure(settings, seeds))


@main.command("choice")
@ARCHITECTURES
@click.option(
    "--shape",
    "shapes",
    type=(int, int, int),
    multiple=True,
    default=choice.SHAPES,
    help="T, S and L, as often as you like.",
)
@click.option("--seeds", default=3, show_default=True)
@click.option("--epochs", default=3, show_default=True)
@click.option("--negative", default=5, show_default=True)
@click.option("--vector-size", default=100, show_default=True)
@click.option("--scores-only", is_flag=True, help="Leave the speed out, to run beside other work.")
@click.option("--name", default="choice", show_default=True, help="Name of the file of results.")
@click.pass_obj
def run_choice(
    settings: Settings,
    architectures: tuple[str, ...],
    shapes: tuple[tuple[int, int, int], ...],
    seeds: int,
    scores_only: bool,
    name: str,
    **given: int,
) -> None:
    """Measure speed and quality of other tile shapes."""
    corpus, rows = encode(str(find_corpus(settings.corpus))), []
    for architecture in architectures:
        params = TrainingParameters(architecture=architecture, **given).checked()
        rows += choice.measure(corpus, params, shapes, 1 if settings.quick else seeds, scores_only)
    settings.write(name, rows)


@main.command("stability")
@click.option("--seeds", default=10, show_default=True)
@click.option("--epochs", default=3, show_default=True)
@ARCHITECTURES
@click.option("--name", default="stability", show_default=True, help="Name of the file of results.")
@click.pass_obj
def run_stability(settings: Settings, seeds: int, epochs: int, architectures: tuple[str, ...], name: str) -> None:
    """Train on hard texts, and count what diverges."""
    rows = stability.measure(1 if settings.quick else seeds, epochs, architectures, settings.quick)
    settings.write(name, rows)


@main.command("vectors")
@click.option("--words", default=1_000_000, show_default=True, help="Words of the vectors, 100 dimensions each.")
@RUNS
@click.pass_obj
def run_vectors(settings: Settings, words: int, runs: int) -> None:
    """Compare the time of neighbours, analogies and files with gensim's."""
    settings.write("vectors", vectors.measure(4_000, 1) if settings.quick else vectors.measure(words, runs))


@main.command("documents")
@click.option("--vector-size", default=100, show_default=True)
@click.option("--epochs", default=3, show_default=True, help="Passes over the corpus; data sets have their own.")
@RUNS
@click.pass_obj
def run_documents(settings: Settings, vector_size: int, epochs: int, runs: int) -> None:
    """Compare classification with bag-of-words (20 Newsgroups, SST-2), and the speed of transform with gensim's."""
    rows = documents.measure(find_corpus(settings.corpus), vector_size, epochs, 1 if settings.quick else runs)
    settings.write("documents", rows)


@main.command("sweep")
@click.option("--runs", default=3, show_default=True, help="Runs of each point; the median counts.")
@click.pass_obj
def run_sweep(settings: Settings, runs: int) -> None:
    """Measure the cost over threads, D, V, K, window and corpus size; draw log-log plots."""
    settings.write("sweep", sweep.measure(find_corpus(settings.corpus), settings, 1 if settings.quick else runs))


@main.command("parameters")
@click.option("--architecture", type=click.Choice(["skipgram", "cbow"]), default="skipgram", show_default=True)
@click.option("--epochs", default=3, show_default=True)
@click.option("--seeds", default=2, show_default=True)
@click.option("--threads", default=usable_cpus(), show_default="all processors")
@click.pass_obj
def run_parameters(settings: Settings, architecture: str, epochs: int, seeds: int, threads: int) -> None:
    """Measure what each parameter does to scores and time."""
    seeds = 1 if settings.quick else seeds
    rows = parameters.measure(find_corpus(settings.corpus), settings, architecture, epochs, seeds, threads)
    settings.write("parameters", rows)


@main.command("libraries")
@click.option("--seeds", default=5, show_default=True)
@click.option("--only", multiple=True, help="Name of a package, as often as you like; by default all that are there.")
@click.option("--name", default="libraries", show_default=True, help="Name of the file of results.")
@click.pass_obj
def run_libraries(settings: Settings, seeds: int, only: tuple[str, ...], name: str) -> None:
    """Run libraries that use gensim with gensim and with fastw2v; figures of those that are not installed stay."""
    seeds = 1 if settings.quick else seeds
    rows = libraries.measure(lambda: find_corpus(settings.corpus), settings, seeds, only)
    settings.write(name, libraries.merged(settings.results / f"{name}.json", rows))


@main.command("wide-windows")
@click.option("--window", "windows", multiple=True, default=[50, 100], show_default=True, help="As often as you like.")
@click.option("--epochs", default=2, show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.pass_obj
def run_wide_windows(settings: Settings, windows: tuple[int, ...], epochs: int, threads: int) -> None:
    """Compare speed and scores of wide windows over long documents with gensim's."""
    rows = wide_windows.measure(find_corpus(settings.corpus), settings, list(windows), epochs, threads)
    settings.write("wide_windows", rows)


@main.command("distributed")
@click.option("--ranks", multiple=True, default=[1, 2, 4], show_default=True, help="As often as you like.")
@click.option("--epochs", default=3, show_default=True)
@click.option("--seeds", default=1, show_default=True)
@click.option("--architecture", "architectures", type=click.Choice(["skipgram", "cbow"]), multiple=True)
@click.option("--vector-size", default=100, show_default=True)
@click.option("--window", default=5, show_default=True)
@click.option("--negative", default=5, show_default=True)
@click.option("--sync-words", type=int, help="Words of a rank between two merges; by default the package's choice.")
@click.option(
    "--copies",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Of the text, in which rare words have names of their own.",
)
@click.option("--name", default="distributed", show_default=True, help="Of the file of results.")
@click.option("--node-speed", type=float, help="Words per second of a machine of the model; by default this one's.")
@click.option("--link", "links", multiple=True, default=[10.0, 100.0], show_default=True, help="Gbit/s of the model.")
@click.pass_obj
def run_distributed(
    settings: Settings,
    ranks: tuple[int, ...],
    epochs: int,
    seeds: int,
    architectures: tuple[str, ...],
    vector_size: int,
    window: int,
    negative: int,
    sync_words: int | None,
    copies: int,
    name: str,
    node_speed: float | None,
    links: tuple[float, ...],
) -> None:
    """Measure scores, merges and bytes a word of several ranks, and model their time on a network."""
    if sync_words is not None and max(ranks) == 1:
        raise click.UsageError("--sync-words has no effect with one rank: nothing is merged")
    corpus = find_corpus(settings.corpus)
    chosen = list(architectures) or ["skipgram"]
    params = {"epochs": epochs, "vector_size": vector_size, "window": window, "negative": negative}
    seeds = 1 if settings.quick else seeds
    rows = distributed.measure(corpus, settings, list(ranks), seeds, chosen, params, sync_words, copies)
    node = distributed.Node(distributed.node_speed(corpus) if node_speed is None else node_speed)
    model = distributed.model_of_time(node, [2, 8, 32], list(links))
    settings.write(name, rows, model=model, node_speed=node.words_per_second)


if __name__ == "__main__":
    main()

"""The trainers to compare, with one interface: each runs in a process of its own and is timed there.

Training is timed without reading and counting (raw corpus words over wall time); counting is timed separately. This
module calls fastw2v and gensim; other trainers are programs, see `bench.helpers.programs`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.helpers import memory, programs
from bench.helpers.tasks import Outcome, Task

# The folder that holds `bench` comes last on the path: it also holds the source of fastw2v, which is not compiled there
# when the installed package is measured.
_START = """
import sys
sys.path = [folder for folder in sys.path if folder]
sys.path.append(sys.argv.pop(1))
from bench.helpers.systems import main
main()
"""
_ROOT = str(Path(__file__).resolve().parent.parent.parent)


def command_line(system: str, task: Task) -> list[str]:
    """Return the command line of a process that runs one task."""
    return [sys.executable, "-c", _START, _ROOT, system, json.dumps(asdict(task))]


def run(system: str, task: Task) -> Outcome:
    """Run a system on a task in a fresh process."""
    done = subprocess.run(command_line(system, task), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {system} failed on {task}\n{done.stderr[-2000:]}")
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def run_together(system: str, tasks: list[Task]) -> list[Outcome]:
    """Run several tasks at once, each in a process of its own; training begins when all have counted."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command_line(system, replace(task, wait=True)), **pipes) for task in tasks]
    ready = [process.stdout.readline() for process in processes]  # type: ignore[union-attr]
    outcomes = [process.communicate("go\n")[0] for process in processes] if all(ready) else []
    if not all(ready) or any(process.returncode for process in processes):
        for process in processes:
            process.kill()
        raise SystemExit(f"bench: {system} failed in one of {len(tasks)} processes on {tasks[0]}; see above")
    return [Outcome(**json.loads(outcome.splitlines()[-1])) for outcome in outcomes]


def _when_told(task: Task) -> None:
    if task.wait:
        print("counted", flush=True)
        sys.stdin.readline()


def _token_lists(path: str) -> list[list[str]]:
    with open(path, encoding="utf-8") as lines:
        return [line.split() for line in lines]


def _fastw2v(task: Task, clock: Any) -> tuple[float, float]:
    from fastw2v.corpus.encoding import encode
    from fastw2v.planning.training_parameters import TrainingParameters
    from fastw2v.training.loop import train

    source = _token_lists(task.corpus) if task.token_lists else task.corpus
    begin = clock()
    corpus = encode(source, min_count=task.min_count, n_jobs=task.threads)
    counted = clock()
    if task.count_only:
        return counted - begin, 0.0
    params = TrainingParameters(
        architecture="cbow" if task.cbow else "skipgram",
        vector_size=task.vector_size,
        window=task.window,
        loss="hs" if task.hierarchical else "ns",
        negative=task.negative,
        sample=task.sample,
        epochs=task.epochs,
        learning_rate=task.learning_rate,
    )
    _when_told(task)
    counted, count_seconds = clock(), counted - begin
    state = train(corpus, params, seed=task.seed, n_jobs=task.threads, device="cpu")
    trained = clock()
    if task.save:
        np.savez(task.save, vectors=state.w_in, context=state.w_out, words=np.array(corpus.vocabulary.words))
    return count_seconds, trained - counted


def _gensim(task: Task, clock: Any) -> tuple[float, float]:
    from gensim.models import Word2Vec

    model = Word2Vec(
        vector_size=task.vector_size,
        window=task.window,
        hs=int(task.hierarchical),
        negative=0 if task.hierarchical else task.negative,
        sample=task.sample,
        min_count=task.min_count,
        alpha=task.learning_rate,
        min_alpha=task.learning_rate * 1e-4,
        sg=int(not task.cbow),
        workers=task.threads,
        seed=task.seed,
    )
    # gensim lowers its learning rate correctly only for a corpus_iterable: with corpus_file each worker counts only its
    # own words.
    source = {"corpus_iterable": _token_lists(task.corpus)} if task.token_lists else {"corpus_file": task.corpus}
    begin = clock()
    model.build_vocab(**source)
    counted = clock()
    if task.count_only:
        return counted - begin, 0.0
    _when_told(task)
    counted, count_seconds = clock(), counted - begin
    model.train(**source, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=task.epochs)
    trained = clock()
    if task.save:
        words = np.array(model.wv.index_to_key)
        np.savez(
            task.save, vectors=model.wv.vectors, context=model.syn1 if task.hierarchical else model.syn1neg, words=words
        )
    return count_seconds, trained - counted


SYSTEMS = {"fastw2v": _fastw2v, "gensim": _gensim}


def main() -> None:
    """Run one task in this process and print its outcome; `run` starts this."""
    import time

    system, task = sys.argv[1], Task(**json.loads(sys.argv[2]))
    if system in programs.PROGRAMS:
        count_seconds, train_seconds = programs.train(system, task, time.perf_counter)
        peak = memory.peak_bytes_of_children()
    else:
        count_seconds, train_seconds = SYSTEMS[system](task, time.perf_counter)
        peak = memory.peak_bytes()
    print(json.dumps({"count_seconds": count_seconds, "train_seconds": train_seconds, "peak_bytes": peak}))


def saved(path: Path) -> tuple[np.ndarray, np.ndarray | None, list[str]]:
    """Return the word vectors, context vectors (None for programs, which do not save them) and words of a task."""
    with np.load(path) as file:
        return file["vectors"], file.get("context"), file["words"].tolist()


if __name__ == "__main__":
    main()

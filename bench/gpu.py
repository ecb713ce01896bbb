"""``python -m bench.gpu``: every measurement of the CUDA backend that needs a GPU.

In this order: a comparison of the kernels with the NumPy tile; the limits of gathers and atomic additions of rows;
words per second for several sizes, vocabularies and numbers of warps; loss and scores for several numbers of warps; the
time from text to vectors; and, if it is installed, a run of compute-sanitizer. Writes a JSON file and prints a table.

Every part runs in a process of its own, because an error on the device ends all later work of its process; the results
of the other parts are kept.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench.helpers.corpora import find_corpus, zipf_corpus
from bench.helpers.record import Settings, show
from fastw2v import EncodedCorpus, Word2Vec, encode, gpu
from fastw2v.backends import reference
from fastw2v.backends.cuda import device as cuda
from fastw2v.errors import ParameterError
from fastw2v.planning import plan
from fastw2v.planning.rows import Arrays, initial_arrays, row_stride
from fastw2v.planning.tables import Tables, make_tables, word_counts
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.vectors import WordVectors

Row = dict[str, Any]
KINDS = ("skipgram", "cbow")

# The loads and the additions are the kernels' own.
ROW_KERNELS = """
extern "C" __global__ void __launch_bounds__(256)
    gather(const float *rows, const int *ids, fw_i64 n, int stride, float *sink) {
    float sum = 0;
    const fw_i64 warps = (fw_i64)gridDim.x * blockDim.x / 32;
    for (fw_i64 i = (blockIdx.x * (fw_i64)blockDim.x + threadIdx.x) / 32; i < n; i += warps)
        for (int k = 4 * (threadIdx.x % 32); k < stride; k += 128) {
            const float4 v = fw_load4(rows + (fw_i64)ids[i] * stride + k);
            sum += v.x + v.y + v.z + v.w;
        }
    if (sum == 12345.678f) *sink = sum;
}
extern "C" __global__ void __launch_bounds__(256)
    add2(float *rows, const int *ids, fw_i64 n, int stride, float *sink) {
    const fw_i64 warps = (fw_i64)gridDim.x * blockDim.x / 32;
    for (fw_i64 i = (blockIdx.x * (fw_i64)blockDim.x + threadIdx.x) / 32; i < n; i += warps)
        for (int k = 2 * (threadIdx.x % 32); k < stride; k += 64)
            fw_add2(rows + (fw_i64)ids[i] * stride + k, 1e-9f, 1e-9f);
}
extern "C" __global__ void __launch_bounds__(256)
    add4(float *rows, const int *ids, fw_i64 n, int stride, float *sink) {
    const fw_i64 warps = (fw_i64)gridDim.x * blockDim.x / 32;
    const float4 each = {1e-9f, 1e-9f, 1e-9f, 1e-9f};
    for (fw_i64 i = (blockIdx.x * (fw_i64)blockDim.x + threadIdx.x) / 32; i < n; i += warps)
        for (int k = 4 * (threadIdx.x % 32); k < stride; k += 128)
            fw_add4(rows + (fw_i64)ids[i] * stride + k, each);
}
"""


@dataclass(frozen=True)
class Sizes:
    """The sizes of the measurements."""

    vocabularies: tuple[int, ...] = (70_000, 1_000_000)
    vectors: tuple[int, ...] = (100, 300)
    tokens: int = 20_000_000  # of the synthetic text
    check_tokens: int = 6_000
    rows: int = 4_000_000  # gathered or added to
    epochs: int = 3
    crowds: tuple[float, ...] = (0.25, 1, 2, 4, 8)  # warps on each multiprocessor


SANITIZED = Sizes((3_000,), (100,), tokens=30_000, check_tokens=1_000, rows=3_000, epochs=1, crowds=(1,))
QUICK = Sizes((60,), (4,), tokens=1_200, check_tokens=600, rows=300, epochs=1, crowds=(1,))


def prepared(corpus: EncodedCorpus, params: TrainingParameters) -> tuple[plan.Plan, Tables]:
    """Return the plan and the tables of a run."""
    return plan.make_plan(corpus, params, 1), make_tables(word_counts(corpus), params)


def device() -> Iterator[Row]:
    """Yield the GPU and the versions of CuPy and NVRTC."""
    found = cuda.open_device()
    cupy = found.cupy
    yield {
        "device": found.name,
        "capability": found.capability,
        "multiprocessors": found.multiprocessors,
        "free_bytes": found.free_bytes(),
        "cupy": cupy.__version__,
        "nvrtc": list(cupy.cuda.nvrtc.getVersion()),
    }


# ------------------------------------------------------------------ is it right?


def check(sizes: Sizes) -> Iterator[Row]:
    """Yield the relative error of the changes that one warp makes, compared with the NumPy tile."""
    corpus = zipf_corpus(300, sizes.check_tokens)
    for size in sizes.vectors:
        for kind in KINDS:
            for precision in ("float32", "bfloat16"):
                yield {"what": f"{kind} D {size} {precision}", **_check(corpus, kind, size, precision)}


def _check(corpus: EncodedCorpus, kind: str, size: int, precision: str) -> Row:
    made, tables = prepared(corpus, TrainingParameters(vector_size=size, sample=0.01, architecture=kind).checked())
    rng = np.random.default_rng(1)
    begin = [rng.normal(0, 1 / np.sqrt(size), (300, size)).astype(np.float32) for _ in range(2)]
    expected, found = (Arrays(*(rows.astype(t) for rows in begin)) for t in (np.float64, np.float32))
    try:
        run = gpu.Run(found, corpus, tables, made, precision=precision, warps=1)
    except ParameterError as error:  # an older GPU
        return {"skipped": str(error)}
    stats = run.train_chunk(0, 0, made.chunks)
    run.pull()
    wanted = reference.Run(expected, corpus, tables, made).train_chunk(0, 0, made.chunks)
    pairs = zip((found.w_in, found.w_out), (expected.w_in, expected.w_out), begin, strict=True)
    worst = float(max(np.linalg.norm(f - e) / np.linalg.norm(e - b) for f, e, b in pairs))
    good = worst < (3e-3 if precision == "bfloat16" else 1e-5) and math.isclose(stats.pairs, wanted.pairs, rel_tol=1e-6)
    return {"kernel": run.kernel, "relative_error": worst, "pairs": stats.pairs, "good": good}


def sanitize() -> Iterator[Row]:
    """Run checks and some training under compute-sanitizer: accesses out of bounds, and races in shared memory.

    CuPy's pool is off: in it, memory next to an array belongs to the same process, which hides faults.
    """
    program = shutil.which("compute-sanitizer")
    if program is None:
        yield {"what": "compute-sanitizer", "skipped": "it is not on PATH; it comes with the CUDA toolkit"}
        return
    with tempfile.TemporaryDirectory() as folder:
        inner = [sys.executable, "-m", "bench.gpu", "--sanitized", "--results", folder]
        inner += ["--part", "check", "--part", "train"]
        for tool in ("memcheck", "racecheck"):
            command = [program, "--tool", tool, "--target-processes", "all", *inner]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            output = done.stdout + done.stderr
            sums = [line for line in output.splitlines() if "SUMMARY:" in line]  # one for each process
            clean = done.returncode == 0 and bool(sums) and all("SUMMARY: 0 " in line for line in sums)
            yield {"what": tool, "good": clean, "output": "" if clean else output[-4_000:]}


def unpooled(section: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    """Run a section without CuPy's pool."""
    import cupy

    cupy.cuda.set_allocator(None)
    yield from section()


# ------------------------------------------------------------------ how fast?


def row_speed(sizes: Sizes) -> Iterator[Row]:
    """Yield bytes per second of gathers and atomic additions of rows, drawn uniformly or as often as words of text."""
    found = cuda.open_device()
    cupy, rng = found.cupy, np.random.default_rng(1)
    module = cupy.RawModule(code=cuda.source(("fw_math.h", "cuda/fw_gpu_ops.h")) + ROW_KERNELS, options=cuda.OPTIONS)
    for words in sizes.vocabularies:
        chosen = {
            "any": rng.integers(0, words, sizes.rows).astype(np.int32),
            "text": zipf_corpus(words, sizes.rows).ids,
        }
        for size in sizes.vectors:
            stride = row_stride(size)
            rows, sink = cupy.zeros((words, stride), np.float32), cupy.zeros(1, np.float32)
            for which, ids in chosen.items():
                arguments = (rows, cupy.asarray(ids), np.int64(len(ids)), np.int32(stride), sink)
                for name in ("gather", "add2", "add4"):
                    seconds = _timed(cupy, module.get_function(name), ((8 * found.multiprocessors,), (256,), arguments))
                    speed = len(ids) * 4 * stride / seconds
                    yield {"what": name, "words": words, "size": size, "ids": which, "bytes_per_second": speed}


def _timed(cupy: Any, kernel: Any, call: tuple[Any, ...]) -> float:
    kernel(*call)
    begun, done = cupy.cuda.Event(), cupy.cuda.Event()
    begun.record()
    for _ in range(5):
        kernel(*call)
    done.record()
    done.synchronize()
    return float(cupy.cuda.get_elapsed_time(begun, done)) / 5e3


def train_speed(sizes: Sizes) -> Iterator[Row]:
    """Yield words per second of training alone, for the bound's number of warps and for others.

    Every word of the synthetic text is in the vocabulary: encoded words are raw words.
    """
    for words in sizes.vocabularies:
        corpus = zipf_corpus(words, sizes.tokens)
        for kind in KINDS:
            for size in sizes.vectors:
                params = TrainingParameters(vector_size=size, architecture=kind, epochs=sizes.epochs).checked()
                for warps in _crowds(sizes):
                    row, _ = _train(corpus, params, warps)
                    yield {"words": words, "architecture": kind, "size": size, **row}


def _crowds(sizes: Sizes) -> list[int | None]:
    """Return the numbers of warps to try: the bound's (None), and several per multiprocessor."""
    each = cuda.open_device().multiprocessors
    return [None, *(max(1, int(crowd * each)) for crowd in sizes.crowds)]


def _train(corpus: EncodedCorpus, params: TrainingParameters, warps: int | None) -> tuple[Row, Arrays]:
    """Train a whole run, timed by epochs; a few chunks before it let the run measure how long launches take."""
    made, tables = prepared(corpus, params)
    arrays = initial_arrays(len(corpus.vocabulary), params.vector_size, 1)
    began = time.perf_counter()
    run = gpu.Run(arrays, corpus, tables, made, warps=warps)
    run.train_chunk(0, 0, max(1, made.chunks // 50))
    starting = time.perf_counter() - began
    seconds, losses = [], []
    for epoch in range(made.epochs):
        began = time.perf_counter()
        stats = run.train_chunk(epoch, 0, made.chunks)
        seconds.append(time.perf_counter() - began)
        losses.append(stats.loss_sum / max(1, stats.pairs))
    run.pull()
    started = [run.crowd.warps(made.rate_at(epoch, 0)) for epoch in range(made.epochs)]
    row = {
        "warps": started[0],
        "asked": warps,
        "most": run.crowd.most,
        "in_flight": [each * made.tile_tokens for each in started],
        "damped": run.crowd.damping_threshold(made.rate_at(0, 0), started[0]) > 0,
        "tile_tokens": made.tile_tokens,
        "starting_seconds": starting,
        "words_per_second": made.epochs * made.tokens / sum(seconds),
        "best_epoch_words_per_second": made.tokens / min(seconds),
        "loss": losses[-1],
        "largest": float(max(np.abs(arrays.w_in).max(), np.abs(arrays.w_out).max())),
        "kernel": run.kernel,
    }
    run.close()
    return row, arrays


# ------------------------------------------------------------------ how good, and how soon?


def scores(vectors: WordVectors) -> Row:
    """Return similarity and analogy scores, or the error if their files can be neither found nor downloaded."""
    from bench.helpers.scores import score

    try:
        return {**score(vectors)}
    except Exception as error:
        return {"scores": f"{type(error).__name__}: {error}"}


def flight(sizes: Sizes, find: Callable[[], Path]) -> Iterator[Row]:
    """Yield loss, largest number and scores on text for several numbers of warps, to find too many in flight."""
    corpus = encode(str(find()))
    for kind in KINDS:
        params = TrainingParameters(vector_size=sizes.vectors[0], architecture=kind, epochs=sizes.epochs).checked()
        for warps in _crowds(sizes):
            row, arrays = _train(corpus, params, warps)
            vectors = WordVectors(np.ascontiguousarray(arrays.w_in), corpus.vocabulary)
            yield {"architecture": kind, **row, **scores(vectors)}


def end_to_end(sizes: Sizes, find: Callable[[], Path]) -> Iterator[Row]:
    """Yield the time to read, encode, compile and train, and the scores of the vectors."""
    path, shape = find(), {"vector_size": sizes.vectors[0], "epochs": sizes.epochs}
    for kind in KINDS:
        for where in ("cuda", "cuda", "cpu"):  # the second finds the kernels compiled
            begin = time.perf_counter()
            corpus = encode(str(path))
            coded = time.perf_counter()
            model = Word2Vec(corpus, device=where, architecture=kind, random_state=1, **shape).fit()
            row = {"architecture": kind, "device": where, "seconds": time.perf_counter() - begin}
            row |= {"encoding": coded - begin, "words_per_second": model.report_.words_per_second}
            yield {**row, "loss": float(model.loss_history_[-1]), **scores(model.vectors_)}


# ------------------------------------------------------------------ one part after the other

FORK = multiprocessing.get_context("fork")  # this process never uses the device, so that its children can


def apart(section: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of a section that runs in a process of its own; if it fails, the last row holds the error."""
    here, there = FORK.Pipe(duplex=False)

    def work() -> None:
        try:
            for row in section():
                there.send(row)
        except BaseException as error:  # also SystemExit, for a missing corpus
            there.send({"error": f"{type(error).__name__}: {error}"})

    process = FORK.Process(target=work)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about a fork while NumPy's threads are idle
        process.start()
    there.close()
    while True:
        try:
            yield here.recv()
        except EOFError:
            break
    process.join()
    if process.exitcode:
        yield {"error": f"the process ended with code {process.exitcode}"}


def shown(value: Any) -> str:
    """Return a value of a row as short text."""
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1e4 else f"{value:.4g}"
    return f"{value:,}" if type(value) is int else str(value)


def keep(settings: Settings, rows: list[Row]) -> None:
    """Write the results so far; if that fails, print them."""
    try:
        settings.write("gpu", rows, command="python -m bench.gpu " + " ".join(sys.argv[1:]))
    except OSError as error:
        print(f"cannot write {settings.results / 'gpu.json'} ({error}); the rows:\n{json.dumps(rows)}", flush=True)


@click.command()
@click.option("--corpus", help="Text file, one sentence per line; by default the one in FASTW2V_DATA.")
@click.option("--results", type=click.Path(path_type=Path), default=Settings.results, help="Folder for the JSON file.")
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(["check", "rows", "train", "flight", "end to end", "sanitizer"]),
    help="Run only this part; may be repeated. By default all.",
)
@click.option("--quick", is_flag=True, hidden=True, help="Tiny sizes, to check that everything runs.")
@click.option("--sanitized", is_flag=True, hidden=True, help="The sizes that the part 'sanitizer' uses.")
def main(corpus: str | None, results: Path, parts: tuple[str, ...], quick: bool, sanitized: bool) -> None:
    """Check, measure and score the CUDA backend on this machine's GPU."""
    settings = Settings(corpus, results=results, quick=quick)
    sizes = QUICK if quick else SANITIZED if sanitized else Sizes()
    find = partial(find_corpus, corpus)
    sections: dict[str, Callable[[], Iterator[Row]]] = {
        "check": partial(check, sizes),
        "rows": partial(row_speed, sizes),
        "train": partial(train_speed, sizes),
        "flight": partial(flight, sizes, find),
        "end to end": partial(end_to_end, sizes, find),
        "sanitizer": sanitize,
    }
    rows = [{"section": "device", **row} for row in apart(device)]
    if "error" in rows[0]:
        raise SystemExit(f"bench.gpu: {rows[0]['error']}")
    print("  ".join(f"{name} {shown(value)}" for name, value in rows[0].items()), flush=True)
    for name in parts or sections:
        for row in apart(partial(unpooled, sections[name]) if sanitized else sections[name]):
            rows.append({"section": name, **row})
            print(f"{name:10}  " + "  ".join(f"{key} {shown(value)}" for key, value in row.items()), flush=True)
        keep(settings, rows)
    table(rows)
    failed = [row for row in rows if "error" in row or row.get("good") is False]
    if failed:
        raise SystemExit(f"bench.gpu: {len(failed)} of {len(rows)} rows have an error or 'good False'")


def table(rows: list[Row]) -> None:
    """Print the most important figures."""
    chosen = [row for row in rows if "warps" in row and row["asked"] is None]
    columns = {"section": "", "architecture": "", "words": ",", "size": "", "warps": ",", "words_per_second": ",.0f"}
    scored = {"loss": ".4f", "WS-353": ".1f", "SimLex": ".1f", "analogies": ".1f"}
    show("Training alone, warps by the bound", chosen, columns | scored)
    waited = [row for row in rows if row["section"] == "end to end" and "seconds" in row]
    show("From the text to the vectors", waited, {"architecture": "", "device": "", "seconds": ".2f"} | scored)


if __name__ == "__main__":
    main()

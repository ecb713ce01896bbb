"""``python -m bench.gpu``: everything about the CUDA backend that only a machine with a GPU can tell.

In this order: the kernels against the NumPy tile; what gathers and atomic additions of rows can do at most; words per
second for several sizes, vocabularies and numbers of warps; the time a person waits; and scores of similarity and
analogy. One JSON file and a short table.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench.corpora import find_corpus
from bench.record import Settings
from fastw2v import EncodedCorpus, Word2Vec, cuda, encode, gpu, plan, reference
from fastw2v.errors import BackendUnavailable
from fastw2v.in_flight import Crowd
from fastw2v.params import Params
from fastw2v.plan import Arrays

ROW_KERNELS = """
extern "C" __global__ void gather(const float *rows, const int *ids, long long n, int stride, float *sink) {
    float sum = 0;
    const long long warps = (long long)gridDim.x * blockDim.x / 32;
    for (long long i = (blockIdx.x * (long long)blockDim.x + threadIdx.x) / 32; i < n; i += warps)
        for (int k = 4 * (threadIdx.x % 32); k < stride; k += 128) {
            const float4 v = __ldcg((const float4 *)(rows + (long long)ids[i] * stride + k));
            sum += v.x + v.y + v.z + v.w;
        }
    if (sum == 12345.678f) *sink = sum;
}
extern "C" __global__ void add(float *rows, const int *ids, long long n, int stride) {
    const long long warps = (long long)gridDim.x * blockDim.x / 32;
    for (long long i = (blockIdx.x * (long long)blockDim.x + threadIdx.x) / 32; i < n; i += warps)
        for (int k = threadIdx.x % 32; k < stride; k += 32)
            atomicAdd(rows + (long long)ids[i] * stride + k, 1e-9f);
}
"""


def zipf_text(words: int, tokens: int) -> EncodedCorpus:
    """Tokens whose frequencies fall as 1 / rank, as in text, in sentences of 20."""
    rng = np.random.default_rng(1)
    ranks = np.exp(rng.random(tokens) * np.log(words)).astype(np.int32) - 1
    return EncodedCorpus.from_ids(ranks, [str(i) for i in range(words)], np.arange(0, tokens + 1, 20, dtype=np.int64))


def prepared(corpus: EncodedCorpus, params: Params) -> tuple[plan.Plan, plan.Tables]:
    """Plan and tables of a run."""
    counts = np.bincount(corpus.ids, minlength=len(corpus.vocabulary)).astype(np.int64)
    return plan.make_plan(corpus, params, 1), plan.make_tables(counts, params)


def check() -> list[dict[str, Any]]:
    """One warp against the NumPy tile: relative error of what moved."""
    corpus, rows = zipf_text(300, 6_000), []
    for kind in ("skipgram", "cbow"):
        for precision in ("float32", "bfloat16"):
            made, tables = prepared(corpus, Params(vector_size=100, sample=0.01, architecture=kind).checked())
            rng = np.random.default_rng(1)
            begin = [rng.normal(0, 0.1, (300, 100)).astype(np.float32) for _ in range(2)]
            expected, found = (Arrays(*(r.astype(t) for r in begin)) for t in (np.float64, np.float32))
            reference.Run(expected, corpus, tables, made).train_chunk(0, 0, made.chunks)
            run = gpu.Run(found, corpus, tables, made, precision=precision, warps=1)
            run.train_chunk(0, 0, made.chunks)
            run.pull()
            pairs = zip((found.w_in, found.w_out), (expected.w_in, expected.w_out), begin, strict=True)
            worst = max(np.linalg.norm(f - e) / np.linalg.norm(e - b) for f, e, b in pairs)
            good = worst < (3e-3 if precision == "bfloat16" else 1e-5)
            rows.append({"what": f"{kind}, {run.kernel}", "relative_error": float(worst), "good": bool(good)})
            print(f"check      {rows[-1]['what']:28} relative error {worst:.1e}   {'good' if good else 'WRONG'}")
    return rows


def row_speed(device: cuda.Device) -> list[dict[str, Any]]:
    """Bytes per second of gathers and atomic additions of whole rows, chosen as noise words are."""
    cupy, found = device.cupy, []
    module = cupy.RawModule(code=ROW_KERNELS)
    for words in (70_000, 1_000_000):
        for size in (100, 300):
            stride = plan.row_stride(size)
            rows, sink = cupy.zeros((words, stride), np.float32), cupy.zeros(1, np.float32)
            ids = cupy.asarray(np.random.default_rng(1).integers(0, words, 4_000_000).astype(np.int32))
            for name, last in (("gather", (sink,)), ("add", ())):
                kernel, arguments = module.get_function(name), (rows, ids, np.int64(len(ids)), np.int32(stride), *last)
                seconds = _timed(cupy, kernel, ((8 * device.multiprocessors,), (256,), arguments))
                speed = len(ids) * 4 * stride / seconds
                found.append({"what": name, "words": words, "size": size, "bytes_per_second": speed})
                print(f"rows       {name:7} V {words:>9,} D {size}   {speed / 1e12:6.2f} TB/s")
    return found


def _timed(cupy: Any, kernel: Any, call: tuple[Any, ...]) -> float:
    kernel(*call)
    begun, done = cupy.cuda.Event(), cupy.cuda.Event()
    begun.record()
    for _ in range(5):
        kernel(*call)
    done.record()
    done.synchronize()
    return float(cupy.cuda.get_elapsed_time(begun, done)) / 5e3


def train_speed(device: cuda.Device, tokens: int) -> list[dict[str, Any]]:
    """Encoded words per second of training alone, for the bound's number of warps and for others."""
    found = []
    for words in (70_000, 1_000_000):
        corpus = zipf_text(words, tokens)
        for kind in ("skipgram", "cbow"):
            for size in (100, 300):
                made, tables = prepared(corpus, Params(vector_size=size, architecture=kind, epochs=2).checked())
                swept = [None, *(each * device.multiprocessors for each in (1, 2, 4, 8))]
                for warps in swept:
                    row = _train_speed(corpus, made, tables, size, warps)
                    found.append({"words": words, "architecture": kind, "size": size, **row})
                    print(
                        f"train      {kind:8} V {words:>9,} D {size}   warps {row['warps']:>5} F {row['in_flight']:>6,}"
                        f"   {row['words_per_second'] / 1e6:8.1f} M words/s   loss {row['loss']:.4f}   {row['kernel']}"
                    )
    return found


def _train_speed(
    corpus: EncodedCorpus, made: plan.Plan, tables: plan.Tables, size: int, warps: int | None
) -> dict[str, Any]:
    arrays = plan.initial_arrays(len(corpus.vocabulary), size, 1)
    run = gpu.Run(arrays, corpus, tables, made, warps=warps)
    run.train_chunk(0, 0, made.chunks)  # the first epoch warms up and teaches how long launches take
    begin = time.perf_counter()
    stats = run.train_chunk(1, 0, made.chunks)
    seconds = time.perf_counter() - begin
    crowd: Crowd = run.crowd
    started = crowd.warps(made.rate_at(1, 0))
    run.pull()
    run.close()
    return {
        "warps": started,
        "forced": warps is not None,
        "in_flight": started * made.tile,
        "tile": made.tile,
        "words_per_second": stats.tokens / seconds,
        "loss": stats.loss_sum / max(1, stats.pairs),
        "largest": float(np.abs(arrays.w_in).max()),
        "kernel": run.kernel,
    }


def end_to_end(corpus: Path) -> list[dict[str, Any]]:
    """What a person waits for: reading, encoding, compiling, training; and the scores of what comes out."""
    from bench.quality import score

    found = []
    for kind in ("skipgram", "cbow"):
        for device in ("cuda", "cpu"):
            begin = time.perf_counter()
            encoded = encode(str(corpus))
            coded = time.perf_counter()
            model = Word2Vec(corpus=encoded, architecture=kind, epochs=3, device=device, random_state=1).fit()
            seconds = time.perf_counter() - begin
            row = {"architecture": kind, "device": device, "seconds": seconds, "encoding": coded - begin}
            row |= {"words_per_second": model.report_.words_per_second, **score(model.vectors_)}
            found.append(row)
            print(
                f"end to end {kind:8} {device:5} {seconds:7.2f} s (encoding {row['encoding']:.2f})   "
                f"{row['words_per_second'] / 1e6:7.1f} M words/s   WS-353 {row['WS-353']:.1f}   "
                f"SimLex {row['SimLex']:.1f}   analogies {row['analogies']:.1f}"
            )
    return found


@click.command()
@click.option("--corpus", help="Text file, one sentence a line; by default the one in FASTW2V_DATA.")
@click.option(
    "--tokens", default=20_000_000, show_default=True, help="Of the synthetic text that speed is measured on."
)
def main(corpus: str | None, tokens: int) -> None:
    """Check, measure and score the CUDA backend on this machine's GPU."""
    try:
        device = cuda.open_device()
    except BackendUnavailable as error:
        raise SystemExit(f"bench.gpu: {error}") from error
    path = find_corpus(corpus)
    print(f"{device.name}, compute capability {device.capability / 10:.1f}, {device.multiprocessors} multiprocessors")
    rows: list[dict[str, Any]] = [{"device": device.name, "multiprocessors": device.multiprocessors}]
    sections = {
        "check": check,
        "rows": lambda: row_speed(device),
        "train": lambda: train_speed(device, tokens),
        "end to end": lambda: end_to_end(path),
    }
    for name, section in sections.items():
        rows += [{"section": name, **row} for row in section()]
    Settings().write("gpu", rows)


if __name__ == "__main__":
    main()

"""Indexes of many vectors, for `WordVectors.most_similar`: `ApproximateIndex` on processors, `GpuIndex` on a GPU."""

from fastw2v.vectors.approximate import ApproximateIndex
from fastw2v.vectors.gpu_index import GpuIndex

__all__ = ["ApproximateIndex", "GpuIndex"]

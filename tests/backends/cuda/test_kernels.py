"""The choice of a kernel, by device and shape, and of how many warps run it at once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fastw2v import EncodedCorpus
from fastw2v import cuda_device as cuda
from fastw2v.backends.cuda import kernels
from fastw2v.errors import ParameterError
from fastw2v.planning import plan
from fastw2v.planning.training_parameters import TrainingParameters


def test_as_many_tiles_train_at_once_as_find_room_on_the_device():
    kernel = kernels.Kernel("any", (), shared_bytes=62_000)
    device = cuda.Device(None, 0, "any", 90, 132, 227 << 10, 228 << 10)
    assert kernels.tiles_at_once(device, kernel) == 3 * 132
    assert kernels.tiles_at_once(device, dataclasses.replace(kernel, shared_bytes=0)) == 8 * 132
    assert kernels.tiles_at_once(device, dataclasses.replace(kernel, shared_bytes=227 << 10)) == 132
    assert kernels.tiles_at_once(device, dataclasses.replace(kernel, shared_bytes=0, per_multiprocessor=2)) == 264


def test_the_kernel_is_chosen_by_device_and_shape():
    block = "four warps bfloat16"

    def chosen(capability=90, shared=227 << 10, size=100, tile_warps=None, **options):
        corpus = EncodedCorpus.from_ids(np.arange(6000).reshape(200, 30) % 997, [str(i) for i in range(997)])
        made = plan.make_plan(corpus, TrainingParameters(epochs=100, **options).checked(), 1)
        device = cuda.Device(None, 0, "any", capability, 100, shared, shared)
        return kernels.choose_kernel(device, made, size, None, tile_warps)

    assert chosen().name == chosen(architecture="cbow").name == chosen(window=10, negative=15).name == block
    shape = {"FW_K": 112, "FW_TB": 2, "FW_HB": 2, "FW_SB": 1, "FW_CBOW": 0}
    assert shape.items() <= chosen().defines.items()
    assert chosen(tile_warps=1).name == "one warp bfloat16"
    assert chosen(tile_warps=1).defines == shape
    assert chosen(capability=75).name == "general float32"
    assert chosen(negative_sharing="pair").name == "general float32"
    assert chosen(window=60).name == "general float32"
    assert chosen(size=1000, shared=99 << 10).name == "general float32"
    assert chosen(size=1000).name == block
    tight = kernels.warp_bytes(chosen(tile_warps=1, size=1000).defines)  # room for one warp, not for four
    assert chosen(size=1000, shared=tight).name == "one warp bfloat16"
    with pytest.raises(ParameterError, match="tile_warps=4: a block needs"):
        chosen(size=1000, shared=tight, tile_warps=4)
    with pytest.raises(ParameterError, match="tile_warps=2: it must be 4, 1 or None"):
        chosen(tile_warps=2)

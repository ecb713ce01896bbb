"""The parts of `fastw2v.gpu`: the device, its kernels, and the transfer of chunks to it."""

"""The steps of ``python -m bench.gpu``, one file each."""

"""Benchmarks of speed and quality, compared with other trainers in one run: ``python -m bench --help``."""

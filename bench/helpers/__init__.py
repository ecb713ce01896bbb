"""Helpers of the commands: corpora, other programs, records of the measurements."""

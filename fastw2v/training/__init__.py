"""Training: start, loop over chunks, progress, checkpoints, and the session that ties them together."""

from fastw2v.training.loop import advance, start, train
from fastw2v.training.state import Progress, Report, TrainingState

__all__ = ["Progress", "Report", "TrainingState", "advance", "start", "train"]

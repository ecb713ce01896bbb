"""One run: where it starts, the loop over its chunks, what it reports, and how it is kept and resumed."""

from fastw2v.training.loop import advance, start, train
from fastw2v.training.state import Progress, Report, TrainingState

__all__ = ["Progress", "Report", "TrainingState", "advance", "start", "train"]

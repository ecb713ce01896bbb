"""Progress of everything that takes long, shown in one way: a bar of a terminal, a bar of a notebook, or lines."""

from fastw2v.progress.phase import SILENT, Phase, Silent, begin_phase

__all__ = ["SILENT", "Phase", "Silent", "begin_phase"]

"""How a run that diverges is recognised, and the error that it ends with."""

from __future__ import annotations

from fastw2v.errors import DivergedError
from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import all_finite
from fastw2v.training.state import TrainingState

EXPLODED = 100.0  # mean loss for each pair and each output row scored in it; an untrained model has log 2


def exploded(stats: ChunkStats, plan_: Plan) -> bool:
    """Return whether the loss, though finite, far exceeds that of an untrained model, log 2 for each output row."""
    return stats.loss_sum > EXPLODED * plan_.outputs * max(1, stats.pairs)


def diverged(stats: ChunkStats, epoch: int, rate: float, plan: Plan) -> DivergedError:
    """Return the error for a run whose scores are not finite, or whose loss has exploded, in an epoch (from 1)."""
    return DivergedError(
        f"training diverged (mean loss {stats.loss_sum / max(1, stats.pairs):.3g}) in epoch {epoch} of {plan.epochs} "
        f"at learning rate {rate:.4g}: lower learning_rate (it started at {plan.learning_rate:.4g}), or pass more "
        "varied text"
    )


def check_finite(state: TrainingState) -> None:
    """Raise if the last tile's updates, which no later score has seen, left values that are not finite."""
    if not (all_finite(state.w_in) and all_finite(state.w_out)):
        state.diverged = True
        raise DivergedError(
            f"the last tiles of epoch {state.plan.epochs} produced values that are not finite: lower "
            f"learning_rate (it started at {state.plan.learning_rate:.4g})"
        )

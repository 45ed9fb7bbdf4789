"""Name one primary endpoint, and correct all tests of a run by Holm's method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalpkg.models import Mode
from evalpkg.statistics.metrics import Frozen, Metrics

PRIMARY_MODE, PRIMARY_K = Mode.NO_POLICY, 1


class FamilyMember(Frozen):
    """One test of the family: a pass@k of a mode."""

    mode: Mode
    k: int
    p_value: float
    adjusted: float
    """Holm's adjusted p-value over the whole family."""


class HolmFamily(Frozen):
    """All pass@k tests of a run. The primary endpoint is not adjusted: it was fixed in advance."""

    primary_mode: Mode = PRIMARY_MODE
    primary_k: int = PRIMARY_K
    primary_p: float | None
    primary_sentence: str
    """The primary endpoint's plain sentence, or the reason why there is none."""
    members: tuple[FamilyMember, ...]
    """Every pass@k of every mode that has a p-value, the primary endpoint included."""


def holm(p_values: Sequence[float]) -> list[float]:
    """Return step-down adjusted p-values (Holm 1979), in the given order.

    scipy has only a control of the false discovery rate (``false_discovery_control``).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def holm_family(metrics_by_mode: Mapping[Mode, Metrics]) -> HolmFamily:
    """Return the family of a run's tests: every pass@k in every mode.

    Args:
        metrics_by_mode: the metrics of each mode that was run.
    """
    found = [
        (mode, difference, metrics_by_mode[mode].settings.alpha)
        for mode in Mode
        if mode in metrics_by_mode and (comparison := metrics_by_mode[mode].comparison)
        for difference in comparison.pass_at_k
    ]
    tested = [(m, d.k, d.p_value, alpha) for m, d, alpha in found if d.p_value is not None]
    adjusted = holm([p for _, _, p, _ in tested])
    members = tuple(
        FamilyMember(mode=mode, k=k, p_value=p, adjusted=a)
        for (mode, k, p, alpha), a in zip(tested, adjusted, strict=True)
    )
    primary = [d for mode, d, _ in found if (mode, d.k) == (PRIMARY_MODE, PRIMARY_K)]
    if not primary:
        why = f"The primary endpoint, pass@{PRIMARY_K} in mode {PRIMARY_MODE}, was not compared."
        return HolmFamily(primary_p=None, primary_sentence=why, members=members)
    return HolmFamily(
        primary_p=primary[0].p_value, primary_sentence=primary[0].sentence, members=members
    )

"""Designs of other sizes follow from the parts of the error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalpkg.statistics import StatisticsSettings
from evalpkg.statistics.plan import Basis, cheapest, plan

BASIS = Basis(
    tasks=100, clusters=100, samples=10, error=0.02, share=0.5, tokens=600.0, tokens_per_second=1000
)
SETTINGS = StatisticsSettings()


def test_more_tasks_shrink_all_of_the_error_and_more_samples_only_their_share() -> None:
    same = plan(BASIS, 100, 10, SETTINGS).detectable
    tasks = plan(BASIS, 400, 10, SETTINGS).detectable
    endless = plan(BASIS, 100, 1_000_000, SETTINGS).detectable
    assert same is not None and tasks is not None and endless is not None  # noqa: PT018
    assert tasks == pytest.approx(same / 2, rel=0.02)
    assert endless == pytest.approx(same / 2**0.5, rel=1e-3)


def test_hours_are_tokens_over_measured_speed() -> None:
    assert plan(BASIS, 100, 10, SETTINGS).hours == pytest.approx(100 * 10 * 600 / 1000 / 3600)


def test_without_the_length_of_answers_no_hours_are_stated() -> None:
    """Replayed samples have no tokens: their generation is not free, its cost is unknown."""
    replayed = replace(BASIS, tokens=None)
    assert plan(replayed, 100, 10, SETTINGS).hours is None
    assert plan(replayed, 100, 10, SETTINGS).detectable == plan(BASIS, 100, 10, SETTINGS).detectable


def test_the_cheapest_design_reaches_the_target_and_one_sample_less_does_not() -> None:
    best = cheapest(BASIS, (100, 200), 0.05, SETTINGS)
    assert best is not None
    assert best.detectable is not None
    assert best.detectable <= 0.05
    fewer = (
        plan(BASIS, best.tasks, best.samples - 1, SETTINGS).detectable if best.samples > 1 else 1
    )
    assert fewer is None or fewer > 0.05
    assert cheapest(BASIS, (100,), 0.01, SETTINGS) is None


def test_few_problems_can_declare_nothing_whatever_their_samples() -> None:
    assert plan(BASIS, 5, 100, SETTINGS).detectable is None

"""When ``--num-samples auto`` draws no further round."""

from __future__ import annotations

import pytest

from evalpkg.statistics import enough, rounds
from tests.unit.statistics.statistics_runs import make_tasks, metrics_of, single_tasks

SHARE = 0.3


@pytest.mark.parametrize(
    ("base", "finetuned"),
    [
        ([0] * 8, [0] * 8),
        ([10] * 8, [10] * 8),
        ([0] * 8, [10] * 8),
        ([0, 10] * 4, [0, 10] * 4),
    ],
)
def test_no_further_round_where_nothing_varies(base: list[int], finetuned: list[int]) -> None:
    assert "only more tasks" in enough(
        metrics_of(single_tasks(8), 10, base, finetuned), SHARE, None
    )


def test_more_samples_of_a_run_where_nothing_varies_do_not_narrow_its_interval() -> None:
    few, many = (metrics_of(single_tasks(8), n, [0] * 8, [n] * 8) for n in (10, 40))
    assert few.comparison is not None
    assert many.comparison is not None
    assert few.comparison.pass_at_k[0].new_tasks == many.comparison.pass_at_k[0].new_tasks


def test_mixed_outcomes_of_a_task_may_still_change_a_difference_that_is_zero_everywhere() -> None:
    assert not enough(metrics_of(single_tasks(8), 10, [5] * 8, [5] * 8), SHARE, None)
    assert not enough(metrics_of(single_tasks(8), 10, [4] * 8, [5] * 8), SHARE, None)


def test_fewer_samples_than_a_first_round_show_nothing_about_variation() -> None:
    assert not enough(metrics_of(single_tasks(8), 9, [0] * 8, [0] * 8), SHARE, None)


def test_one_problem_decides_nothing_however_many_samples() -> None:
    run = metrics_of(make_tasks(["one"] * 4), 10, [0] * 4, [10] * 4)
    assert "only more tasks" in enough(run, SHARE, None)


def test_the_share_of_drawing_samples_and_the_precision_decide_otherwise() -> None:
    uneven = metrics_of(single_tasks(8), 10, [0, 1, 0, 9, 2, 0, 10, 0], [10, 0, 9, 0, 1, 10, 0, 9])
    assert "of the squared error" in enough(uneven, SHARE, None)
    even = metrics_of(single_tasks(8), 10, [5, 4, 5, 6, 5, 4, 6, 5], [6, 5, 4, 5, 5, 5, 5, 6])
    assert not enough(even, SHARE, None)
    assert "plus or minus" in enough(even, SHARE, 99.0)


def test_a_model_alone_has_no_difference_to_look_at() -> None:
    assert not enough(metrics_of(single_tasks(8), 10, [0] * 8, None), SHARE, None)


def test_rounds_double_up_to_the_ceiling() -> None:
    assert list(rounds(50)) == [10, 20, 40, 50]
    assert list(rounds(10)) == [10]

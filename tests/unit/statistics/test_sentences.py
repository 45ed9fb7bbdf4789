"""The plain sentences say what the numbers allow, and no more."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics import StatisticsSettings, compute_metrics
from evalpkg.statistics.metrics import Bounds, SamplingNoise
from evalpkg.statistics.sentences import (
    Phrase,
    as_read,
    noise_sentence,
    p_text,
    percent,
    points,
    sentence,
)
from tests.unit.statistics.statistics_runs import make_rows, metrics_of, single_tasks

BASE = [0, 1, 5, 10, 10, 2, 0, 7, 3, 9, 9, 0, 4, 8, 1, 6]
BETTER = [min(10, x + 2 + i % 2) for i, x in enumerate(BASE)]


def passes(base, tuned):
    return metrics_of(single_tasks(16), 10, base, tuned).comparison.pass_at_k[0]


def test_a_clear_gain_is_stated_with_levels_interval_and_p():
    assert re.fullmatch(
        r"The fine-tuned model raises pass@1 by 19\.37 points, from 46\.88 % to 66\.25 % "
        r"\(95 % interval \+14\.1 to \+24\.7 points; p (<|=) 0\.0\d+\)\.",
        passes(BASE, BETTER).sentence,
    )


def test_a_clear_loss_is_stated_as_a_loss():
    said = passes(BETTER, BASE).sentence
    assert "lowers pass@1 by 19.37 points, from 66.25 % to 46.88 %" in said


@pytest.mark.parametrize("base", [x / 997 for x in range(0, 900, 13)])
@pytest.mark.parametrize("gain", [-0.0312, -0.00049, 0.0004, 0.09375, 0.0349])
def test_a_headline_subtracts_as_it_is_read(base, gain):
    low, high, size = as_read(base, base + gain)
    assert abs(Decimal(high) - Decimal(low)) == Decimal(size)
    assert all(len(number.partition(".")[2]) <= 2 for number in (low, high, size))
    assert float(low) == pytest.approx(100 * base, abs=0.051)
    assert float(high) == pytest.approx(100 * (base + gain), abs=0.051)
    assert float(size) == pytest.approx(100 * abs(gain), abs=0.0502)


def test_where_nothing_can_be_told_apart_the_sentence_says_what_could_have_been():
    difference = passes(BASE, [*BASE[1:], BASE[0]])
    assert difference.sentence.startswith("At pass@1 the two models are not distinguishable: ")
    smallest = f"{100 * difference.minimum_detectable:.1f} points"
    assert difference.sentence.endswith(f"would detect with 80 % power is {smallest}.")
    gain, loss = 100 * difference.new_tasks.high, -100 * difference.new_tasks.low
    excluded = f"excludes gains above {gain:.1f} and losses above {loss:.1f} points."
    assert excluded in difference.sentence
    bound = f"is at most {-100 * difference.at_least:.1f} points worse than the base, or better."
    assert bound in difference.sentence


def test_a_margin_makes_it_a_statement_of_non_inferiority():
    same = [*BASE[1:], BASE[0]]
    for margin, shown in ((0.5, "is"), (0.01, "is not shown to be")):
        settings = StatisticsSettings(resamples=1000, permutations=1000, margin=margin)
        found = metrics_of(single_tasks(16), 10, BASE, same, settings=settings)
        difference = found.comparison.pass_at_k[0]
        assert difference.no_worse is (difference.at_least > -margin)
        assert f"the fine-tuned model {shown} at most {100 * margin:g} points worse than" in (
            difference.sentence
        )
    assert passes(BASE, same).no_worse is None


@pytest.mark.parametrize(("tasks", "none"), [(2, True), (5, True), (6, False)])
def test_five_problems_can_declare_nothing_and_the_sentence_says_so(tasks, none):
    found = metrics_of(single_tasks(tasks), 10, [0] * tasks, [0] + [10] * (tasks - 1))
    difference = found.comparison.pass_at_k[0]
    assert difference.undeclarable is none
    assert (difference.minimum_detectable is None) is none
    assert ("no difference, however large, could have been declared" in difference.sentence) is (
        none
    )


def test_the_share_of_the_error_that_comes_from_drawing_samples_is_said():
    noise = passes(BASE, BETTER).noise
    drawn = sum(c / 10 * (1 - c / 10) / 9 for c in BASE + BETTER) / 16**2
    error = passes(BASE, BETTER).standard_error
    assert noise.share == pytest.approx(min(1.0, drawn / error**2), rel=1e-9)
    assert noise_sentence(
        SamplingNoise(
            share=0.12,
            samples=100,
            width=0.051,
            other_samples=20,
            other_width=0.062,
            endless_width=0.048,
        )
    ) == (
        "12 % of the squared error comes from drawing samples. The interval is 5.1 points wide "
        "now; it would be 6.2 with 20 samples per task, and 4.8 with endlessly many. "
        "More tasks would narrow it."
    )


def test_rates_are_higher_or_lower_not_solved():
    tasks = single_tasks(16)
    rows = {
        Role.BASE: make_rows(tasks, 10, BASE, VerdictKind.COMPILE_ERROR),
        Role.FINETUNED: make_rows(tasks, 10, BETTER, VerdictKind.COMPILE_ERROR),
    }
    expected = dict.fromkeys(Role, 10)
    found = compute_metrics(
        tasks, rows, Mode.NO_POLICY, expected, [1], StatisticsSettings(confidence=0.9)
    ).comparison
    assert "raises the compile rate by 19.37 points, from " in found.compile_rate.sentence
    assert "90 % interval" in found.compile_rate.sentence
    shares = {v.kind: v.sentence for v in found.verdicts}
    assert (
        "lowers the share of compile_error verdicts by 19.37 points"
        in (shares[VerdictKind.COMPILE_ERROR])
    )
    assert shares[VerdictKind.TIMEOUT].startswith("In share of timeout verdicts the two models")


def test_a_small_p_alone_is_not_enough():
    """Every task gains, one of them far more: all signs agree, but the mean is badly known."""
    difference = metrics_of(single_tasks(10), 10, [0] * 10, [1] * 9 + [10]).comparison.pass_at_k[0]
    assert difference.p_value < 0.05
    assert difference.new_tasks.low < 0.0 < difference.new_tasks.high
    assert not difference.distinguishable
    assert "not distinguishable" in difference.sentence


def test_an_interval_without_zero_alone_is_not_enough():
    """Three tasks cannot give a small p, however large their gains."""
    difference = metrics_of(single_tasks(3), 10, [0] * 3, [9, 10, 9]).comparison.pass_at_k[0]
    assert difference.new_tasks.low > 0.0
    assert difference.p_value == 0.25
    assert not difference.distinguishable


def test_samples_without_a_verdict_are_said_to_matter_only_where_they_do():
    settings = StatisticsSettings()
    difference = passes(BASE, BETTER)
    said = [
        sentence(
            Phrase("pass@1", solves=True),
            difference.model_copy(update={"bounds": Bounds(low=0.1938, high=high)}),
            0.469,
            settings,
        )
        for high in (0.1941, 0.25)
    ]
    assert said[0].endswith("depending on them the difference still rounds to +19.4.")
    assert said[1].endswith("depending on them the difference lies between +19.4 and +25.0 points.")


def test_numbers_are_written_for_people():
    assert (percent(0.4423), percent(0.0), percent(1.0)) == ("44.2 %", "0.0 %", "100.0 %")
    assert (points(0.0312), points(-0.0312), points(-0.0001)) == ("+3.1", "-3.1", "0.0")
    assert (p_text(0.02417), p_text(1.0), p_text(0.0004)) == ("p = 0.024", "p = 1", "p < 0.001")


def test_a_sentence_about_the_policys_endpoint_says_so():
    found = metrics_of(single_tasks(16), 10, BASE, BETTER, mode=Mode.POLICY)
    assert "raises pass@1 with policy by 19.37 points" in found.comparison.pass_at_k[0].sentence
    assert "policy" not in passes(BASE, BETTER).sentence

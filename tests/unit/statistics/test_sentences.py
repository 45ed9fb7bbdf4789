"""The plain sentences say what the numbers allow, and no more."""

from __future__ import annotations

import re

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.statistics import StatisticsSettings, compute_metrics
from evalpkg.statistics.metrics import Bounds
from evalpkg.statistics.sentences import Phrase, p_text, percent, points, sentence
from tests.unit.statistics.statistics_runs import make_rows, metrics_of, single_tasks

BASE = [0, 1, 5, 10, 10, 2, 0, 7, 3, 9, 9, 0, 4, 8, 1, 6]
BETTER = [min(10, x + 2 + i % 2) for i, x in enumerate(BASE)]


def passes(base, tuned):
    return metrics_of(single_tasks(16), 10, base, tuned).comparison.pass_at_k[0]


def test_a_clear_gain_is_stated_with_levels_interval_and_p():
    assert re.fullmatch(
        r"The fine-tuned model solves 19\.4 points more than the base model at pass@1: 66\.2 % "
        r"against 46\.9 % \(95 % interval \+14\.1 to \+24\.7 points; p (<|=) 0\.0\d+\)\.",
        passes(BASE, BETTER).sentence,
    )


def test_a_clear_loss_is_stated_as_a_loss():
    assert "solves 19.4 points less than the base model" in passes(BETTER, BASE).sentence


def test_where_nothing_can_be_told_apart_the_sentence_says_what_could_have_been():
    difference = passes(BASE, [*BASE[1:], BASE[0]])
    assert difference.sentence.startswith("At pass@1 the two models are not distinguishable: ")
    smallest = f"{100 * difference.minimum_detectable:.1f} points"
    assert difference.sentence.endswith(f"detected with 80 % power is {smallest}.")


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
    assert "compile rate is 19.4 points higher than the base model's" in found.compile_rate.sentence
    assert "90 % interval" in found.compile_rate.sentence
    shares = {v.kind: v.sentence for v in found.verdicts}
    assert (
        "share of compile_error verdicts is 19.4 points lower"
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

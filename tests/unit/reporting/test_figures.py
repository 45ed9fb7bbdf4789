"""Figures follow the page's colours, and show every point they were given."""

import re

import pytest

from evalpkg.models import Mode, Role
from evalpkg.reporting.figures import (
    PassPoint,
    TaskDifference,
    TrendPoint,
    paired_figure,
    pass_figure,
    trend_figure,
)
from evalpkg.reporting.figures.paired import _limits
from evalpkg.reporting.figures.trend import steps_of
from evalpkg.reporting.rustc_errors import TITLES
from tests.unit.reporting.report_runs import make_run
from tests.unit.reporting.test_compare_runs import compare
from tests.unit.reporting.test_report_content import Text

TASKS = [
    TaskDifference("HumanEval/1 <&>", "one", 0.0, 1.0),
    TaskDifference("HumanEval/2", "two", 0.5, 0.25),
    TaskDifference("HumanEval/3", "three", 0.5, 0.5),
]
POINTS = [
    PassPoint(1, Mode.NO_POLICY, Role.BASE, 0.4, 0.3, 0.5),
    PassPoint(1, Mode.NO_POLICY, Role.FINETUNED, 1.0, 1.0, 1.0),
    PassPoint(10, Mode.POLICY, Role.BASE, None, None, None),
    PassPoint(10, Mode.POLICY, Role.FINETUNED, 0.0, None, None),
]
FIGURES = {
    "passk": lambda: pass_figure(POINTS),
    "paired": lambda: paired_figure(TASKS, 0.25, (-0.5, 1.0)),
    "paired without mean": lambda: paired_figure(TASKS, None, None),
    "trend": lambda: trend_figure(
        ["a", "$b^2$"],
        [
            TrendPoint(0, 0.04, -0.03, 0.1),
            TrendPoint(1, 0.05, None, None),
            TrendPoint(1, None, None, None),
        ],
        "pass@1",
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_no_colour_or_style_is_fixed_in_a_figure(name):
    svg = FIGURES[name]()
    assert svg.startswith("<svg viewBox=")
    assert "style=" not in svg
    assert "#0000" not in svg
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) <= {"none"}
    assert "nan" not in svg


@pytest.mark.parametrize("name", FIGURES)
def test_equal_numbers_give_equal_figures(name):
    assert FIGURES[name]() == FIGURES[name]()


def test_figures_of_one_page_share_no_id():
    ids = [
        i
        for make in (FIGURES["passk"], FIGURES["paired"])
        for i in re.findall(r' id="([^"]*)"', make())
    ]
    assert len(ids) == len(set(ids))


def test_each_bar_names_and_links_its_task_in_order_of_difference():
    svg = FIGURES["paired"]()
    titles = re.findall(r"<title>([^<]*)</title>", svg)
    assert [title.split(" ")[0] for title in titles] == [
        "HumanEval/1",
        "HumanEval/3",
        "HumanEval/2",
    ]
    assert titles[0] == "HumanEval/1 &lt;&amp;&gt; one: base 0%, fine-tuned 100%, +100.0 points"
    assert 'href="#task=HumanEval%2F1%20%3C%26%3E"' in svg


def test_a_missing_value_is_said_in_the_figure():
    svg = FIGURES["passk"]()
    assert "Base: n/a" in svg
    assert "pass@10 with policy Base n/a" in svg


def test_error_codes_have_short_titles():
    assert all(re.fullmatch(r"E\d{4}", code) for code in TITLES)
    assert list(TITLES) == sorted(TITLES)
    assert all(0 < len(title) < 60 for title in TITLES.values())


@pytest.mark.parametrize("interval", [(-0.9, 0.95), (-1.0, 1.0), (-0.324, 0.324), (0.6, 0.8)])
def test_the_band_and_its_ends_are_inside_the_axis(interval):
    """Small runs have intervals far beyond their bars; the axis holds both."""
    tasks = [TaskDifference(f"t/{i}", "f", 0.0, 0.0) for i in range(8)]
    svg = paired_figure(tasks, 0.0, interval)
    height = float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[1])
    band = re.search(r'<path d="([^"]*)"[^>]*class="[^"]*fill-ink', svg)
    ends = [float(y) for y in re.findall(r"[ML] [\d.-]+ ([\d.-]+)", band[1])]
    assert 0 < min(ends) < max(ends) < height
    low, high = _limits([0.0, *(100 * end for end in interval)])
    assert low < 100 * interval[0]
    assert 100 * interval[1] < high


def test_runs_that_carry_steps_are_a_curve_and_others_are_not(tmp_path):
    trained = [make_run(tmp_path / f"checkpoint-{n}", tasks=3) for n in (100, 900)]
    page, _ = compare(tmp_path / "curve", *trained)
    assert "step" in Text(page).all
    assert steps_of(["checkpoint-900", "run/step_20", "7"]) == [900, 20, 7]
    assert steps_of(["lora", "checkpoint-2"]) is None
    assert steps_of(["a/checkpoint-2", "b/checkpoint-2"]) is None
    assert steps_of(["llama-3.1", "llama-3.2"]) is None

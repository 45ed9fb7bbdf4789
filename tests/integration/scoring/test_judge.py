"""``from evalpkg import Judge``: real verdicts from Python."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from evalpkg import Judge
from evalpkg.errors import ConfigError, DataError
from evalpkg.scoring import ScoringSettings
from tests.integration.scoring.conftest import TASKS
from tests.integration.scoring.test_verdicts import RIGHT, SIGNATURE

RIGHT_ANSWER = f"```rust\n{SIGNATURE} {RIGHT}\n```"
WRONG = f"{SIGNATURE} {{ true }}"
PROMPT = "/// Doubles.\nfn double(x: i64) -> i64 {\n"
TESTS = "mod tests { use super::*; #[test] fn two() { assert_eq!(double(2), 4); } }"


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(list(TASKS.values()), settings=ScoringSettings(workers=2, timeout_s=2)) as opened:
        yield opened


def test_verdicts_come_in_the_order_of_the_completions(judge: Judge) -> None:
    found = judge("close", [WRONG, RIGHT_ANSWER, "no code at all"])
    assert [verdict.passed for verdict in found] == [False, True, False]


def test_tasks_may_be_mixed(judge: Judge) -> None:
    bump = "fn bump(values: &mut [i32], by: i32) { for v in values { *v += by; } }"
    found = judge.batch([("bump", bump), ("close", RIGHT_ANSWER), ("bump", WRONG)])
    assert [verdict.passed for verdict in found] == [True, True, False]


def test_threads_and_event_loops_get_their_own_verdicts(judge: Judge) -> None:
    answers = [(RIGHT_ANSWER, True), (WRONG, False)] * 8
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: judge("close", [one[0]])[0].passed, answers))
    assert found == [right for _, right in answers]

    async def ask() -> list[bool]:
        calls = [judge.judge_async([("close", text)]) for text, _ in answers]
        return [verdicts[0].passed for verdicts in await asyncio.gather(*calls)]

    assert asyncio.run(ask()) == [right for _, right in answers]


def test_a_task_of_ones_own_is_a_prompt_and_tests(judge: Judge) -> None:
    task_id = judge.add_task(PROMPT, TESTS)
    assert judge.add_task(PROMPT, TESTS) == task_id
    found = judge(task_id, ["    x * 2\n}\n", "    x + 1\n}\n"])
    assert [verdict.passed for verdict in found] == [True, False]


@pytest.mark.parametrize(
    ("prompt", "tests"), [(PROMPT, "mod tests {"), (PROMPT, ""), ("no function", TESTS)]
)
def test_a_task_that_cannot_be_judged_is_refused(judge: Judge, prompt: str, tests: str) -> None:
    with pytest.raises(ConfigError, match="cannot be judged"):
        judge.add_task(prompt, tests)


def test_an_unknown_task_is_named(judge: Judge) -> None:
    with pytest.raises(DataError, match="'nowhere'"):
        judge("nowhere", [WRONG])


@pytest.mark.parametrize("one", [None, b"x", 3, {"role": "assistant"}, [{"content": "x"}]])
def test_a_completion_that_is_no_text_is_named(judge: Judge, one: object) -> None:
    with pytest.raises(DataError, match=type(one).__name__):
        judge(judge.task_ids[0], ["x", one])  # type: ignore[list-item]


def test_a_text_in_place_of_a_list_is_not_read_letter_by_letter(judge: Judge) -> None:
    with pytest.raises(DataError, match="list of texts"):
        judge(judge.task_ids[0], "    n + 1\n}")


def test_importing_the_package_imports_nothing_of_the_judge() -> None:
    code = "import sys, evalpkg; sys.exit(any(name.startswith('evalpkg.') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

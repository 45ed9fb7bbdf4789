"""The judge over HTTP: who may ask, what may be asked, and what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest

from evalpkg.errors import DataError
from evalpkg.models import Task, Verdict, VerdictKind
from evalpkg.scoring.judge import Judge

pytest.importorskip("httpx", reason="the test client of starlette needs httpx")
pytest.importorskip("starlette", reason="the extra 'serve' is not installed")

from starlette.testclient import TestClient

from evalpkg.serving.app import LARGEST_REQUEST, Service

TOKEN = {"Authorization": "Bearer secret"}


class FakeJudge:
    """Passes a completion that says so."""

    task_ids = ("t",)

    def task(self, task_id: str) -> Task:
        if task_id != "t":
            raise DataError(f"there is no task '{task_id}'", "Ask for another one.")
        return Task("t", "fn t() {", "t", "")

    def add_task(
        self, prompt: str, tests: str, *, entry_point: str = "", crates: dict[str, str]
    ) -> str:
        assert (prompt, tests, entry_point) == ("fn own() {", "mod tests {}", "")
        assert crates in ({}, {"regex": "1"})
        return "t"

    async def judge_async(self, items: Iterable[tuple[str, str]]) -> list[Verdict]:
        verdicts = []
        for task_id, text in items:
            self.task(task_id)
            kind = VerdictKind.PASSED if text == "right" else VerdictKind.TEST_FAILED
            verdicts.append(Verdict(kind, True, None, text))
        return verdicts


def client(*, most: int = 8, own_tasks: bool = False) -> Any:
    service = Service(cast("Judge", FakeJudge()), "secret", most, own_tasks)
    return TestClient(service.app())


@pytest.fixture
def http() -> Iterator[Any]:
    with client() as opened:
        yield opened


def ask(http: Any, **body: object) -> Any:
    return http.post("/judge", json=body, headers=TOKEN)


def test_each_completion_gets_its_verdict_in_order(http: Any) -> None:
    said = ask(http, task_id="t", completions=["right", "wrong", "right"])
    assert said.status_code == 200
    verdicts = said.json()["verdicts"]
    assert [one["passed"] for one in verdicts] == [True, False, True]
    assert verdicts[1]["verdict"] == "test_failed"


@pytest.mark.parametrize("path", ["/tasks", "/metrics"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}])
def test_nobody_without_the_token_is_answered(http: Any, path: str, headers: object) -> None:
    assert http.get(path, headers=headers).status_code == 401
    assert http.post("/judge", json={}, headers=headers).status_code == 401
    assert http.get("/health").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"task_id": "t"},
        {"task_id": "t", "completions": []},
        {"task_id": "t", "completions": "right"},
        {"task_id": "t", "completions": [1]},
        {"task_id": "t", "prompt": "p", "tests": "t", "completions": ["right"]},
        {"completions": ["right"]},
        {"task_id": "t", "completions": ["right"], "samples": 1},
    ],
)
def test_a_malformed_request_is_refused_with_the_reason(http: Any, body: object) -> None:
    said = http.post("/judge", json=body, headers=TOKEN)
    assert said.status_code == 422
    assert said.json()["error"]
    assert not said.json()["error"].startswith(":")


def test_text_that_is_no_json_is_refused_without_an_empty_field_name(http: Any) -> None:
    said = http.post("/judge", content="{bad", headers=TOKEN)
    assert said.status_code == 422
    assert said.json()["error"].startswith("Invalid JSON")


def test_an_unknown_task_is_named(http: Any) -> None:
    said = ask(http, task_id="u", completions=["right"])
    assert said.status_code == 400
    assert said.json()["error"] == "there is no task 'u'. Ask for another one."


def test_what_is_too_large_is_refused(http: Any) -> None:
    assert ask(http, task_id="t", completions=["x"] * 9).status_code == 413
    assert ask(http, task_id="t", completions=["x" * LARGEST_REQUEST]).status_code == 413


def test_tasks_of_ones_own_need_leave() -> None:
    body = {"prompt": "fn own() {", "tests": "mod tests {}", "completions": ["right"]}
    with client() as http:
        refused = ask(http, **body)
        assert refused.status_code == 400
        assert "tasks only. Start it with" in refused.json()["error"]
    with client(own_tasks=True) as http:
        assert ask(http, **body).json()["verdicts"][0]["passed"]
        with_crates = ask(http, **body, crates={"regex": "1"})
        assert with_crates.json()["verdicts"][0]["passed"]


def test_the_numbers_count_verdicts_and_refusals(http: Any) -> None:
    ask(http, task_id="t", completions=["right", "wrong"])
    ask(http, completions=[])
    page = http.get("/metrics", headers=TOKEN).text
    assert 'evalpkg_verdicts_total{verdict="passed"} 1.0' in page
    assert 'evalpkg_refused_requests_total{reason="malformed"} 1.0' in page
    assert "evalpkg_pending_completions 0.0" in page


def test_a_full_service_says_when_to_come_again() -> None:
    service = Service(cast("Judge", FakeJudge()), "secret", 8, False)
    service._pending = 7
    with TestClient(service.app()) as http:
        said = ask(http, task_id="t", completions=["right", "right"])
        assert said.status_code == 503
        assert said.headers["retry-after"]
        assert ask(http, task_id="t", completions=["right"]).status_code == 200

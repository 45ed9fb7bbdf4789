"""All verdicts of the scorer are saved, in batches, even when judging is interrupted."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace

import pytest

from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.pipeline import judging
from evalpkg.pipeline.judging import Extractor, Judging
from evalpkg.reporting import Progress

TASK = Task("A/1", "fn f() -> i32 {", "f", "")
OTHER = Task("B/2", "fn g() -> i32 {", "g", "")


class BackwardsScorer:
    """Gives verdicts in reverse order, as a pool of workers may; stops after ``limit``."""

    def __init__(self, limit: int = 10**9, sandbox: str = "landlock") -> None:
        self.limit = limit
        self.provider = SimpleNamespace(name=sandbox)

    def judge(
        self,
        items: Iterable[tuple[Task, Extraction]],
        on_verdict: Callable[[int, Verdict, bool], None],
        expected: int,
    ) -> None:
        assert len(list(items)) == expected
        for count, position in enumerate(reversed(range(expected))):
            if count == self.limit:
                raise KeyboardInterrupt
            on_verdict(position, Verdict(VerdictKind.PASSED, detail=str(position)), False)


def run(scorer: BackwardsScorer, count: int) -> list[list[int]]:
    batches: list[list[int]] = []

    def save(batch: list[tuple[int, Extraction, Verdict]]) -> None:
        assert all(verdict.detail == str(work) for work, _, verdict in batch)
        batches.append([work for work, _, _ in batch])

    one = Judging[int](
        scorer,  # type: ignore[arg-type]
        lambda work: (TASK, Extraction(f"{work}", "r")),
        save,
        Progress(None, interactive=False),
    )
    try:
        one.run(range(count))
    except KeyboardInterrupt:
        return batches
    return batches


def test_each_verdict_belongs_to_its_work_and_is_saved_once() -> None:
    batches = run(BackwardsScorer(), 1000)
    assert sorted(work for batch in batches for work in batch) == list(range(1000))
    assert max(map(len, batches)) <= judging.FLUSH_ROWS


def test_what_was_judged_before_an_interrupt_is_saved() -> None:
    batches = run(BackwardsScorer(limit=7), 1000)
    assert sum(map(len, batches)) == 7


@pytest.mark.parametrize(("sandbox", "warned"), [("none", True), ("bubblewrap", False)])
def test_judging_without_a_sandbox_is_shouted_about(sandbox: str, warned: bool) -> None:
    said: list[str] = []
    progress = Progress(None, interactive=False)
    progress.note = said.append  # type: ignore[assignment]
    Judging[int](
        BackwardsScorer(sandbox=sandbox),  # type: ignore[arg-type]
        lambda work: (TASK, Extraction("", "r")),
        lambda batch: None,
        progress,
    )
    assert (said == [judging.UNCONFINED]) is warned


def test_equal_completions_of_a_task_are_extracted_once() -> None:
    extractor = Extractor()
    first = extractor(TASK, "    1\n}\n")
    assert extractor(TASK, "    1\n}\n") is first
    assert extractor(OTHER, "    1\n}\n") is not first
    assert extractor(TASK, "    1\n}\n") == first
    assert "fn f()" in str(first.source)

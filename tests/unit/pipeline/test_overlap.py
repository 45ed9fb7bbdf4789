"""Judging during generation takes little CPU, reports the first verdicts, and breaks nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest

from evalpkg.models import Extraction, Role, Sample, Task, Verdict, VerdictKind
from evalpkg.pipeline import overlap
from evalpkg.pipeline.overlap import FirstVerdicts, Overlap
from evalpkg.reporting.progress import Progress
from evalpkg.scoring.scorer import NICENESS, give_way

TASK = Task("A/1", "fn f() -> i32 {", "f", "")


def sample(index: int) -> Sample:
    return Sample(Role.BASE, "A/1", index, f"text {index}", "stop")


class Scoring:
    """A run of which nothing is judged; it remembers what was saved."""

    def __init__(self, pending: list[Sample] | None = None) -> None:
        self.log = nullcontext()
        self.kept: list[int] = []
        self.saved = 0
        self.got = threading.Event()
        self._pending = pending or []

    def pending(self) -> list[Sample]:
        return self._pending

    def judged_by(self, scorer: object) -> None:
        pass

    def prepare(self, one: Sample) -> tuple[Task, Extraction]:
        return TASK, Extraction(one.completion, "r")

    def save(self, batch: list[tuple[Sample, Extraction, Verdict]]) -> None:
        assert all(program.source == one.completion for one, program, _ in batch)
        self.saved += len(batch)
        self.kept += [one.index for one, _, _ in batch]
        self.got.set()


class Scorer:
    """Passes everything but what ``verdict`` says of a position."""

    def __init__(self, verdict: Callable[[int], Verdict | None]) -> None:
        self.provider = SimpleNamespace(name="landlock")
        self._verdict = verdict

    @contextmanager
    def beside_other_work(self, workers: int) -> Iterator[Callable]:
        def judge(items: Iterator, on_verdict: Callable, expected: int) -> None:
            given = list(items)
            assert len(given) == expected
            for position in reversed(range(len(given))):
                verdict = self._verdict(position)
                if verdict is not None:
                    on_verdict(position, verdict, False)

        yield judge


def passes(_: int) -> Verdict:
    return Verdict(VerdictKind.PASSED, True)


def run(scoring: Scoring, scorer: Scorer, offered: int) -> list[str]:
    said: list[str] = []
    progress = Progress(None, interactive=False)
    progress.note = said.append  # type: ignore[assignment]
    with Overlap(scoring, scorer, progress, 1) as one:  # type: ignore[arg-type]
        one.offer([sample(index) for index in range(offered)])
        scoring.got.wait(5)
    return said


def test_a_full_chunk_is_judged_at_once_and_the_rest_is_left() -> None:
    scoring = Scoring()
    said = run(scoring, Scorer(passes), overlap.TOGETHER + 6)
    assert sorted(scoring.kept) == list(range(overlap.TOGETHER))
    assert said[0] == "base model: of the first 16 answers 16 compile, 16 pass"


def test_few_samples_are_judged_when_they_have_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "PATIENCE_S", 0.01)
    scoring = Scoring([sample(90)])
    said = run(scoring, Scorer(passes), 0)
    assert scoring.kept == [90]
    assert said == ["base model: of the first 1 answers 1 compile, 1 pass"]


def test_what_needs_a_quiet_machine_or_failed_is_left_to_the_scoring_stage() -> None:
    def verdict(position: int) -> Verdict | None:
        return {
            0: None,
            1: Verdict(VerdictKind.INFRA_ERROR),
        }.get(position, passes(position))

    scoring = Scoring()
    run(scoring, Scorer(verdict), overlap.TOGETHER)
    assert sorted(scoring.kept) == list(range(2, overlap.TOGETHER))


def test_a_failure_here_is_told_and_does_not_end_the_generation() -> None:
    def verdict(position: int) -> Verdict:
        if position == 60:
            raise OSError("the disk is full")
        return passes(position)

    scoring = Scoring()
    said = run(scoring, Scorer(verdict), overlap.TOGETHER)
    assert sorted(scoring.kept) == [61, 62, 63]
    assert "judging waits until all samples are there: OSError('the disk is full')" in said


def test_an_interrupt_keeps_what_was_judged() -> None:
    scoring = Scoring()
    reached, go_on = threading.Event(), threading.Event()

    def verdict(position: int) -> Verdict:
        if position == 61:
            reached.set()
            go_on.wait(5)
        return passes(position)

    timer = threading.Timer(0.1, go_on.set)

    def interrupted() -> None:
        progress = Progress(None, interactive=False)
        with Overlap(scoring, Scorer(verdict), progress, 1) as one:  # type: ignore[arg-type]
            one.offer([sample(index) for index in range(overlap.TOGETHER)])
            reached.wait(5)
            timer.start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sorted(scoring.kept) in ([61, 62, 63], [62, 63])


def test_answers_of_which_none_compiles_are_asked_about() -> None:
    first = FirstVerdicts()
    said: list[str] = []
    for _ in range(16):
        said += first.add(Role.BASE, Verdict(VerdictKind.COMPILE_ERROR, False))
    (only,) = said
    assert only.startswith("base model: of the first 16 answers 0 compile, 0 pass. Do --prompt-te")
    assert list(first.rest()) == []
    list(first.add(Role.FINETUNED, Verdict(VerdictKind.PASSED, True)))
    assert list(first.rest()) == [
        "fine-tuned model: of the first 1 answers 1 compile, 1 pass",
    ]


def test_a_thread_that_gives_way_takes_its_children_along_and_nobody_else() -> None:
    found: list[int] = []

    def work() -> None:
        give_way()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        with os.popen("ps -o ni= -p $$") as child:
            found.append(int(child.read()))

    mine = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [min(19, mine + NICENESS)] * 2
    assert os.getpriority(os.PRIO_PROCESS, 0) == mine

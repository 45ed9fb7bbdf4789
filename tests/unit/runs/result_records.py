"""Records for the tests of this folder: small, valid, and different from one another."""

from __future__ import annotations

from evalpkg.models import Extraction, Role, Sample, Task, Verdict, VerdictKind
from evalpkg.store.shards import SampleKey
from evalpkg.store.verdict_log import ScoredSample


def a_task(number: int) -> Task:
    return Task(
        f"T/{number}", f"fn f{number}() {{", f"f{number}", f"#[test] fn t() {{ f{number}(); }}"
    )


def a_sample(key: SampleKey, text: str = "") -> Sample:
    role, task_id, index = key
    completion = text or f"{role.value} wrote “{task_id}”\nline {index}"
    return Sample(role, task_id, index, completion, "stop", 7, index + 1, "ab" * 32)


def scored(
    sample: Sample, kind: VerdictKind = VerdictKind.PASSED, violations: tuple[str, ...] = ()
) -> ScoredSample:
    extraction = Extraction(f"fn f() {{}} // {sample.role.value} {sample.task_id}", "whole")
    verdict = Verdict(kind, compile_ok=True, detail="", program_sha256="cd" * 32)
    return ScoredSample.of(sample, extraction, verdict, violations)


TASKS = [a_task(number) for number in range(3)]
ROLES = [Role.BASE, Role.FINETUNED]

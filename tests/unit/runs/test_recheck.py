from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from evalpkg import __version__
from evalpkg.evidence import seal_run
from evalpkg.evidence.metadata import write_metadata
from evalpkg.models import Extraction, Mode, Task, Verdict, VerdictKind
from evalpkg.reporting import render_reports
from evalpkg.store.files import write_atomic
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.verdict_log import VerdictLog
from evalpkg.verify import verify_run
from evalpkg.verify.check import Check
from evalpkg.verify.checks_reports import check_reports
from evalpkg.verify.files import Evidence
from evalpkg.verify.recheck import Rechecks
from tests.unit.runs.result_records import ROLES, TASKS
from tests.unit.runs.result_runs import begin_run, finished_run, metadata, write_metrics


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunLayout:
    return finished_run(tmp_path_factory.mktemp("recheck") / "run")


def named(run: RunLayout, name: str, rechecks: Rechecks) -> Check:
    checks = verify_run(run.root, rechecks=rechecks).checks
    return next(check for check in checks if check.name == name)


def same_extraction(task: Task, completion: str) -> Extraction:
    return Extraction(f"fn f() {{}} // {completion.split()[0]} {task.task_id}", "whole")


def same_violations(task: Task, completion: str) -> Sequence[str]:
    return ("std::process",) if "T/2" in completion and completion.endswith("line 1") else ()


def all_passed(items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
    """A scorer that passes everything: it disagrees on the base model's T/1."""
    passed = Verdict(VerdictKind.PASSED, True, detail="took 3 ms", program_sha256="00" * 32)
    return [passed for _ in items]


def test_nothing_is_judged_again_unless_asked(run: RunLayout) -> None:
    names = {check.name for check in verify_run(run.root).checks}
    assert not names & {"extraction", "policy", "verdicts", "reports"}


def test_extraction_and_policy_that_agree_hold(run: RunLayout) -> None:
    rechecks = Rechecks(extract=same_extraction, violations=same_violations)
    assert named(run, "extraction", rechecks).ok
    assert named(run, "policy", rechecks).ok
    assert "12" in named(run, "policy", rechecks).detail


def test_an_extraction_that_differs_is_named(run: RunLayout) -> None:
    def other(task: Task, completion: str) -> Extraction:
        found = same_extraction(task, completion)
        return replace(found, rule="body") if task.task_id == "T/1" else found

    found = named(run, "extraction", Rechecks(extract=other))
    assert len(found.problems) == 4
    assert found.problems[0] == ("no-policy/base T/1 0: extraction_rule is 'whole', now 'body'")


def test_of_two_programs_the_first_line_that_differs_is_shown(run: RunLayout) -> None:
    def longer(task: Task, completion: str) -> Extraction:
        found = same_extraction(task, completion)
        return replace(found, source=f"{found.source}\nfn more() {{}}")

    found = named(run, "extraction", Rechecks(extract=longer))
    assert found.problems[0] == ("no-policy/base T/0 0: source is None, now 'fn more() {}'")


def test_another_release_is_named_where_what_it_does_differs(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    about = metadata()
    about.tool.version = "0.0.9"
    write_metadata(layout, about)
    seal_run(layout)
    assert named(layout, "policy", Rechecks(violations=same_violations)).ok
    found = named(layout, "policy", Rechecks(violations=lambda task, completion: ()))
    assert found.detail == f"2 problems; made by evalpkg 0.0.9, this is {__version__}"


def test_violations_that_differ_are_named(run: RunLayout) -> None:
    found = named(run, "policy", Rechecks(violations=lambda task, completion: ()))
    assert found.problems == (
        "no-policy/base T/2 1: policy_violations are ['std::process'], now []",
        "no-policy/finetuned T/2 1: policy_violations are ['std::process'], now []",
    )


def test_verdicts_that_differ_are_named(run: RunLayout) -> None:
    found = named(run, "verdicts", Rechecks(judge=all_passed, rescore=99))
    assert sorted(found.problems) == [
        f"no-policy/base T/1 {n}: test_failed, scored again passed (took 3 ms)" for n in (0, 1)
    ]


def test_as_many_as_asked_are_drawn_and_the_seed_repeats_the_draw(run: RunLayout) -> None:
    draws: list[list[str]] = []

    def remember(items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        draws.append([task.task_id for task, _ in items])
        return all_passed(items)

    for seed in (1, 1, 2):
        named(run, "verdicts", Rechecks(judge=remember, rescore=5, seed=seed))
    assert [len(draw) for draw in draws] == [5, 5, 5]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]


def test_infrastructure_errors_are_not_drawn(tmp_path: Path) -> None:
    layout = begin_run(tmp_path / "run")
    log = VerdictLog(layout.verdicts_log)
    first, *others = log.read()
    failed = replace(first, verdict=VerdictKind.INFRA_ERROR)
    log.replace([failed, *others])
    write_mode_files(layout, TASKS, ROLES, list(Mode), 2)
    write_metrics(layout, 2)
    seal_run(layout)
    drawn = []

    def remember(items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        drawn.extend(items)
        return all_passed(items)

    named(layout, "verdicts", Rechecks(judge=remember, rescore=99))
    assert len(drawn) == 11


def test_a_draw_that_holds_says_how_to_repeat_it(run: RunLayout) -> None:
    def all_right(items: Sequence[tuple[Task, Extraction]]) -> list[Verdict]:
        wrong = (str(found.source).endswith("base T/1") for _, found in items)
        kinds = (VerdictKind.TEST_FAILED if one else VerdictKind.PASSED for one in wrong)
        return [Verdict(kind, True) for kind in kinds]

    found = named(run, "verdicts", Rechecks(judge=all_right, rescore=2, seed=3))
    assert found.detail.startswith("0 of 2 wrong: fewer than ")
    assert found.detail.endswith("(drawn with seed 3 from 12)")


def test_a_judge_must_answer_for_every_program(run: RunLayout) -> None:
    with pytest.raises(ValueError, match="shorter"):
        verify_run(run.root, rechecks=Rechecks(judge=lambda items: [], rescore=2))


def test_reports_that_come_out_again_hold_and_others_are_named(run: RunLayout) -> None:
    run.summary.write_text("pass@1 is 41.2 %\nand more\n", encoding="utf-8")

    def render(text: str) -> Mapping[Path, str]:
        return {run.summary: text, run.root / "policy" / "comparison_report.md": ""}

    checks = verify_run(run.root, render_reports=lambda root: render("pass@1 is 41.3 %\n")).checks
    found = next(check for check in checks if check.name == "reports")
    assert found.problems == (
        "combined_summary.md, line 1: 'pass@1 is 41.2 %', expected 'pass@1 is 41.3 %'",
        "combined_summary.md: 2 lines, expected 1",
        "policy/comparison_report.md: missing",
    )
    text = run.summary.read_text(encoding="utf-8")
    checks = verify_run(run.root, render_reports=lambda root: {run.summary: text}).checks
    assert next(check for check in checks if check.name == "reports").ok


@pytest.mark.slow
def test_the_reports_of_a_run_come_out_again(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    for path, text in render_reports(layout.root).items():
        write_atomic(path, text)
    seal_run(layout)
    assert verify_run(layout.root, render_reports=render_reports).ok

    page = layout.html.read_text("utf-8")
    evidence = Evidence(layout)
    evidence.metadata.environment.pip_freeze = [f"matplotlib=={version('matplotlib')}"]
    chunk = re.search(r'id="task-0">([^<]+)<', page)
    assert chunk
    samples = gzip.decompress(base64.b64decode(chunk[1]))
    for old, new, holds in (
        ("<h1>", "<h1>Do not believe that: ", False),
        ('" role="img"', ' wide" role="img"', False),
        ('"><g>', '"><g transform="translate(0.2)">', False),
        ('"><g>', '"><g onclick="alert(1)">', False),
        ('"><g>', '"><g><image href="https://example.org/x.png" /></g><g>', False),
        ("<style>", "<style>body {display: none}", False),
        (chunk[1], _packed(samples, level=1), True),
        (chunk[1], _packed(samples.replace(b"fn", b"nf", 1)), False),
        (chunk[1], _packed(samples + b" "), False),
        (chunk[1], "AAAA", False),
    ):
        assert old in page
        layout.html.write_text(page.replace(old, new, 1), "utf-8")
        check = check_reports(evidence, lambda _: {layout.html: page})
        assert check.ok == holds, (new, check.problems)
    layout.html.write_text(page, "utf-8")

    path = layout.comparison(Mode.POLICY)
    path.write_text(path.read_text("utf-8").replace("50.0", "51.0"), "utf-8")
    seal_run(layout)
    failed = [
        check
        for check in verify_run(layout.root, render_reports=render_reports).checks
        if not check.ok
    ]
    assert [check.name for check in failed] == ["reports"]
    assert all(text.startswith("policy/comparison_report.md, line") for text in failed[0].problems)


@pytest.mark.slow
def test_a_page_with_a_style_or_script_that_is_not_ours_does_not_hold(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    about = metadata()
    about.tool.commit = ""  # as for a release: nothing says which checkout made the page
    write_metadata(layout, about)
    for path, text in render_reports(layout.root).items():
        write_atomic(path, text)
    page = layout.html.read_text("utf-8")
    for tag in ("<style>", '<script type="module">'):
        layout.html.write_text(page.replace(tag, f"{tag}/* another's */", 1), "utf-8")
        seal_run(layout)
        found = verify_run(layout.root, render_reports=render_reports)
        assert not found.ok
    made = tmp_path / "made.html"
    found = verify_run(layout.root, render_reports=render_reports, rebuild_to=made)
    assert found.ok
    assert made.read_text("utf-8") == page
    assert any("read " in text for text in found.left_out)


def _packed(content: bytes, level: int = 9) -> str:
    return base64.b64encode(gzip.compress(content, level, mtime=0)).decode()

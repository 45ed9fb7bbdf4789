"""``evalpkg gate`` says by its exit code whether the answer is good enough, and why in one line."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from benchmarks.population import Population
from evalpkg.errors import ConfigError, ExitCode
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.pipeline.gate import judge_run
from tests.unit.reporting.report_runs import change_rows, finish_run, make_run

DOCS = Path(__file__).parents[3] / "docs/export.md"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that gains thirty points and one that gains nothing."""
    root = tmp_path_factory.mktemp("gate")
    make_run(root / "better", tasks=60, population=Population(effect=0.3))
    make_run(root / "same", tasks=60, population=Population(effect=0.0))
    return root


@pytest.mark.parametrize(
    ("name", "no_worse_than", "better_than", "holds"),
    [
        ("better", 1.0, 0.0, True),
        ("better", None, 60.0, False),
        ("same", 1.0, None, False),
        ("same", 50.0, None, True),
        ("same", 50.0, 0.0, False),
    ],
)
def test_the_bound_counts_and_not_the_value(
    runs: Path, name: str, no_worse_than: float | None, better_than: float | None, holds: bool
) -> None:
    answer = judge_run(runs / name, no_worse_than, better_than, 1, None)
    assert answer.holds is holds, answer.sentence
    assert answer.sentence.startswith("met: " if holds else "not met: ")
    assert "95% confidence" in answer.sentence
    assert "\n" not in answer.sentence


def test_only_what_is_not_met_is_named(runs: Path) -> None:
    answer = judge_run(runs / "same", 50.0, 0.0, 1, Mode.POLICY)
    assert answer.sentence.startswith("not met: better than 0 points: pass@1, policy differs by ")
    answer = judge_run(runs / "same", 1.0, None, 1, Mode.POLICY)
    assert "no worse than 1 point: " in answer.sentence


def test_a_run_of_few_problems_meets_no_condition(tmp_path: Path) -> None:
    """Five problems can declare no difference, so none passes by luck, however large."""
    layout = make_run(tmp_path, tasks=5)

    def change(role, row):
        passed = role is Role.FINETUNED and row.index < 3
        kind = VerdictKind.PASSED if passed else VerdictKind.TEST_FAILED
        return replace(row, verdict=kind, passed=passed, policy_violations=())

    change_rows(layout, change)
    finish_run(layout, 4, (1,))
    for no_worse, better in ((None, 0.0), (50.0, None)):
        answer = judge_run(tmp_path, no_worse, better, 1, None)
        assert not answer.holds
        assert "5 distinct problems cannot show a difference, however large" in answer.sentence


def test_samples_without_a_verdict_count_against_the_fine_tuned_model(tmp_path: Path) -> None:
    layout = make_run(tmp_path, tasks=60, population=Population(effect=0.2))
    assert judge_run(tmp_path, None, 0.0, 1, None).holds

    def lose(role, row):
        lost = row.index > 0
        return replace(row, verdict=VerdictKind.INFRA_ERROR, passed=False) if lost else row

    change_rows(layout, lose)
    finish_run(layout, 4, (1,))
    assert not judge_run(tmp_path, None, 0.0, 1, None).holds


def test_a_difference_that_does_not_exist_is_an_error(runs: Path) -> None:
    with pytest.raises(ConfigError, match="has no pass@7"):
        judge_run(runs / "same", 1.0, None, 7, None)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "status"), [("better", ExitCode.OK), ("same", ExitCode.NOT_MET)])
def test_the_example_for_ci_fails_when_it_should(
    tmp_path: Path, runs: Path, name: str, status: ExitCode
) -> None:
    text = DOCS.read_text().partition("<!-- gate: begin -->\n```yaml\n")[2].partition("```")[0]
    assert len(text.splitlines()) == 10
    step = yaml.safe_load(text)["jobs"]["gate"]["steps"][-1]["run"]
    (tmp_path / "humaneval_results").symlink_to(runs / name)
    program = tmp_path / "evalpkg"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m evalpkg "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-c", step],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "PYTHONPATH": str(DOCS.parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert len(done.stdout.splitlines()) == 1

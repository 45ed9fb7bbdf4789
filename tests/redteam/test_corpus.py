"""The corpus itself: large enough, well-formed, bounded, and its honest half really right."""

from __future__ import annotations

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evalpkg.models import VerdictKind
from evalpkg.rust import find_toolchain
from tests.redteam import corpus
from tests.redteam.corpus import Case

NEVER = {VerdictKind.PASSED, VerdictKind.INFRA_ERROR}

DESTRUCTIVE = re.compile(
    r"\b(unlink|remove_file|remove_dir|remove_dir_all|rmdir|truncate|rename|reboot|kexec|umount)\b"
    r"|\bkill\s*\(\s*-|\bkill\(\s*1\b|\bkillpg\b|rm -"
)


def test_holds_at_least_sixty_of_each_kind() -> None:
    assert len(corpus.hostile()) >= 60
    assert len(corpus.honest()) >= 60


@pytest.mark.parametrize("case", corpus.hostile(), ids=lambda case: case.name)
def test_hostile_case_says_what_it_does_and_what_must_become_of_it(case: Case) -> None:
    assert case.accepted
    assert not case.accepted & NEVER
    assert case.facts["attack"]
    unknown = set(case.facts) - {
        *("task", "expect", "attack", "form", "naive", "leak", "needs", "repeat"),
    }
    assert not unknown
    assert "passed" not in case.facts.get("naive", "") or VerdictKind.PASSED not in case.accepted


@pytest.mark.parametrize("case", corpus.honest(), ids=lambda case: case.name)
def test_honest_case_names_its_shape(case: Case) -> None:
    assert case.facts["shape"]
    assert not set(case.facts) - {"task", "shape", "form", "plain"}


@pytest.mark.parametrize("case", corpus.hostile(), ids=lambda case: case.name)
def test_hostile_case_destroys_nothing(case: Case) -> None:
    assert not DESTRUCTIVE.search(case.text)


def test_no_case_repeats_another() -> None:
    cases = [*corpus.hostile(), *corpus.honest()]
    assert len({(case.task.task_id, case.source()) for case in cases}) == len(cases)


def test_marks_are_all_replaced() -> None:
    for case in (*corpus.hostile(), *corpus.honest()):
        assert not re.search(r"@[A-Z_]{3,}(:|@)", case.completion()), case.name


def test_honest_cases_pass_their_tests_without_any_harness(tmp_path: Path) -> None:
    cases = [case for case in corpus.honest() if "plain" not in case.facts]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda case: run_plainly(case, tmp_path / case.name), cases))
    wrong = [said for said in outcomes if said]
    assert not wrong, "\n\n".join(wrong)


def test_canonical_solutions_pass_and_stubs_do_not(tmp_path: Path) -> None:
    for number, task in enumerate(corpus.tasks().values()):
        solution = f"{task.prompt}\n{task.canonical_solution}"
        stub = f"{task.prompt}\n    unimplemented!()\n}}"
        assert not compile_and_run(solution, task.test, task.edition, tmp_path / f"{number}")
        assert compile_and_run(stub, task.test, task.edition, tmp_path / f"{number}-stub")


def run_plainly(case: Case, folder: Path) -> str:
    """Return the complaint of ``rustc --test`` about a case, empty if its tests pass."""
    # Renamed, because honest programs bring a module of this name, too; only ours is run.
    tests = case.task.test.replace("mod tests", "mod redteam_tests")
    said = compile_and_run(case.source(), tests, case.task.edition, folder, "redteam_tests")
    return f"{case.name}: {said}" if said else ""


def compile_and_run(source: str, tests: str, edition: str, folder: Path, only: str = "") -> str:
    folder.mkdir()
    (folder / "plain.rs").write_text(f"{source}\n\n{tests}\n", encoding="utf-8")
    rustc = [str(find_toolchain().rustc), "--test", f"--edition={edition}", "-Awarnings"]
    compiled = subprocess.run(
        [*rustc, "-Cdebuginfo=0", "-Cprefer-dynamic", "-Crpath", "plain.rs"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if compiled.returncode:
        return compiled.stderr
    environment = {name: value for name, value in os.environ.items() if name != "RUST_BACKTRACE"}
    ran = subprocess.run(
        ["./plain", *([only] if only else [])],
        cwd=folder,
        capture_output=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    said = (ran.stdout + ran.stderr).decode("utf-8", "replace")
    return said if ran.returncode or "0 passed" in said else ""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalpkg.errors import ConfigError
from evalpkg.evidence import seal_run
from evalpkg.evidence.manifest import covered_files
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.shards import Shard
from evalpkg.verify import verify_run
from evalpkg.verify.check import Check, Report
from tests.unit.runs.result_records import ROLES, TASKS
from tests.unit.runs.result_runs import begin_run, finished_run, write_metrics


@pytest.fixture
def run(tmp_path: Path) -> RunLayout:
    return finished_run(tmp_path / "run")


def failures(report: Report) -> dict[str, str]:
    """Problems of each failed check, as one text."""
    return {check.name: "\n".join(check.problems) for check in report.checks if not check.ok}


def test_an_untouched_run_holds(run: RunLayout) -> None:
    report = verify_run(run.root)
    assert failures(report) == {}
    assert report.ok
    assert len(report.checks) >= 13


def test_each_check_is_told_as_soon_as_it_is_made(run: RunLayout) -> None:
    told: list[Check] = []
    told_before_the_reports: list[int] = []

    def render(root: Path) -> dict[Path, str]:
        told_before_the_reports.append(len(told))
        return {}

    report = verify_run(run.root, render_reports=render, tell=told.append)
    assert tuple(told) == report.checks
    assert told_before_the_reports == [len(told) - 1]


def test_a_run_may_still_have_its_working_files_or_not(run: RunLayout) -> None:
    run.progress.write_text("{}")
    assert verify_run(run.root).ok
    run.root.joinpath("progress.json.7.partial").write_text("{")  # what replaces it
    assert verify_run(run.root).ok
    for path in run.work.iterdir():
        path.unlink()
    run.work.rmdir()
    assert verify_run(run.root).ok


@pytest.mark.slow
def test_one_flipped_bit_in_any_file_is_found_and_the_file_named(run: RunLayout) -> None:
    run.html.write_text("<html></html>")
    seal_run(run)
    covered = list(covered_files(run))
    assert len(covered) == 10
    for path in [*covered, run.statement, run.manifest]:
        content = path.read_bytes()
        for place in (0, len(content) // 3, len(content) - 2):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            found = failures(verify_run(run.root))
            if path in covered:
                name = path.relative_to(run.root).as_posix()
                assert f"{name}: sha256 is" in found["files"], (path, place)
            else:
                assert path.name in "\n".join(found.values()), (path, place)
        path.write_bytes(content)
    assert verify_run(run.root).ok


def test_a_missing_and_an_added_file_are_named(run: RunLayout) -> None:
    run.metrics(Mode.POLICY).unlink()
    (run.root / "policy" / "more.txt").write_text("x")
    found = failures(verify_run(run.root))["files"]
    assert "policy/metrics.json: missing" in found
    assert "policy/more.txt: not in the manifest" in found


def test_files_of_another_program_are_named_and_a_folder_of_them_in_one_line(
    run: RunLayout,
) -> None:
    (run.root / "notes").mkdir()
    for name in ("notes/a.txt", "notes/b.txt", "policy/more.txt", "policy/less.txt", "mine.txt"):
        (run.root / name).write_text("x")
    seal_run(run)
    report = verify_run(run.root)
    assert report.ok
    told = [text for text in report.left_out if "evalpkg" in text]
    assert told == [
        "notes/: 2 files that evalpkg does not write for this run",
        *(
            f"{name}: not a file that evalpkg writes for this run"
            for name in ("mine.txt", "policy/less.txt", "policy/more.txt")
        ),
    ]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/etc/hostname")])
def test_what_is_no_plain_file_is_not_opened(run: RunLayout, make: Callable[[Path], None]) -> None:
    run.metadata.unlink()
    make(run.metadata)
    assert "eval_metadata.json: not a plain file" in failures(verify_run(run.root))["plain files"]


def change_rows(layout: RunLayout, modes: list[Mode], change: Callable[[list[Any]], None]) -> None:
    """Change the fine-tuned model's rows and make the manifest fit again, as a forger would."""
    for mode in modes:
        path = layout.samples(mode, Role.FINETUNED)
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        change(rows)
        lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
        path.write_text("".join(line + "\n" for line in lines), "utf-8")
    seal_run(layout)


def test_a_dropped_row_is_named(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows.pop(3))
    found = failures(verify_run(run.root))
    assert "no-policy/finetuned T/1 1: no row" in found["completeness"]
    assert "policy/finetuned T/1 1: no row" in found["completeness"]
    assert "roles.finetuned.judged: 6, expected 5" in found["metrics (no-policy)"]


def test_an_added_row_is_named(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows.append({**rows[-1], "index": 2}))
    found = failures(verify_run(run.root))
    assert "finetuned T/2 2: a row that nobody asked for" in found["completeness"]


def test_of_very_many_problems_the_first_are_shown(run: RunLayout) -> None:
    def many(rows: list[Any]) -> None:
        rows += [{**rows[-1], "index": index} for index in range(2, 2002)]

    change_rows(run, [Mode.POLICY], many)
    check = next(c for c in verify_run(run.root).checks if c.name == "completeness")
    assert check.detail == "2,000 problems, the first 50 of them"
    assert len(check.problems) == 50


def test_a_part_of_a_run_is_complete_with_its_part(tmp_path: Path) -> None:
    layout = begin_run(tmp_path / "run", 2, Shard(1, 3))
    write_mode_files(layout, TASKS, ROLES, list(Mode), 2)
    write_metrics(layout, 2)
    seal_run(layout)
    report = verify_run(layout.root)
    assert failures(report) == {}
    assert any("part 1/3 of it" in check.detail for check in report.checks)


def test_a_row_there_twice_is_named(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows.insert(1, rows[0]))
    assert "T/0 0: 2 rows, expected one" in failures(verify_run(run.root))["completeness"]


def test_rows_out_of_order_are_named(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows.reverse())
    assert "not ordered" in failures(verify_run(run.root))["completeness"]


def test_a_pass_that_does_not_follow_from_the_verdict_is_named(run: RunLayout) -> None:
    change_rows(run, [Mode.POLICY], lambda rows: rows[5].update(passed=True))
    found = failures(verify_run(run.root))
    assert "policy/finetuned T/2 1: passed is True, expected False" in found["passed"]
    assert set(found) >= {"passed", "metrics (policy)"}


def test_a_verdict_changed_in_one_mode_is_named(run: RunLayout) -> None:
    change = {"verdict": VerdictKind.TIMEOUT.value, "passed": False}
    change_rows(run, [Mode.NO_POLICY], lambda rows: rows[0].update(change))
    found = failures(verify_run(run.root))
    assert "finetuned T/0 0: the modes differ in verdict" in found["modes"]
    assert "metrics (no-policy)" in found
    assert "metrics (policy)" not in found


def test_a_row_dropped_in_one_mode_is_named(run: RunLayout) -> None:
    change_rows(run, [Mode.POLICY], lambda rows: rows.pop(0))
    assert failures(verify_run(run.root))["modes"] == "finetuned T/0 0: only in no-policy"


def test_a_verdict_changed_in_both_modes_shows_in_the_metrics(run: RunLayout) -> None:
    change = {"verdict": VerdictKind.TIMEOUT.value, "passed": False}
    change_rows(run, list(Mode), lambda rows: rows[0].update(change))
    found = failures(verify_run(run.root))
    assert set(found) == {"metrics (no-policy)", "metrics (policy)"}
    assert "roles.finetuned.pass_at_k[0].value: 1.0, expected 0.83" in found["metrics (no-policy)"]


def test_a_pass_without_a_program_that_compiled_is_named(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows[0].update(compile_ok=None))
    found = failures(verify_run(run.root))["passed"]
    assert "finetuned T/0 0: passed with compile_ok None, expected True" in found


def test_samples_of_one_task_made_from_two_prompts_are_named(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows[1].update(prompt_sha256="ff" * 32))
    assert "finetuned T/0 1: prompt ffff" in failures(verify_run(run.root))["prompts"]


def test_a_row_written_another_way_is_named(run: RunLayout) -> None:
    path = run.samples(Mode.NO_POLICY, Role.BASE)
    path.write_text(path.read_text("utf-8").replace('","index"', '", "index"', 1), "utf-8")
    seal_run(run)
    found = failures(verify_run(run.root))["rows"]
    assert "base_model_samples.jsonl, line 1: not in canonical form" in found


def change_json(path: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text("utf-8"))
    change(value)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def test_a_changed_metric_is_named(run: RunLayout) -> None:
    def better(metrics: Any) -> None:
        metrics["roles"]["base"]["pass_at_k"][0]["value"] += 0.001

    change_json(run.metrics(Mode.NO_POLICY), better)
    seal_run(run)
    found = failures(verify_run(run.root))
    assert set(found) == {"metrics (no-policy)"}
    assert "no-policy/metrics.json, roles.base.pass_at_k[0].value" in found["metrics (no-policy)"]


def test_settings_of_the_statistics_that_are_not_the_release_s_are_named(run: RunLayout) -> None:
    change_json(run.metrics(Mode.POLICY), lambda m: m["settings"].update(alpha=0.2))
    seal_run(run)
    assert "alpha: 0.05 -> 0.2" in failures(verify_run(run.root))["metrics (policy)"]


def test_a_metric_left_out_is_named(run: RunLayout) -> None:
    change_json(run.metrics(Mode.POLICY), lambda m: m["roles"]["base"]["per_task"].pop())
    change_json(run.metrics(Mode.POLICY), lambda m: m["roles"]["base"].pop("asked"))
    seal_run(run)
    found = failures(verify_run(run.root))["metrics (policy)"]
    assert "roles.base.per_task: 2 entries, expected 3" in found
    assert "roles.base.asked: missing" in found


def test_rounding_of_another_computer_is_not_a_change(run: RunLayout) -> None:
    def round_differently(metrics: Any) -> None:
        metrics["roles"]["base"]["pass_at_k"][0]["value"] += 1e-15

    change_json(run.metrics(Mode.NO_POLICY), round_differently)
    seal_run(run)
    assert verify_run(run.root).ok


def test_asking_for_less_afterwards_is_found(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows.__delitem__(slice(1, None, 2)))
    change_json(run.metadata, lambda metadata: metadata.update(num_samples=1))
    seal_run(run)
    found = failures(verify_run(run.root))
    assert "num_samples: 2 -> 1" in found["configuration"]


def test_metadata_that_name_another_data_set_than_the_manifest_are_found(run: RunLayout) -> None:
    change_json(run.metadata, lambda metadata: metadata["dataset"].update(sha256="99" * 32))
    change_json(run.metadata, lambda metadata: metadata["tool"].update(version="9"))
    found = failures(verify_run(run.root))
    assert "inputs.dataset.sha256" in found["inputs"]
    assert "tool: not the one in eval_metadata.json" in found["inputs"]
    assert "eval_metadata.json" in found["files"]


def test_a_template_that_the_settings_do_not_name_is_found(run: RunLayout) -> None:
    def claim(metadata: Any) -> None:
        names = {"base_model": "the base model", "checkpoint_path": "tuned"}
        metadata["arguments"].update(backend="transformers", finetuned_template="adapter", **names)
        metadata["models"]["finetuned"].update(name="the base model", adapter="tuned")
        told = {"backend": "transformers", "finetuned_chat_template_sha256": "77" * 32}
        metadata["generation"] = told

    change_json(run.metadata, claim)
    found = failures(verify_run(run.root))["metadata"]
    assert "finetuned_template is 'base', expected 'adapter'" in found
    assert "finetuned_chat_template_sha256 is '7777" in found


def test_a_changed_root_is_named(run: RunLayout) -> None:
    change_json(run.manifest, lambda manifest: manifest["samples"].update(root="00" * 32))
    found = failures(verify_run(run.root))
    assert "manifest.json, samples.root" in found["Merkle root"]
    assert "statement" in found


def test_a_statement_that_says_more_is_named(run: RunLayout) -> None:
    def boast(statement: Any) -> None:
        statement["predicate"]["claims"][1]["passed"] = True

    change_json(run.statement, boast)
    found = failures(verify_run(run.root))
    assert set(found) == {"statement"}
    assert "predicate.claims" in found["statement"]


def test_without_a_manifest_the_rest_is_still_checked(run: RunLayout) -> None:
    run.manifest.unlink()
    found = failures(verify_run(run.root))
    assert "manifest.json" in found["files"]
    assert "completeness" not in found


def test_a_file_that_many_checks_need_is_complained_about_once(run: RunLayout) -> None:
    run.metadata.write_text("{")
    report = verify_run(run.root)
    assert sum("not valid JSON" in "".join(check.problems) for check in report.checks) == 1
    assert not any(check.ok for check in report.checks if check.name in ("rows", "modes"))


def test_control_characters_of_a_model_do_not_reach_the_terminal(run: RunLayout) -> None:
    change_rows(run, list(Mode), lambda rows: rows[0].update(task_id="\x1b[2J\n"))
    found = failures(verify_run(run.root))["completeness"]
    assert "\\x1b[2J\\n" in found
    assert "\x1b" not in found


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a directory"):
        verify_run(tmp_path / "nothing")
    assert not verify_run(tmp_path).ok

"""``evalpkg score`` on files as other harnesses write them."""

import json
import random
import signal
from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from evalpkg.models import Task
from tests.integration.run.command import Victim, evalpkg, read_lines, succeed

VERDICTS = ("--verdicts-only", "--output-dir")


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rows(tasks: list[Task]) -> list[dict[str, object]]:
    """Right, wrong and empty answers, the tasks interleaved, with keys of another harness."""
    one, two = tasks[0], tasks[1]
    found: list[dict[str, object]] = [
        {"task_id": one.task_id, "completion": one.canonical_solution, "lp": -1.5},
        {"task_id": two.task_id, "completion": "    todo!()\n}\n", "passed": True},
        {"task_id": one.task_id, "completion": ""},
        {"task_id": two.task_id, "completion": two.canonical_solution, "tags": ["a", {"b": None}]},
        {"task_id": one.task_id, "completion": '    let x: i32 = "no";\n    todo!()\n}\n'},
        {"task_id": one.task_id, "completion": one.canonical_solution + "\nfn main() {}\n"},
    ]
    return [{**row, "model": "m"} for row in found]


def test_every_row_gets_its_verdict_in_its_place(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    succeed("score", write(tmp_path / "s.jsonl", rows), *VERDICTS, tmp_path / "out")
    found = read_lines(tmp_path / "out/verdicts.jsonl")
    assert [row["task_id"] for row in found] == [row["task_id"] for row in rows]
    assert [row["index"] for row in found] == [0, 0, 1, 1, 2, 3]
    assert [row["verdict"] for row in found] == [
        *("passed", "panicked", "no_code", "passed", "compile_error", "passed"),
    ]
    assert [row["passed"] for row in found] == [True, False, False, True, False, True]
    assert [row["compile_ok"] for row in found] == [True, True, None, True, False, True]
    assert [row["main_free"] for row in found] == [True, True, True, True, True, False]
    assert found[4]["error_code"] == "E0308"
    assert found[4]["detail"]
    assert not list((tmp_path / "out").glob("*metadata*"))  # verdicts, and nothing about them


def test_other_keys_are_carried_through_and_ours_win(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    succeed("score", write(tmp_path / "s.jsonl", rows), *VERDICTS, tmp_path / "out")
    found = read_lines(tmp_path / "out/verdicts.jsonl")
    assert (found[0]["model"], found[0]["lp"]) == ("m", -1.5)
    assert found[1]["passed"] is False
    assert found[3]["tags"] == ["a", {"b": None}]
    assert [row["completion"] for row in found] == [row["completion"] for row in rows]


def test_given_indices_are_kept_and_blank_lines_skipped(tmp_path: Path, tasks: list[Task]) -> None:
    one = tasks[0]
    line = json.dumps({"task_id": one.task_id, "completion": one.canonical_solution, "index": 7})
    (tmp_path / "s.jsonl").write_bytes(f"\n{line}\r\n\n{line}".encode())
    succeed("score", tmp_path / "s.jsonl", *VERDICTS, tmp_path / "out")
    assert [row["index"] for row in read_lines(tmp_path / "out/verdicts.jsonl")] == [7, 7]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    failed = evalpkg("score", write(tmp_path / "s.jsonl", []), "--output-dir", tmp_path / "out")
    assert failed.returncode == ExitCode.DATA
    assert "holds no samples" in failed.stderr
    assert not (tmp_path / "out").exists()


def test_every_bad_line_is_named_before_anything_is_judged(
    tmp_path: Path, tasks: list[Task]
) -> None:
    good = json.dumps({"task_id": tasks[0].task_id, "completion": tasks[0].canonical_solution})
    bad = {
        '{"task_id": "CodeGen/x", "compl': "line 2: not valid JSON",
        "[1, 2]": "line 3: expected a JSON object",
        '{"completion": "x"}': "line 4: no 'task_id'",
        '{"task_id": "T"}': "line 5: no 'completion'",
        '{"task_id": [5], "completion": "x"}': "line 6: 'task_id' is not a text",
        '{"task_id": "CodeGen/53bba69a5d8", "completion": "x"}': "line 7: task",
        '{"task_id": "CodeGen/53bba69a5d80", "completion": "", "index": -1}': "line 8: 'index'",
    }
    (tmp_path / "s.jsonl").write_text("\n".join([good, *bad, good, ""]))
    failed = evalpkg("score", tmp_path / "s.jsonl", "--output-dir", tmp_path / "out")
    assert failed.returncode == ExitCode.DATA
    for complaint in ("7 rows cannot be read", "Did you mean", *bad.values()):
        assert complaint in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (tmp_path / "out").exists()


def test_a_directory_belongs_to_one_file(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    samples, out = write(tmp_path / "s.jsonl", rows[:4]), tmp_path / "out"
    arguments = ("score", samples, "--no-cache", *VERDICTS, out)
    succeed(*arguments)
    before = (out / "verdicts.jsonl").read_bytes()
    assert "4 rows were judged before" in succeed(*arguments)
    assert (out / "verdicts.jsonl").read_bytes() == before
    other = write(tmp_path / "b.jsonl", [rows[0], {**rows[1], "completion": rows[3]["completion"]}])
    failed = evalpkg("score", other, *VERDICTS, out)
    assert failed.returncode == ExitCode.USAGE
    assert "belongs to another file" in failed.stderr
    refused = evalpkg(*arguments, "--timeout", "3")
    assert refused.returncode == ExitCode.USAGE
    assert "timeout: 10.0 -> 3.0" in refused.stderr
    assert (out / "verdicts.jsonl").read_bytes() == before
    write(samples, rows)
    grown = evalpkg(*arguments)
    assert grown.returncode == ExitCode.USAGE
    assert "s.jsonl of the base model has changed since the run began" in grown.stderr


def test_a_score_directory_is_a_run_directory(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    """pass@k over the answered tasks, JSON, and what other commands make of it."""
    samples, out = write(tmp_path / "s.jsonl", [{**row, "model": "m"} for row in rows]), "out"
    told = json.loads(succeed("score", samples, "--output-dir", tmp_path / out, "--json"))
    assert told["verdicts"]["passed"] == 3
    own = told["modes"]["no-policy"]["roles"]["base"]
    assert (own["asked"], own["absent"], own["judged"]) == (6, 0, 6)
    assert own["pass_at_k"][0]["k"] == 1
    assert own["pass_at_k"][0]["value"] == pytest.approx(0.5)
    assert own["pass_at_k"][0]["new_tasks"]["low"] > 0
    assert "178 of 180 tasks have no sample" in told["notes"][0]
    assert "everything holds" in succeed("verify", tmp_path / out)
    assert "6 of 6 samples generated, 6 judged" in succeed("status", tmp_path / out)
    replayed = succeed(
        *("run", "--backend", "replay", "--replay-base", f"{tmp_path / out}:base"),
        *("--replay-finetuned", samples, "--k-values", "1", "--num-samples", "2"),
        *("--task-ids", f"{rows[0]['task_id']},{rows[1]['task_id']}"),
        *("--output-dir", tmp_path / "again"),
    )
    assert "difference of 0.0 points" in replayed


def test_two_models_are_compared_and_never_lumped_together(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    wrong = [{**row, "completion": "    todo!()\n}\n", "model": "old"} for row in rows[:2]]
    right = [{**row, "model": "new"} for row in (rows[0], rows[3])]
    both = write(tmp_path / "both.jsonl", [*wrong, *right])
    failed = evalpkg("score", both, "--output-dir", tmp_path / "out")
    assert failed.returncode == ExitCode.DATA
    assert "2 models, by their model: new, old" in failed.stderr
    arguments = ("--base", f"{both}:old", "--finetuned", f"{both}:new", "--json")
    told = json.loads(succeed("score", *arguments, "--output-dir", tmp_path / "compared"))
    compared = told["modes"]["no-policy"]["comparison"]["pass_at_k"][0]
    assert compared["value"] == 1.0
    found = read_lines(tmp_path / "compared/verdicts.jsonl")
    assert [row["role"] for row in found] == ["base"] * 2 + ["finetuned"] * 2
    report = (tmp_path / "compared/combined_summary.md").read_text("utf-8")
    assert "Fine-tuned ahead on 2 tasks" in report


def test_a_kill_costs_nothing_that_was_saved(tmp_path: Path, distinct_samples: Path) -> None:
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    options = ("score", distinct_samples, "--no-cache", "--timeout", "2", *VERDICTS)
    succeed(*options, tmp_path / "whole")
    arguments = (*options, tmp_path / "broken")
    log = tmp_path / "broken/work/verdicts.jsonl"
    hit = 0
    for _ in range(3):
        before = log.stat().st_size if log.exists() else 0
        more = moments.randrange(1, 5000)
        status = Victim(*arguments).kill_when(
            lambda at=before + more: log.exists() and log.stat().st_size >= at
        )
        hit += status == -signal.SIGKILL
    succeed(*arguments)
    assert hit, f"no kill came in time (seed {seed})"
    assert (tmp_path / "broken/verdicts.jsonl").read_bytes() == (
        tmp_path / "whole/verdicts.jsonl"
    ).read_bytes(), f"seed {seed}"
    rows = [(record["task_id"], record["index"]) for record in read_lines(log)]
    assert len(rows) == len(set(rows)) == 320, f"seed {seed}"


def test_interrupted_scoring_ends_with_130(tmp_path: Path, distinct_samples: Path) -> None:
    log = tmp_path / "out/work/verdicts.jsonl"
    arguments = ("score", distinct_samples, "--no-cache", *VERDICTS, tmp_path / "out")
    status = Victim(*arguments).kill_when(lambda: log.exists(), signal.SIGINT)
    assert status == ExitCode.INTERRUPTED


def test_a_log_that_is_torn_is_mended_and_one_that_is_damaged_is_named(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    samples, out = write(tmp_path / "s.jsonl", rows), tmp_path / "out"
    arguments = ("score", samples, *VERDICTS, out)
    succeed(*arguments)
    before = (out / "verdicts.jsonl").read_bytes()
    log = out / "work/verdicts.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    assert "5 rows were judged before" in succeed(*arguments)
    assert (out / "verdicts.jsonl").read_bytes() == before
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([*lines[:2], '{"row": 2, "digest":', *lines[3:], ""]), "utf-8")
    done = evalpkg(*arguments)
    assert done.returncode == ExitCode.DATA
    assert f"{log}, line 3" in done.stderr
    assert "Keep the lines before 3" in done.stderr

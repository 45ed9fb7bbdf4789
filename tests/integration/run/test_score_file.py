"""``evalpkg score`` on files as other harnesses write them."""

import json
import random
import signal
from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from evalpkg.models import Task
from tests.integration.run.command import Victim, evalpkg, read_lines, succeed


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rows(tasks: list[Task]) -> list[dict[str, object]]:
    """Right, wrong and empty answers, the tasks interleaved, with keys of another harness."""
    one, two = tasks[0], tasks[1]
    return [
        {"task_id": one.task_id, "completion": one.canonical_solution, "model": "m", "lp": -1.5},
        {"task_id": two.task_id, "completion": "    todo!()\n}\n", "passed": True},
        {"task_id": one.task_id, "completion": ""},
        {"task_id": two.task_id, "completion": two.canonical_solution, "tags": ["a", {"b": None}]},
        {"task_id": one.task_id, "completion": '    let x: i32 = "no";\n    todo!()\n}\n'},
        {"task_id": one.task_id, "completion": one.canonical_solution + "\nfn main() {}\n"},
    ]


def test_every_row_gets_its_verdict_in_its_place(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    succeed("score", write(tmp_path / "s.jsonl", rows), "--output-dir", tmp_path / "out")
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


def test_other_keys_are_carried_through_and_ours_win(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    succeed("score", write(tmp_path / "s.jsonl", rows), "--output-dir", tmp_path / "out")
    found = read_lines(tmp_path / "out/verdicts.jsonl")
    assert (found[0]["model"], found[0]["lp"]) == ("m", -1.5)
    assert found[1]["passed"] is False
    assert found[3]["tags"] == ["a", {"b": None}]
    assert [row["completion"] for row in found] == [row["completion"] for row in rows]


def test_given_indices_are_kept_and_blank_lines_skipped(tmp_path: Path, tasks: list[Task]) -> None:
    one = tasks[0]
    line = json.dumps({"task_id": one.task_id, "completion": one.canonical_solution, "index": 7})
    (tmp_path / "s.jsonl").write_bytes(f"\n{line}\r\n\n{line}".encode())
    succeed("score", tmp_path / "s.jsonl", "--output-dir", tmp_path / "out")
    assert [row["index"] for row in read_lines(tmp_path / "out/verdicts.jsonl")] == [7, 7]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    failed = evalpkg("score", write(tmp_path / "s.jsonl", []), "--output-dir", tmp_path / "out")
    assert failed.returncode == ExitCode.DATA
    assert "holds no samples" in failed.stderr
    assert not (tmp_path / "out").exists()


def test_another_file_in_the_same_directory_is_refused(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    write(tmp_path / "a.jsonl", rows[:1])
    write(tmp_path / "b.jsonl", rows[1:2])
    succeed("score", tmp_path / "a.jsonl", "--output-dir", tmp_path / "out")
    before = (tmp_path / "out/verdicts.jsonl").read_bytes()
    failed = evalpkg("score", tmp_path / "b.jsonl", "--output-dir", tmp_path / "out")
    assert failed.returncode == ExitCode.USAGE
    assert "verdicts of another file" in failed.stderr
    assert (tmp_path / "out/verdicts.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"task_id": "CodeGen/x", "compl', "line 2: not valid JSON"),
        ("[1, 2]", "line 2: expected a JSON object"),
        ('{"completion": "x"}', "line 2: no 'task_id'"),
        ('{"task_id": "T"}', "line 2: no 'completion'"),
        ('{"task_id": 5, "completion": "x"}', "line 2: 'task_id' is not a text"),
        ('{"task_id": "CodeGen/53bba69a5d8", "completion": "x"}', "Did you mean"),
        ('{"task_id": "T", "completion": "x"}', "task 'T' is not in the data set"),
        ('{"task_id": "CodeGen/53bba69a5d80", "completion": "", "index": -1}', "'index'"),
    ],
)
def test_a_bad_line_is_named_before_anything_is_judged(
    tmp_path: Path, tasks: list[Task], text: str, complaint: str
) -> None:
    good = json.dumps({"task_id": tasks[0].task_id, "completion": tasks[0].canonical_solution})
    (tmp_path / "s.jsonl").write_text(f"{good}\n{text}\n{good}\n")
    failed = evalpkg("score", tmp_path / "s.jsonl", "--output-dir", tmp_path / "out")
    assert failed.returncode == ExitCode.DATA
    assert complaint in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (tmp_path / "out").exists()


def test_a_second_call_judges_nothing_and_new_rows_only_themselves(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    samples = write(tmp_path / "s.jsonl", rows[:4])
    arguments = ("score", samples, "--output-dir", tmp_path / "out", "--no-cache")
    succeed(*arguments)
    before = (tmp_path / "out/verdicts.jsonl").read_bytes()
    assert "4 rows were judged before" in succeed(*arguments)
    assert (tmp_path / "out/verdicts.jsonl").read_bytes() == before
    write(samples, rows)
    assert "4 rows were judged before" in succeed(*arguments)
    assert (tmp_path / "out/verdicts.jsonl").read_bytes().startswith(before)


def test_a_changed_row_is_judged_again(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    samples = write(tmp_path / "s.jsonl", rows[:2])
    succeed("score", samples, "--output-dir", tmp_path / "out")
    write(samples, [rows[0], {**rows[1], "completion": rows[3]["completion"]}])
    assert "1 rows were judged before" in succeed(
        "score", samples, "--output-dir", tmp_path / "out"
    )
    assert read_lines(tmp_path / "out/verdicts.jsonl")[1]["passed"] is True


def test_other_conditions_in_the_same_directory_are_refused(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    samples = write(tmp_path / "s.jsonl", rows[:1])
    succeed("score", samples, "--output-dir", tmp_path / "out")
    refused = evalpkg("score", samples, "--output-dir", tmp_path / "out", "--timeout", "3")
    assert refused.returncode == ExitCode.USAGE
    assert "timeout_s: 10.0 -> 3.0" in refused.stderr


def test_a_kill_costs_nothing_that_was_saved(tmp_path: Path, distinct_samples: Path) -> None:
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    options = ("score", distinct_samples, "--no-cache", "--timeout", "2", "--output-dir")
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
    rows = [record["row"] for record in read_lines(log)]
    assert len(rows) == len(set(rows)) == 320, f"seed {seed}"


def test_a_torn_last_line_of_the_log_is_judged_again(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    samples = write(tmp_path / "s.jsonl", rows)
    succeed("score", samples, "--output-dir", tmp_path / "out")
    before = (tmp_path / "out/verdicts.jsonl").read_bytes()
    log = tmp_path / "out/work/verdicts.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    assert "5 rows were judged before" in succeed(
        "score", samples, "--output-dir", tmp_path / "out"
    )
    assert (tmp_path / "out/verdicts.jsonl").read_bytes() == before


def test_interrupted_scoring_ends_with_130(tmp_path: Path, distinct_samples: Path) -> None:
    log = tmp_path / "out/work/verdicts.jsonl"
    arguments = ("score", distinct_samples, "--output-dir", tmp_path / "out", "--no-cache")
    status = Victim(*arguments).kill_when(lambda: log.exists(), signal.SIGINT)
    assert status == ExitCode.INTERRUPTED


@pytest.mark.parametrize("line", ['{"row": 2, "digest":', '{"row": -1}', '{"row": 0}', "[]"])
def test_a_damaged_log_is_named_with_its_line_and_cure(
    tmp_path: Path, rows: list[dict[str, object]], line: str
) -> None:
    samples, out = write(tmp_path / "s.jsonl", rows), tmp_path / "out"
    succeed("score", samples, "--output-dir", out)
    log = out / "work/verdicts.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([*lines[:2], line, *lines[3:], ""]), encoding="utf-8")
    done = evalpkg("score", samples, "--output-dir", out)
    assert done.returncode == ExitCode.DATA
    assert f"{log}, line 3" in done.stderr
    assert "Keep the lines before 3" in done.stderr


def test_a_task_whose_tests_cannot_be_used_is_named_as_the_tasks_fault(tmp_path: Path) -> None:
    prompt, answer = "fn one() -> i32 {", "    1\n}\n"
    tests = ("#[test] fn t() { assert_eq!(one(), 1); }", '#[test] fn t() { let _: i8 = ""; }')
    tasks = [
        {"task_id": f"own/{n}", "prompt": prompt, "entry_point": "one", "test": test}
        for n, test in enumerate(tests)
    ]
    rows: list[dict[str, object]] = [
        {"task_id": task["task_id"], "completion": answer} for task in tasks
    ]
    write(tmp_path / "t.jsonl", [dict(task) for task in tasks])
    done = evalpkg(
        *("score", write(tmp_path / "s.jsonl", rows), "--dataset", tmp_path / "t.jsonl"),
        *("--output-dir", tmp_path / "out"),
    )
    assert done.returncode == ExitCode.DATA
    assert "own/1: error[E0308]" in done.stderr
    assert "tries them again" not in done.stderr
    found = read_lines(tmp_path / "out/verdicts.jsonl")
    assert [row["verdict"] for row in found] == ["passed", "task_fault"]
    assert found[1]["compile_ok"] is None

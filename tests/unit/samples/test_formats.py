"""Samples of every harness are read as the same rows; each file is shaped as theirs are."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.models import Role, Sample, Task
from evalpkg.samples import Recorded, read_recorded, unpack

TASKS = [
    Task("HumanEval_0_has_close_elements", "fn has_close_elements() {", "has_close_elements", "t"),
    Task("HumanEval_53_add", "fn add() {", "add", "t"),
]
FIRST, ADD = (task.task_id for task in TASKS)
CODE = "    x + y\n}"


def found(path: Path, model: str = "") -> list[tuple[str, str]]:
    return [(row["task_id"], row["completion"]) for row in recorded(path, model=model).rows]


def recorded(*paths: Path | str, model: str = "", packed: bool = True) -> Recorded:
    asked = {FIRST, ADD}
    return read_recorded([str(p) for p in paths], TASKS, asked, model=model, packed=packed)


def written(folder: Path, name: str, *lines: Any) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    "row",
    [
        {"task_id": ADD, "completion": CODE},
        {"task_id": ADD, "solution": CODE, "_identifier": "add_0"},
        {"task_id": "HumanEval/53", "generation": CODE},
        {"task_id": "HumanEval_53", "completion": [CODE]},
        {"name": "add", "completions": [CODE]},
        {"custom_id": f"{ADD}#0"}
        | {
            "response": {
                "status_code": 200,
                "body": {"choices": [{"message": {"content": CODE}, "finish_reason": "stop"}]},
            }
        },
        {"doc_id": 1, "doc": {"prompt": "fn add() {"}, "resps": [[CODE]], "filtered_resps": [CODE]},
        {"doc_id": 0, "doc": {"task_id": "HumanEval/53"}, "resps": [[CODE]]},
        {"name": ADD, "language": "rs", "prompt": "p", "tests": "t", "completions": [CODE]},
        {"date": "2024-01-01", "eval": {"HumanEval/53": [{"task_id": ADD, "solution": CODE}]}},
        {"task_id": ADD, "messages": [{"role": "user"}, {"role": "assistant", "content": CODE}]},
        {"task_id": ADD, "response": {"choices": [{"message": {"content": CODE}}]}},
        {"task_id": ADD, "outputs": [{"text": CODE}]},
    ],
)
def test_a_line_of_any_harness_is_a_sample(tmp_path: Path, row: dict[str, Any]) -> None:
    assert found(written(tmp_path, "s.jsonl", row)) == [(ADD, CODE)]


def test_a_list_in_one_row_is_several_samples(tmp_path: Path) -> None:
    path = written(tmp_path, "s.jsonl", {"task_id": ADD, "completion": ["a", "b"]})
    assert found(path) == [(ADD, "a"), (ADD, "b")]


def test_bigcodes_lists_follow_the_order_of_the_tasks(tmp_path: Path) -> None:
    path = written(tmp_path, "generations.json", [["a", "b"], ["c", "d"]])
    assert found(path) == [(FIRST, "a"), (FIRST, "b"), (ADD, "c"), (ADD, "d")]


def test_a_longer_list_than_the_task_set_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "generations.json", [["a"], ["b"], ["c"]])
    with pytest.raises(DataError, match="entry 2 of a list without task ids"):
        found(path)


def test_multipl_es_results_lose_their_tests(tmp_path: Path) -> None:
    tests = "}\n\nfn main() {\n    assert_eq!(add(1, 2), 3);\n}\n"
    program = "fn add(x: i32, y: i32) -> i32 {\n    x + y\n"
    result = {"program": program + tests, "status": "OK", "exit_code": 0, "stdout": ""}
    content = {"name": ADD, "language": "rs", "prompt": "p", "tests": tests, "results": [result]}
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"{ADD}.results.json.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
    assert found(folder) == [(ADD, program.rstrip())]


def test_a_folder_of_rust_files(tmp_path: Path) -> None:
    (tmp_path / f"{ADD}_0.rs").write_text("a")
    (tmp_path / "has_close_elements.rs").write_text("b")
    (tmp_path / "HumanEval_53").mkdir()
    (tmp_path / "HumanEval_53" / "1.rs").write_text("c")
    assert sorted(found(tmp_path)) == [(FIRST, "b"), (ADD, "a"), (ADD, "c")]


@pytest.mark.parametrize("name", ["own_set_add", "own-set-add", "OWN_SET_ADD_1", "own.set.add.0"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_named_by_an_id_with_other_marks_in_any_encoding(
    tmp_path: Path, name: str, encoding: str
) -> None:
    task = Task("own/set.add", "fn plus() {", "plus", "t")
    (tmp_path / f"{name}.rs").write_text("// \u00e9\n", encoding)
    rows = read_recorded([str(tmp_path)], [*TASKS, task], {task.task_id}).rows
    assert [(row["task_id"], row["completion"]) for row in rows] == [("own/set.add", "// \u00e9\n")]


def test_a_name_that_fits_two_ids_is_refused(tmp_path: Path) -> None:
    tasks = [replace(TASKS[0], task_id=name) for name in ("own/a_b", "own_a/b")]
    (tmp_path / "own_a_b.rs").write_text("a")
    with pytest.raises(DataError, match="may mean"):
        read_recorded([str(tmp_path)], tasks, {"own/a_b"})


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_file_that_is_larger_than_allowed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Any
) -> None:
    monkeypatch.setattr(unpack, "LARGEST", 4096)
    path = tmp_path / "s.jsonl"
    path.write_bytes(pack(b" " * 4096))
    assert unpack.content_of(path) == b" " * 4096
    path.write_bytes(pack(b" " * 4097))
    with pytest.raises(DataError, match="more than 4,096 bytes"):
        unpack.content_of(path)


def test_a_device_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "LARGEST", 4096)
    with pytest.raises(DataError, match="/dev/zero holds more than"):
        unpack.content_of(Path("/dev/zero"))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_packed_files_are_unpacked(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / "s.jsonl.packed"
    path.write_bytes(pack(json.dumps({"task_id": ADD, "completion": CODE}).encode()))
    assert found(path) == [(ADD, CODE)]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"task_id": "add", "completion": CODE}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line)))
    assert found(Path("-")) == [(ADD, CODE)]


def test_two_models_in_one_file_are_not_one(tmp_path: Path) -> None:
    rows = [{"task_id": ADD, "completion": name, "model": name} for name in ("a", "b")]
    path = written(tmp_path, "s.jsonl", *rows)
    with pytest.raises(DataError, match=r"2 models, by their model: a, b"):
        found(path)
    assert found(path, "b") == [(ADD, "b")]
    assert recorded(f"{path}:b").model == "b"


def test_rows_without_a_model_are_not_those_of_the_one_that_others_name(tmp_path: Path) -> None:
    rows = [{"task_id": ADD, "completion": "a", "model": "a"}, {"task_id": ADD, "completion": "b"}]
    path = written(tmp_path, "s.jsonl", *rows)
    with pytest.raises(DataError, match="1 of 2 rows have no model"):
        found(path)
    assert found(path, "a") == [(ADD, "a")]


@pytest.mark.parametrize(
    "name",
    [
        *("HumanEval/53", "HumanEval_53", "humaneval-53", "HUMANEVAL 53", "HumanEval53", 53, "53"),
        *("openai_humaneval/53", "human_eval/053", "HumanEval+/53", "HumanEvalRust/53", "Rust/53"),
        *("rust/HumanEval/53", "HumanEval_53_add", "add", " HumanEval/53 ", "HumanEvalPack/53"),
    ],
)
def test_ids_as_people_write_them(tmp_path: Path, name: str | int) -> None:
    row = {"task_id": name, "completion": CODE}
    assert found(written(tmp_path, "s.jsonl", row)) == [(ADD, CODE)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("s.csv", b"task_id,completion\n", "a table of CSV"),
        ("s.jsonl", b"PAR1....PAR1", "a Parquet table"),
        ("s.zip", b"PK\x03\x04....", "a zip archive"),
        ("s.jsonl", b'{"task_id": "add", "completion": null}\n', "line 1: 'completion' is null"),
        (
            "s.jsonl",
            b'{"name": "add", "prompt": "p", "results": null}\n',
            "'results' is not a list",
        ),
        ("s.jsonl", b'\n{"task_id": "add", "completion": "a\0b"}\n', "line 2: not valid JSON"),
        (
            "s.jsonl.gz",
            gzip.compress(b'{"task_id": "add", "completion": ""}', mtime=0)[:-9],
            "cannot be read",
        ),
        (
            "s.zst",
            zstandard.compress(b'{"task_id": "add", "completion": ""}')[:-3],
            "it is cut off",
        ),
        ("s.zst", zstandard.compress(b"{}")[:6] + b"\xff" * 9, "cannot be read"),
        ("s.jsonl", bz2.compress(b"{}"), "packed with bzip2"),
        ("s.jsonl", lzma.compress(b"{}"), "packed with xz"),
        ("s.gz", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "packed with gzip, twice"),
        ("s.gz", gzip.compress(zstandard.compress(b"{}"), mtime=0), "packed with zstd, twice"),
        ("s.jsonl", b"version https://git-lfs.github.com/spec/v1\n", "a git-lfs pointer"),
        ("s.jsonl", b"\xff\xfe{", "not valid UTF-16"),
        ("s.json", b'{"add": ["a"],\n "add": ["b"]}', "the key 'add' occurs twice"),
        (
            "s.json",
            b'[{"task_id": "add", "code": "a", "code": "b"}]',
            "the key 'code' occurs twice",
        ),
        ("s.jsonl", b'{"add": "a", "add": "b"}', "the key 'add' occurs twice"),
        ("s.json", b"3", "expected JSON objects"),
        ("s.jsonl", b'{"task_id": null, "code": ""}', "'task_id' is not a text"),
        ("s.jsonl", b'{"task_id": "add", "code": "", "index": "0"}', "'index' is not a whole"),
    ],
)
def test_other_files_are_refused_with_a_cure(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        found(path)
    assert said in refused.value.cause
    assert refused.value.cure


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n  \n"])
def test_marks_blank_lines_and_line_ends_of_other_systems(tmp_path: Path, end: str) -> None:
    lines = [json.dumps({"task_id": ADD, "completion": text}) for text in (CODE, "a\0b")]
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "".join(end + line + end for line in lines).encode())
    assert found(path) == [(ADD, CODE), (ADD, "a\0b")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_files_as_other_shells_write_them(tmp_path: Path, encoding: str, pack: Any) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    line = json.dumps({"task_id": ADD, "completion": "// \u00e9\n"}, ensure_ascii=False)
    path = tmp_path / "s.jsonl"
    path.write_bytes(pack((mark + f"{line}\r\n" * 2).encode(encoding)))
    assert found(path) == [(ADD, "// \u00e9\n")] * 2


def test_frames_that_zstd_skips_are_skipped(tmp_path: Path) -> None:
    """Pzstd writes the length of a frame into such a frame before it."""
    line = json.dumps({"task_id": ADD, "completion": CODE}).encode() + b"\n"
    frame = zstandard.compress(line)
    skipped = b"\x50\x2a\x4d\x18\x04\0\0\0" + len(frame).to_bytes(4, "little")
    path = tmp_path / "s.jsonl"
    path.write_bytes((skipped + frame) * 3)
    assert found(path) == [(ADD, CODE)] * 3


def test_frames_of_zstd_follow_each_other(tmp_path: Path) -> None:
    line = json.dumps({"task_id": ADD, "completion": CODE}).encode() + b"\n"
    path = tmp_path / "s.jsonl.zst"
    path.write_bytes(zstandard.compress(line) * 3)
    assert found(path) == [(ADD, CODE)] * 3


@pytest.mark.parametrize("content", ["", "\n\n", "[]"])
def test_a_file_without_samples_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match="holds no samples"):
        found(path)


def test_an_unknown_task_names_what_is_near(tmp_path: Path) -> None:
    path = written(tmp_path, "s.jsonl", {"task_id": "HumanEval_53_ad", "generation": "x"})
    assert found(path) == [(ADD, "x")]  # the number says it
    path = written(tmp_path, "s.jsonl", {"task_id": "HumanEvil_53_add", "generation": "x"})
    with pytest.raises(DataError) as refused:
        found(path)
    assert ADD in refused.value.cure


def test_an_inspect_log_needs_inspect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)
    path = written(tmp_path, "log.json", {"version": 2, "status": "success", "eval": {}})
    with pytest.raises(EnvironmentUnfitError, match="inspect_ai is not installed"):
        found(path)


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, "s.jsonl", {"task_id": ADD}, {"task_id": "x", "code": ""}, {"code": ""}
    )
    path.write_text(path.read_text() + "{\n[1]\n" + json.dumps({"task_id": ADD, "code": ""}) + "\n")
    with pytest.raises(DataError) as refused:
        found(path)
    said = refused.value.cause.splitlines()
    assert said[0] == "5 rows cannot be read"
    assert [f"line {n}" in line for n, line in enumerate(said[1:], 1)] == [True] * 5


def test_samples_are_numbered_without_gaps_and_keep_their_order(tmp_path: Path) -> None:
    rows = [{"task_id": ADD, "completion": str(n), "index": n} for n in (7, 3)]
    path = written(tmp_path, "s.jsonl", *rows)
    assert recorded(path).indexes == (1, 0)
    assert recorded(path, packed=False).indexes == (7, 3)
    with pytest.raises(DataError, match="sample 3 of task HumanEval_53_add is there twice"):
        recorded(path, path, packed=False)
    assert recorded(path, path).indexes == (0, 1, 2, 3)


def test_fields_of_a_sample_are_kept(tmp_path: Path) -> None:
    row = {"task_id": ADD, "solution": CODE, "finish_reason": "length", "completion_tokens": 7}
    (sample,) = recorded(written(tmp_path, "s.jsonl", row)).samples(Role.FINETUNED)
    expected = Sample(Role.FINETUNED, ADD, 0, CODE, "length", completion_tokens=7)
    assert sample == expected


def test_lm_evals_filters_show_one_answer_once(tmp_path: Path) -> None:
    rows = [{"doc_id": 1, "doc": {}, "resps": [["a"]], "filter": name} for name in ("x", "y")]
    assert found(written(tmp_path, "samples_he.jsonl", *rows)) == [(ADD, "a")]


def test_completions_of_multipl_e_stand_for_their_results(tmp_path: Path) -> None:
    content = {"name": ADD, "prompt": "p", "tests": "t", "completions": ["a"]}
    (tmp_path / f"{ADD}.json").write_text(json.dumps(content))
    results = {"name": ADD, "prompt": "p", "tests": "t", "results": [{"program": "a\nt"}]}
    (tmp_path / f"{ADD}.results.json").write_text(json.dumps(results))
    assert found(tmp_path) == [(ADD, "a")]


def test_a_batch_of_the_newer_endpoint(tmp_path: Path) -> None:
    said = {"type": "message", "content": [{"type": "output_text", "text": CODE}]}
    body = {"output": [{"type": "reasoning"}, said], "status": "completed", "model": "m"}
    row = {"custom_id": f"{ADD}#1", "response": {"status_code": 200, "body": body}}
    assert found(written(tmp_path, "out.jsonl", row)) == [(ADD, CODE)]


def test_a_failed_request_of_a_batch_is_named(tmp_path: Path) -> None:
    row = {"custom_id": ADD, "response": None, "error": {"message": "expired"}}
    with pytest.raises(DataError, match=r"failed: .*expired"):
        found(written(tmp_path, "out.jsonl", row))


def test_a_list_without_ids_needs_one_set(tmp_path: Path) -> None:
    sets = [replace(task, dataset=name) for task, name in zip(TASKS, "ab", strict=True)]
    with pytest.raises(DataError, match="2 task sets are named"):
        read_recorded([str(written(tmp_path, "g.json", [["a"]]))], sets, {FIRST, ADD})


def test_a_real_log_of_inspect(tmp_path: Path) -> None:
    inspect_ai = pytest.importorskip("inspect_ai", reason="inspect_ai is not installed")
    from inspect_ai.dataset import Sample as Asked
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.solver import generate

    outputs = [ModelOutput.from_content("mockllm/model", text) for text in "abc"]
    for output in outputs:
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    asked = [Asked(id="HumanEval/0", input="p"), Asked(id="add", input="p")]
    for form in ("eval", "json"):
        inspect_ai.eval(
            inspect_ai.Task(dataset=asked, solver=generate()),
            model=get_model("mockllm/model", custom_outputs=outputs),
            log_dir=str(tmp_path / form),
            log_format=form,
            display="none",
        )
        (log,) = (tmp_path / form).glob(f"*.{form}")
        assert found(log) == [(FIRST, "a"), (ADD, "b")]
        assert recorded(log).model == "mockllm/model"

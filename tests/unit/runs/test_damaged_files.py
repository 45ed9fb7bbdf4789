"""A damaged file of a run is named, with a cure and without a traceback, whoever reads it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evalpkg.errors import DataError, EvalError
from evalpkg.pipeline.plan import basis_of
from evalpkg.pipeline.publish import RunContent, publish
from evalpkg.pipeline.status import standing
from evalpkg.reporting.run_files import load_run
from evalpkg.store import RunLayout
from tests.unit.runs.result_runs import finished_run

Damage = Callable[[Path], object]


def rewritten(change: Callable[[bytes], bytes]) -> Damage:
    return lambda path: path.write_bytes(change(path.read_bytes()))


def with_values(value: object) -> Damage:
    """Replace every value by one of another type."""

    def change(content: bytes) -> bytes:
        try:
            objects = [json.loads(content)]
        except ValueError:
            objects = [json.loads(line) for line in content.splitlines()]
        lines = (json.dumps(dict.fromkeys(one, value)) for one in objects)
        return "".join(f"{line}\n" for line in lines).encode()

    return rewritten(change)


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Damage] = {
    "half": rewritten(lambda content: content[: len(content) // 2].rstrip() + b"\n"),
    "a list": rewritten(lambda _: b"[]\n"),
    "nothing known": rewritten(lambda _: b"{}\n"),
    "not UTF-8": rewritten(lambda content: content[:20] + b"\xff" + content[20:]),
    "conflict": rewritten(lambda content: b"<<<<<<< HEAD\n" + content),
    "packed": rewritten(lambda _: b"\x1f\x8b\x08\0"),
    "nested": rewritten(lambda _: b"[" * 9**5 + b"\n"),
    "null": with_values(None),
    "lists": with_values([]),
    "objects": with_values({"a": {}}),
    "a folder": as_folder,
}


@pytest.mark.parametrize("name", ["statement.intoto.json", "manifest.json", "prompts.jsonl"])
def test_a_folder_in_the_place_of_a_result_is_named_with_a_cure(tmp_path: Path, name: str) -> None:
    finished_run(tmp_path)
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).mkdir()
    layout = RunLayout(tmp_path)
    with pytest.raises(EvalError, match=rf"{name}.*: Is a directory"):
        publish(layout, RunContent.read(layout), None)


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("config.json", standing),
        ("work/samples.jsonl", standing),
        ("work/verdicts.jsonl", standing),
        ("tasks.jsonl", load_run),
        ("eval_metadata.json", load_run),
        ("no-policy/metrics.json", load_run),
        ("no-policy/metrics.json", basis_of),
        ("no-policy/base_model_samples.jsonl", load_run),
        ("policy/base_model_samples.jsonl", load_run),
    ],
)
def test_a_damaged_file_is_named_with_a_cure(
    tmp_path: Path, name: str, reader: Callable[[Path], object], how: str
) -> None:
    finished_run(tmp_path)
    DAMAGES[how](tmp_path / name)
    with pytest.raises(EvalError) as refused:
        reader(tmp_path)
    assert Path(name).name in refused.value.cause or name == "config.json"
    assert ": :" not in refused.value.cause
    assert refused.value.cure


@pytest.mark.parametrize(
    ("field", "value"),
    [("num_samples", None), ("num_samples", []), ("shard", 3), ("uneven", [])],
)
def test_a_setting_of_another_type_is_named(tmp_path: Path, field: str, value: object) -> None:
    layout = finished_run(tmp_path)
    config = json.loads(layout.config.read_text())
    layout.config.write_text(json.dumps(config | {field: value}))
    with pytest.raises(DataError, match=f"config.json: {field} is"):
        standing(tmp_path)

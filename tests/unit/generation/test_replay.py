import hashlib
import json

import pytest

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import GenerationSettings, ModelUsed, create_backend
from evalpkg.models import Role, Sample, Task
from evalpkg.samples import read_recorded

A = Task("a", "fn a() {", "a", "", canonical_solution="    1\n}")
B = Task("b", "fn b() {", "b", "", canonical_solution="    2\n}")


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def backend(base="", finetuned=""):
    sources = {Role.BASE: base, Role.FINETUNED: finetuned}
    recorded = {
        role: read_recorded([source], [A, B], {"a", "b"})
        for role, source in sources.items()
        if source not in ("", "canonical", "stub")
    }
    return create_backend(
        GenerationSettings(
            backend="replay", replay_base=base, replay_finetuned=finetuned, recorded=recorded
        )
    )


def line(task_id="a", completion="x", **more):
    return {"task_id": task_id, "completion": completion, **more}


def test_samples_come_back_as_recorded(tmp_path):
    recorded = line("a", "é\r\n", index=4, finish_reason="length", completion_tokens=7)
    path = write(tmp_path / "s.jsonl", [recorded, line("b", "", index=0)])
    found = list(backend(path).generate(Role.BASE, [(A, [4]), (B, [0])]))
    assert found == [
        Sample(Role.BASE, "a", 4, "é\r\n", "length", completion_tokens=7),
        Sample(Role.BASE, "b", 0, ""),
    ]


def test_lines_without_an_index_count_within_their_task(tmp_path):
    path = write(tmp_path / "s.jsonl", [line("a", "1"), line("b", "2"), line("a", "3")])
    found = backend(finetuned=path).generate(Role.FINETUNED, [(B, [0]), (A, [1, 0])])
    assert [(s.task_id, s.index, s.completion) for s in found] == [
        ("b", 0, "2"),
        ("a", 1, "3"),
        ("a", 0, "1"),
    ]


def test_canonical_and_stub_answer_any_index():
    both = backend("canonical", "stub")
    found = list(both.generate(Role.BASE, [(A, [0, 99]), (B, [5])]))
    assert [s.completion for s in found] == ["    1\n}", "    1\n}", "    2\n}"]
    stubs = list(both.generate(Role.FINETUNED, [(A, [0, 1])]))
    assert all("todo!()" in s.completion and s.completion.rstrip().endswith("}") for s in stubs)


def test_a_task_without_a_solution_cannot_be_replayed():
    with pytest.raises(DataError, match="no canonical solution"):
        list(backend("canonical").generate(Role.BASE, [(Task("c", "", "c", ""), [0])]))


def test_a_role_without_samples_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="fine-tuned model"):
        list(backend("canonical").generate(Role.FINETUNED, [(A, [0])]))


def test_a_sample_that_is_not_there_is_named(tmp_path):
    path = write(tmp_path / "s.jsonl", [line("a")])
    with pytest.raises(DataError, match=r"no sample 1 of task a"):
        list(backend(path).generate(Role.BASE, [(A, [0, 1])]))
    with pytest.raises(DataError, match=r"no sample 0 of task b"):
        list(backend(path).generate(Role.BASE, [(B, [0])]))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"completion": "x"}, "no 'task_id'"),
        ({"task_id": "a"}, "no 'completion'"),
        (line("a", None), "'completion' is null"),
        (line(["a"]), "'task_id' is not a text"),
        (line("a", index=-1), "'index' is not a whole number"),
        (line("a", index="1"), "'index' is not a whole number"),
        (line("a", index=True), "'index' is not a whole number"),
        (line("a", index=None), "'index' is not a whole number"),
    ],
)
def test_a_malformed_line_is_named_with_its_fault(tmp_path, second, message):
    path = write(tmp_path / "s.jsonl", [line("a"), second])
    with pytest.raises(DataError, match=message) as caught:
        backend(path)
    assert "line 2" in caught.value.cause


def test_a_line_that_is_cut_off_is_an_error(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(line()) + "\n" + json.dumps(line("b"))[:-9], encoding="utf-8")
    with pytest.raises(DataError, match="line 2"):
        backend(str(path))


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"none\.jsonl"):
        backend(str(tmp_path / "none.jsonl"))


def test_provenance_digests_the_file(tmp_path):
    path = write(tmp_path / "s.jsonl", [line()])
    digest = hashlib.sha256((tmp_path / "s.jsonl").read_bytes()).hexdigest()
    told = backend(path, "stub").provenance()
    assert told.models == {
        Role.BASE: ModelUsed(path, weights={"s.jsonl": digest}),
        Role.FINETUNED: ModelUsed("stub"),
    }
    json.dumps(told.as_json())

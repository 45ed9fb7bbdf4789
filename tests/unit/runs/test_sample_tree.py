from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalpkg.errors import DataError
from evalpkg.evidence.manifest import digest_of, read_manifest, write_manifest
from evalpkg.evidence.merkle import MerkleTree
from evalpkg.evidence.metadata import read_metadata
from evalpkg.evidence.row_files import RowWriter, read_row_files
from evalpkg.evidence.sample_tree import Proof, check_proof, prove, read_proof
from evalpkg.models import Mode, Role
from evalpkg.store.files import write_atomic
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.records import read_rows
from tests.unit.runs.result_records import ROLES, TASKS
from tests.unit.runs.result_runs import begin_run, finished_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunLayout:
    return finished_run(tmp_path_factory.mktemp("proofs") / "run")


@pytest.fixture
def root(run: RunLayout) -> str:
    return read_manifest(run.manifest).samples.root


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("task_id", ["T/0", "T/1", "T/2"])
@pytest.mark.parametrize("index", [0, 1])
def test_every_sample_can_be_proven_from_the_root_alone(
    run: RunLayout, root: str, role: Role, task_id: str, index: int
) -> None:
    proven = check_proof(prove(run, role, task_id, index), root)
    assert (proven.mode, proven.role) == (Mode.NO_POLICY, role)
    assert (proven.row.task_id, proven.row.index) == (task_id, index)


def test_a_proof_survives_its_file(run: RunLayout, root: str, tmp_path: Path) -> None:
    proof = prove(run, Role.BASE, "T/1", 1)
    write_atomic(tmp_path / "proof.json", proof.model_dump_json())
    assert check_proof(read_proof(tmp_path / "proof.json"), root).row.index == 1


def test_a_proof_of_a_changed_sample_does_not_hold(run: RunLayout, root: str) -> None:
    proof = prove(run, Role.BASE, "T/1", 1)
    better = proof.model_copy(
        update={"leaf": proof.leaf.replace('"passed":false', '"passed":true')}
    )
    assert better.leaf != proof.leaf
    with pytest.raises(ValueError, match="leads to root"):
        check_proof(better, root)
    with pytest.raises(ValueError, match="not to the proof's"):
        check_proof(better)


def test_the_same_row_of_the_other_model_does_not_hold(run: RunLayout, root: str) -> None:
    proof = prove(run, Role.BASE, "T/0", 0)
    other = proof.model_copy(update={"leaf": proof.leaf.replace('"base"', '"finetuned"', 1)})
    with pytest.raises(ValueError, match="leads to root"):
        check_proof(other, root)


def test_a_proof_of_another_run_does_not_hold(run: RunLayout, tmp_path: Path) -> None:
    other = finished_run(tmp_path / "other", samples=3)
    proof = prove(other, Role.BASE, "T/1", 2)
    with pytest.raises(ValueError, match="the manifest's is"):
        check_proof(proof, read_manifest(run.manifest).samples.root)


def test_a_sample_that_is_not_there_is_named(run: RunLayout) -> None:
    with pytest.raises(DataError, match="base T/1 7"):
        prove(run, Role.BASE, "T/1", 7)


@pytest.mark.parametrize(
    "change", [{"path": ["zz"]}, {"path": 1}, {"leaf": 1}, {"tree_size": 0}, {"type": "other"}]
)
def test_what_is_no_proof_is_refused(
    run: RunLayout, tmp_path: Path, change: dict[str, object]
) -> None:
    value = {**json.loads(prove(run, Role.BASE, "T/1", 1).model_dump_json()), **change}
    (tmp_path / "proof.json").write_text(json.dumps(value))
    with pytest.raises(DataError, match="not an inclusion proof"):
        read_proof(tmp_path / "proof.json")


def test_a_leaf_that_is_no_sample_does_not_hold() -> None:
    tree = MerkleTree([b"[]"])
    proof = Proof(leaf="[]", leaf_index=0, tree_size=1, path=[], root=tree.root.hex())
    with pytest.raises(ValueError, match="not a sample"):
        check_proof(proof, tree.root.hex())


def test_where_only_the_policy_mode_was_run_its_rows_are_the_leaves(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    for path in (layout.root / "no-policy").iterdir():
        path.unlink()
    manifest = write_manifest(layout, read_metadata(layout))
    assert manifest.samples.mode is Mode.POLICY
    proven = check_proof(prove(layout, Role.BASE, "T/0", 0), manifest.samples.root)
    assert proven.mode is Mode.POLICY


@pytest.mark.parametrize("modes", [list(Mode), [Mode.POLICY]])
def test_rows_are_proven_as_written_as_they_are_when_read(
    tmp_path: Path, modes: list[Mode]
) -> None:
    layout = begin_run(tmp_path / "run")
    writer = RowWriter(layout, modes)
    assert write_mode_files(layout, TASKS, ROLES, modes, 2, write=writer.write).complete
    written, read = writer.row_files(), read_row_files(layout)
    assert written is not None
    assert (written.tree, written.prompts) == (read.tree, read.prompts)
    files = [layout.samples(mode, role) for mode in modes for role in ROLES]
    assert written.digests == {path: digest_of(path) for path in files}
    assert writer.rows == {path: read_rows(path) for path in files}


def test_rows_of_others_are_read_when_a_run_is_sealed(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    writer = RowWriter(layout, [Mode.POLICY])
    write_mode_files(layout, TASKS, ROLES, [Mode.POLICY], 2, write=writer.write)
    assert writer.row_files() is None, "rows of the other mode are there too"
    writer = RowWriter(layout, list(Mode))
    write_mode_files(layout, TASKS, [Role.BASE], list(Mode), 2, write=writer.write)
    assert writer.row_files() is None, "rows of the other model are there too"

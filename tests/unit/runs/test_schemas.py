from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evalpkg.config import EvalConfig
from evalpkg.models import Mode, Role
from scripts.write_schemas import FOLDER, LINES, schemas, stale
from tests.unit.runs.result_runs import finished_run


def test_the_published_schemas_are_those_of_the_code() -> None:
    assert stale() == [], "run python scripts/write_schemas.py"
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(schemas())


def test_a_schema_that_is_missing_or_differs_is_stale(tmp_path: Path) -> None:
    assert len(stale(tmp_path)) == len(schemas())
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    changed = tmp_path / "manifest.schema.json"
    changed.write_text(changed.read_text().replace("sha256", "md5"))
    assert stale(tmp_path) == [changed]


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_has_an_id_and_is_closed(name: str) -> None:
    schema = schemas()[name]
    assert schema["$id"] == f"urn:x-evalpkg:schema:{name.removesuffix('.schema.json')}:v1"
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", ["eval_metadata", "manifest", "metrics", "proof"])
def test_every_document_states_its_version(name: str) -> None:
    schema = schemas()[f"{name}.schema.json"]
    assert schema["properties"]["schema_version"]["const"] == 1


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One document or line of each kind, of a run."""
    run = finished_run(tmp_path_factory.mktemp("schemas") / "run")
    files = {"eval_metadata": run.metadata, "manifest": run.manifest}
    files |= {"metrics": run.metrics(Mode.NO_POLICY), "task": run.tasks}
    files |= {"row": run.samples(Mode.NO_POLICY, Role.BASE)}
    lines = {name: path.read_text("utf-8") for name, path in files.items()}
    return {
        name: json.loads(text.splitlines()[0] if name in LINES else text)
        for name, text in lines.items()
    }


def problems(name: str, document: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas()[f"{name}.schema.json"])
    return [error.message for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", ["eval_metadata", "manifest", "metrics", "row", "task"])
def test_what_a_run_writes_follows_its_schema(name: str, documents: dict[str, Any]) -> None:
    assert problems(name, documents[name]) == []


def test_the_default_configuration_follows_its_schema() -> None:
    config = EvalConfig()
    bound = {k: v for k, v in config.model_dump(mode="json").items() if config.binds(k)}
    assert problems("config", bound) == []
    assert problems("config", bound | {"top_p": 1.5}) != []
    assert problems("config", {}) != []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("row", {"index": -1}),
        ("row", {"verdict": "great"}),
        ("row", {"program_sha256": "abc"}),
        ("eval_metadata", {"num_samples": 0}),
        ("task", {"tests": ""}),
    ],
)
def test_values_out_of_bounds_are_refused(
    name: str, change: dict[str, Any], documents: dict[str, Any]
) -> None:
    assert problems(name, documents[name] | change) != []


def test_a_share_above_one_is_refused(documents: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(documents["metrics"]))
    changed["roles"]["base"]["pass_at_k"][0]["value"] = 1.2
    assert problems("metrics", changed) != []


@pytest.mark.slow
def test_the_script_checks_as_a_command() -> None:
    root = FOLDER.parent.parent
    command = [sys.executable, "-m", "scripts.write_schemas", "--check"]
    assert subprocess.run(command, cwd=root, check=False).returncode == 0

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.write_schemas import FOLDER, schemas, stale


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
def test_every_document_states_its_version_and_is_closed(name: str) -> None:
    schema = schemas()[name]
    assert schema["properties"]["schema_version"]["const"] == 1
    assert schema["additionalProperties"] is False


def test_the_script_checks_as_a_command() -> None:
    root = FOLDER.parent.parent
    command = [sys.executable, "-m", "scripts.write_schemas", "--check"]
    assert subprocess.run(command, cwd=root, check=False).returncode == 0

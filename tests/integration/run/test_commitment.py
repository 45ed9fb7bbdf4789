"""A commitment that is published before a run holds for that run, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from tests.integration.run.command import evalpkg, succeed

SMALL = ("--limit", "2", "--num-samples", "2", "--k-values", "1", "--backend", "replay")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of an earlier run."""
    folder = tmp_path_factory.mktemp("earlier") / "run"
    succeed("run", *SMALL, *SOURCES["solutions"], "--noninteractive", "--output-dir", folder)
    return folder / "no-policy" / "finetuned_model_samples.jsonl"


SOURCES = {
    "solutions": ("--replay-base", "stub", "--replay-finetuned", "canonical"),
    "a file": ("--replay-base", "stub", "--replay-finetuned"),
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_run_keeps_what_was_committed_to(file: Path, tmp_path: Path, source: str) -> None:
    given = [str(file)] if source == "a file" else []
    named: tuple[str | Path, ...] = (*SMALL, *SOURCES[source], *given)
    digest = succeed("commit", *named).split()[-1]
    run: tuple[str | Path, ...] = (
        "run",
        *named,
        "--noninteractive",
        "--output-dir",
        tmp_path / "run",
    )
    other = evalpkg(*run, "--seed", "7", "--commitment", digest)
    assert other.returncode == ExitCode.USAGE
    assert "is not the one committed to" in other.stderr
    succeed(*run, "--commitment", digest)
    held = succeed("verify", tmp_path / "run", "--commitment", digest)
    assert "everything holds" in held

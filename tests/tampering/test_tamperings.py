"""A forger's changes of a real run are found, each by the check that is there for it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.integration.run.command import succeed
from tests.tampering.deeper import deeper
from tests.tampering.finding import checked, complaints
from tests.tampering.tamperings import TAMPERINGS, Needs, Tampering

KNOWN = ("--backend", "replay", "--replay-base", "stub", "--replay-finetuned", "canonical")
SMALL = ("--limit", "4", "--num-samples", "2", "--k-values", "1,2", "--noninteractive")

PAGES = ("an emptied commit and a script", "a handler in a figure of the page changed")
"""The others take seconds each."""
CHECKS = ("tasks", "samples", "programs", "extraction", "policy", "commitment")
"""Checks that need a real run; tests/unit/runs tries the others."""

FAST = [
    one
    for one in TAMPERINGS
    if (one.found_by in CHECKS and one.needs is not Needs.RESCORE) or one.name in PAGES
]
"""Every other is tried by ``python -m tests.tampering.run``."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest") / "run"
    succeed("run", *KNOWN, *SMALL, "--output-dir", folder)
    return folder


def test_the_honest_run_holds(run: Path) -> None:
    report = checked(run, needs=Needs.REGENERATE)
    assert report.ok, [check for check in report.checks if not check.ok]
    assert report.left_out == ()


@pytest.mark.parametrize("tampering", FAST, ids=lambda one: one.name)
def test_a_tampering_is_found(run: Path, tmp_path: Path, tampering: Tampering) -> None:
    found = complaints(run, tampering, tmp_path / "copy")
    assert tampering.found_by in found, found
    assert all(text for texts in found.values() for text in texts)


QUICK = (
    "*a key twice",
    "a file of another kind added",
    "an envelope that nobody signed",
    "a warning that says another number of empty answers",
    "tasks in another form",
    "one mode hidden",
    "statistics: alpha",
    "eval_metadata.json: dataset.sha256",
    "eval_metadata.json: models.*.name",
    "eval_metadata.json: generation.models.*.revision",
    "eval_metadata.json: self_check.*",
    "eval_metadata.json: arguments.auto_samples",
    "everywhere: shard",
    "everywhere: backend",
    "*row: finish_reason",
    "*row: completion_tokens",
    "*row: completion_ids_sha256",
    "task: *",
)
"""One of each kind; ``python -m tests.tampering.deeper`` tries every field."""


def test_a_change_of_any_field_is_found(run: Path, tmp_path: Path) -> None:
    tried = [one for one in deeper(run) if any(fnmatchcase(one.name, pattern) for pattern in QUICK)]
    assert len(tried) > 2 * len(QUICK)
    believed = [one.name for one in tried if not complaints(run, one, tmp_path / "copy")]
    assert believed == []


@pytest.fixture(scope="module")
def scored(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scored") / "run"
    succeed("score", run / "no-policy" / "base_model_samples.jsonl", "--output-dir", folder)
    return folder


def test_verdicts_beside_given_samples_are_those_of_the_rows(scored: Path, tmp_path: Path) -> None:
    assert checked(scored).ok
    tried = [one for one in deeper(scored) if one.name.startswith("verdict row: ")]
    believed = [one.name for one in tried if not complaints(scored, one, tmp_path / "copy")]
    assert believed == [f"verdict row: {name}" for name in ("index", "source", "policy_violations")]

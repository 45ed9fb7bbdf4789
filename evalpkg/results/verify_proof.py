"""``evalpkg verify DIR --check-proof FILE``: one sample, checked with the manifest alone."""

from __future__ import annotations

from pathlib import Path

from evalpkg.results.checks_signature import check_signature
from evalpkg.results.evidence import Evidence
from evalpkg.results.layout import RunLayout
from evalpkg.results.report import Check, Report, conclude, printable
from evalpkg.results.sample_tree import check_proof, read_proof


def verify_proof(root: Path, proof: Path, verify_key: Path | None = None) -> Report:
    """Check that a sample is one of those under the root of the manifest in ``root``.

    Nothing but ``manifest.json`` is needed there, and its signature where a key is given.

    Raises:
        ConfigError: if the key cannot be used.
        DataError: if the manifest, the proof or the signature is missing or malformed.
    """
    evidence = Evidence(RunLayout(root))
    checks = [_check(evidence, proof)]
    if verify_key is not None:
        checks.append(check_signature(evidence, verify_key))
    return Report(tuple(checks))


def _check(evidence: Evidence, path: Path) -> Check:
    trusted = evidence.manifest.samples.root
    try:
        proven = check_proof(read_proof(path), trusted)
    except ValueError as error:
        return conclude("proof", [f"{path}: {error}"], "")
    row = proven.row
    name = printable(f"{proven.role.value} {row.task_id} {row.index}")
    return Check("proof", True, f"{name} ({row.verdict.value}) is a sample under root {trusted}")

"""Checks of the signatures of a run: the signed manifest, and the statement about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.evidence import (
    PAYLOAD_TYPE,
    UNSIGNED,
    build_statement,
    commitment_of_run,
    key_id,
    load_verify_key,
    open_envelope,
    pre_authentication_encoding,
    read_metrics_documents,
    read_signature,
    signer_uri,
    verifies,
)
from evalpkg.store import RunLayout, differences, read_bytes, read_json
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence


def check_signature(evidence: Evidence, verify_key: Path | None) -> Check:
    """Check that the manifest is signed with the key that the user trusts.

    Raises:
        ConfigError: if the key cannot be used.
        DataError: if the manifest is missing, or a signature file malformed.
    """
    layout = evidence.layout
    if verify_key is None:
        signed = layout.signature.exists()
        held = "there, but not checked without --verify-key" if signed else "none"
        return conclude("signature", list(_unsigned_problems(layout)), held)
    key = load_verify_key(verify_key)
    if not layout.signature.exists():
        return conclude("signature", [f"{layout.signature.name}: missing: nobody signed"], "")
    problems = []
    if not verifies(key, read_signature(layout.signature), read_bytes(layout.manifest)):
        problems.append(
            f"{layout.signature.name}: not a signature of this manifest by {verify_key}"
        )
    if layout.envelope.exists():
        payload, signatures = open_envelope(layout.envelope)
        signed_bytes = pre_authentication_encoding(PAYLOAD_TYPE, payload)
        if not any(verifies(key, signature, signed_bytes) for _, signature in signatures):
            problems.append(f"{layout.envelope.name}: not signed by {verify_key}")
        problems += _issuer_problems(layout, key_id(key))
    elif layout.statement.exists():
        problems.append(f"{layout.envelope.name}: missing: nobody signed {layout.statement.name}")
    return conclude("signature", problems, f"by key {key_id(key)}")


def _unsigned_problems(layout: RunLayout) -> Iterator[str]:
    """List signs that a key signed only one file, or that it is not the evaluator's key."""
    for one, other in ((layout.envelope, layout.signature), (layout.signature, layout.envelope)):
        if one.exists() and not other.exists():
            yield f"{other.name}: missing, and {one.name} is there: a key signs both"
    if layout.envelope.exists():
        _, signatures = open_envelope(layout.envelope)
        signers = {signer_uri(keyid) for keyid, _ in signatures if _KEY_ID.fullmatch(keyid)}
        if _evaluator(layout) not in signers:
            yield f"{layout.statement.name}: evaluator is {_evaluator(layout)!r}, who did not sign"


_KEY_ID = re.compile("[0-9a-f]{64}")


def _issuer_problems(layout: RunLayout, keyid: str) -> list[str]:
    evaluator = _evaluator(layout)
    if evaluator == signer_uri(keyid):
        return []
    return [f"{layout.statement.name}: evaluator is {evaluator!r}, expected {signer_uri(keyid)}"]


def _evaluator(layout: RunLayout) -> str:
    try:
        return str(read_json(layout.statement)["predicate"]["evaluator"]["id"])
    except (KeyError, TypeError) as error:
        raise DataError(f"{layout.statement}: no predicate.evaluator.id") from error


def check_commitment(evidence: Evidence, expected: str) -> Check:
    """Check that the run has the configuration that was published before it.

    Args:
        evidence: the run.
        expected: the published digest; empty if the user gives none.
    """
    carried = str(evidence.metadata.arguments.get("commitment") or "")
    if not (carried or expected):
        return conclude("commitment", (), "none")
    found = commitment_of_run(evidence.layout, evidence.metadata)
    problems = []
    if carried and carried != found:
        problems.append(
            f"eval_metadata.json, arguments.commitment is {carried}, and this configuration's "
            f"digest is {found}"
        )
    if expected and expected != found:
        problems.append(f"this configuration's digest is {found}, expected {expected}")
    told = "" if expected else ", but not compared without --commitment with what was published"
    return conclude("commitment", problems, f"{found}{told}")


def check_statement(evidence: Evidence) -> Check:
    """Check that the in-toto statement agrees with manifest, metadata and metrics.

    Raises:
        DataError: if the statement, or a file that it was made from, is missing or malformed.
    """
    layout = evidence.layout
    if not layout.statement.exists():
        problems = [f"{layout.statement.name}: missing"] if layout.envelope.exists() else []
        return conclude("statement", problems, "none")
    signed = layout.envelope.exists()  # the evaluator that the statement names must have signed it
    rebuilt = build_statement(
        layout,
        evidence.manifest,
        evidence.metadata,
        read_metrics_documents(layout),
        _evaluator(layout) if signed else UNSIGNED,
    )
    problems = [
        f"{layout.statement.name}, {change}"
        for change in differences(read_json(layout.statement), rebuilt)
    ]
    if layout.envelope.exists():
        payload, _ = open_envelope(layout.envelope)
        if payload != layout.statement.read_bytes():
            problems.append(f"{layout.envelope.name}: its payload is not {layout.statement.name}")
    return conclude("statement", problems, "agrees with manifest, metadata and metrics")

"""The result as an in-toto Statement v1, signed as a DSSE envelope.

The predicate follows the draft ``eval-result/v0.1`` (in-toto/attestation, pull request 575) as
revised at 0c70fc3: ``evaluator``, and one descriptor each for model and data set. Its subject is
the manifest, which binds everything else. A draft may change: the manifest and its signature are
what ``verify`` relies on.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalpkg.digests import sha256_file, sha256_hex
from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.evidence.manifest import Manifest, write_manifest
from evalpkg.evidence.metadata import Dataset, EvalMetadata, read_metadata
from evalpkg.evidence.row_files import RowFiles
from evalpkg.evidence.signing import load_signing_key, sign_file
from evalpkg.models import Mode
from evalpkg.store import RunLayout, canonical_json, pretty_json, read_json, write_atomic

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/eval-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
UNSIGNED = "urn:x-evalpkg:unsigned"
MERKLE_ROOT = "urn:x-evalpkg:merkle-root"
OBSERVED = "urn:x-evalpkg:observed"
MEASUREMENTS = "urn:x-evalpkg:measurements"
"""Fields of our own: the draft has room for thresholds only, and for digests of whole files."""


def signer_uri(keyid: str) -> str:
    """The signing key as a URI (RFC 6920): the sha256 of its public half."""
    digest = base64.urlsafe_b64encode(bytes.fromhex(keyid)).rstrip(b"=").decode("ascii")
    return f"ni:///sha-256;{digest}"


def read_metrics_documents(
    layout: RunLayout, known: Mapping[Mode, dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Read each mode's ``metrics.json`` except those ``known``, in the order of the modes.

    Raises:
        DataError: if one of them is no JSON object.
    """
    present = [mode for mode in Mode if layout.metrics(mode).exists()]
    return [(known or {}).get(mode) or read_json(layout.metrics(mode)) for mode in present]


def build_statement(
    layout: RunLayout,
    manifest: Manifest,
    metadata: EvalMetadata,
    metrics: Sequence[dict[str, Any]],
    evaluator: str = UNSIGNED,
) -> dict[str, Any]:
    """Build the statement about the run's manifest on disk.

    Args:
        layout: the run.
        manifest: its manifest, as it is on disk.
        metadata: its metadata, as they are on disk.
        metrics: its metrics of each mode, as they are on disk.
        evaluator: URI of who stands behind it.

    Raises:
        DataError: if the manifest is missing, or the metrics are malformed.
    """
    subject = {"name": layout.manifest.name, "digest": {"sha256": sha256_file(layout.manifest)}}
    committed = metadata.arguments.get("commitment")
    promise = {"preRegistration": {"alg": "sha256", "value": committed}} if committed else {}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [subject],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "evaluator": {"id": evaluator},
            "evaluatedAt": metadata.finished_at or metadata.started_at,
            "suite": {
                "name": manifest.inputs.dataset.source,
                "version": suite_version(manifest.inputs.dataset),
            },
            "claims": _claims(layout, metrics),
            "sampleSize": manifest.samples.size,
            "model": _models(manifest),
            "dataset": _tasks(manifest),
            "assuranceLevel": "self_attested",
            "subjectProfile": "receipt",
            **promise,
            "evidence": [{**subject, "mediaType": "application/json"}],
            "harness": _harness(manifest),
            MERKLE_ROOT: manifest.samples.root,
            MEASUREMENTS: [entry for document in metrics for entry in _measurements(document)],
        },
    }


def suite_version(dataset: Dataset) -> str:
    """Variant and digest, and how many of the tasks where it was not all of them."""
    asked, whole = sum(p.tasks for p in dataset.parts), sum(p.of for p in dataset.parts)
    part = f", {asked} of {whole} tasks" if asked != whole else ""
    return f"{dataset.variant} {dataset.sha256}{part}"


def _models(manifest: Manifest) -> dict[str, Any]:
    """The compared models by the document that names them with the digests of all their files.

    The document stands in the descriptor, so that its digest can be recomputed; a model behind a
    server has no files that anyone could digest, and is in it by its name.
    """
    models = {role.value: model.model_dump() for role, model in manifest.inputs.models.items()}
    document = canonical_json(models).encode("utf-8")
    return {
        "name": " against ".join(model["adapter"] or model["name"] for model in models.values()),
        "digest": {"sha256": sha256_hex(document)},
        "content": base64.b64encode(document).decode("ascii"),
        "mediaType": "application/json",
    }


def _tasks(manifest: Manifest) -> dict[str, Any]:
    """The tasks as they were asked and tested, with the data set that they come from."""
    dataset = manifest.inputs.dataset
    return {
        "name": dataset.source,
        "digest": {"sha256": manifest.files["tasks.jsonl"].sha256},
        "mediaType": "application/jsonl",
        "annotations": {
            "variant": dataset.variant,
            "source_sha256": dataset.sha256,
            "overlay_sha256": dataset.overlay_sha256,
        },
    }


def _harness(manifest: Manifest) -> dict[str, Any]:
    tool = manifest.tool
    harness: dict[str, Any] = {"name": "evalpkg", "version": tool.version}
    if tool.commit and not tool.dirty:
        harness["digest"] = {"gitCommit": tool.commit}
    return harness


def _claims(layout: RunLayout, metrics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Statements that were fixed before the run: nothing is missing; the fine-tuning helped.

    The second is the primary endpoint: the lower end of the interval of the paired difference in
    pass@1 on new tasks is above zero.
    """
    try:
        missing = sum(role["asked"] - role["judged"] for role in metrics[0]["roles"].values())
        claims = [_claim("samples_without_verdict", missing, "<=", missing <= 0)]
        comparison = metrics[0]["comparison"]
        for difference in comparison["pass_at_k"] if comparison else ():
            if difference["k"] == 1:
                low = (difference["new_tasks"] or {}).get("low")
                name = f"{metrics[0]['mode']}: pass@1 finetuned-base, interval's lower end"
                claims.append(_claim(name, low, ">", low is not None and low > 0))
    except (IndexError, KeyError, TypeError) as error:
        raise DataError(f"{layout.root}: metrics.json does not follow its schema") from error
    return claims


def _claim(metric: str, value: float | None, comparator: str, passed: bool) -> dict[str, Any]:
    return {
        "metric": metric,
        "comparator": comparator,
        "threshold": "0",
        "passed": passed,
        OBSERVED: _decimal(value),
    }


def _measurements(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """Each pass@k with its interval on new tasks; numbers as decimal strings, as the draft asks."""
    return [
        {
            "metric": f"pass@{estimate['k']}",
            "mode": metrics["mode"],
            "model": role,
            "value": _decimal(estimate["value"]),
            "low": _decimal((estimate["new_tasks"] or {}).get("low")),
            "high": _decimal((estimate["new_tasks"] or {}).get("high")),
        }
        for role, own in metrics["roles"].items()
        for estimate in own["pass_at_k"]
    ]


def _decimal(value: float | None) -> str | None:
    return None if value is None else repr(value)


def write_statement(
    layout: RunLayout,
    manifest: Manifest,
    metadata: EvalMetadata,
    metrics: Sequence[dict[str, Any]],
    key: Ed25519PrivateKey | None = None,
) -> None:
    """Write the statement, and with a key also its signed envelope.

    Raises:
        DataError: if what it is made from is missing or malformed.
        EnvironmentUnfitError: if a file cannot be written.
    """
    from evalpkg.evidence.signing import key_id

    keyid = key_id(key.public_key()) if key else ""
    evaluator = signer_uri(keyid) if key else UNSIGNED
    statement = build_statement(layout, manifest, metadata, metrics, evaluator)
    payload = pretty_json(statement).encode("utf-8")
    write_atomic(layout.statement, payload)
    if key:
        signature = key.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
        envelope = {
            "payload": base64.b64encode(payload).decode("ascii"),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": keyid, "sig": base64.b64encode(signature).decode("ascii")}],
        }
        write_atomic(layout.envelope, pretty_json(envelope))


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that a DSSE signature covers (DSSE v1, protocol)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def open_envelope(path: Path) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Read payload and ``(keyid, signature)`` pairs of a DSSE envelope, without verifying them.

    Raises:
        DataError: if it is not one with an in-toto payload.
    """
    envelope = read_json(path)
    try:
        if envelope["payloadType"] != PAYLOAD_TYPE:
            raise ValueError(f"payloadType is {envelope['payloadType']!r}")
        payload = base64.b64decode(envelope["payload"], validate=True)
        signatures = [
            (str(entry.get("keyid", "")), base64.b64decode(entry["sig"], validate=True))
            for entry in envelope["signatures"]
        ]
        json.loads(payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: not an in-toto envelope ({error})", COPY_AGAIN) from error
    return payload, signatures


def seal_run(
    layout: RunLayout,
    signing_key: Path | None = None,
    metadata: EvalMetadata | None = None,
    metrics: Mapping[Mode, dict[str, Any]] | None = None,
    rows: RowFiles | None = None,
) -> Manifest:
    """Write the manifest, the statement and, with a key, their signatures.

    Everything else must be written before; what is changed later fails ``verify``.

    Args:
        layout: the run.
        signing_key: file of the key that signs; None for no signature.
        metadata: the metadata, as they are on disk; None to read them.
        metrics: metrics by mode, as they are on disk; those of other modes are read.
        rows: what proves the rows, gathered when they were written; None to read them.

    Raises:
        ConfigError: if the key cannot be used.
        DataError: if the metadata or metrics are missing or malformed.
        EnvironmentUnfitError: if a file cannot be written.
    """
    key = load_signing_key(signing_key) if signing_key else None
    metadata = metadata or read_metadata(layout)
    manifest = write_manifest(layout, metadata, rows)
    if key:
        sign_file(layout.manifest, layout.signature, key)
    write_statement(layout, manifest, metadata, read_metrics_documents(layout, metrics), key)
    return manifest

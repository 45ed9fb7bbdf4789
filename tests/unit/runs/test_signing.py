from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from evalpkg.digests import sha256_file
from evalpkg.errors import ConfigError
from evalpkg.evidence.manifest import write_manifest
from evalpkg.evidence.metadata import read_metadata, write_metadata
from evalpkg.evidence.sample_tree import prove
from evalpkg.evidence.statement import PAYLOAD_TYPE, pre_authentication_encoding, seal_run
from evalpkg.models import Mode, Role
from evalpkg.store.layout import RunLayout
from evalpkg.verify.check import Check
from evalpkg.verify.run import verify_proof, verify_run
from tests.unit.runs.result_runs import finished_run, metadata


def make_keys(folder: Path, name: str) -> tuple[Path, Path]:
    key = ed25519.Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    spki = PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, spki))
    return private, public


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path, "key")


@pytest.fixture
def signed(tmp_path: Path, keys: tuple[Path, Path]) -> RunLayout:
    return finished_run(tmp_path / "run", signing_key=keys[0])


def signature(layout: RunLayout, key: Path | None) -> Check:
    report = verify_run(layout.root, verify_key=key)
    return next(check for check in report.checks if check.name == "signature")


def test_a_signed_run_holds_for_the_key_that_signed(
    signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    assert signature(signed, keys[1]).ok
    assert verify_run(signed.root, verify_key=keys[1]).ok


def test_another_key_did_not_sign(tmp_path: Path, signed: RunLayout) -> None:
    _, other = make_keys(tmp_path, "other")
    found = signature(signed, other)
    assert not found.ok
    assert any("manifest.json.sig" in problem for problem in found.problems)
    assert any("statement.dsse.json" in problem for problem in found.problems)


def test_a_manifest_made_again_is_no_longer_signed(
    signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    (signed.root / "added.txt").write_text("x")
    old = signed.signature.read_bytes()
    write_manifest(signed, read_metadata(signed))
    assert not signed.signature.exists()
    assert not signature(signed, keys[1]).ok
    signed.signature.write_bytes(old)
    assert not signature(signed, keys[1]).ok


def test_signed_by_somebody_else_and_the_names_kept_is_found(
    tmp_path: Path, signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    statement = signed.statement.read_text()
    forger, _ = make_keys(tmp_path, "forger")
    seal_run(signed, forger)
    signed.statement.write_text(statement)
    assert not signature(signed, keys[1]).ok


def test_an_unsigned_run_fails_only_where_a_signature_is_asked_for(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    layout = finished_run(tmp_path / "run")
    assert signature(layout, None).ok
    assert signature(layout, None).detail == "none"
    assert not signature(layout, keys[1]).ok


def test_an_envelope_around_another_statement_is_found(
    signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    envelope = json.loads(signed.envelope.read_text())
    payload = base64.b64decode(envelope["payload"]).replace(b'"passed": false', b'"passed": true')
    envelope["payload"] = base64.b64encode(payload).decode()
    signed.envelope.write_text(json.dumps(envelope))
    failed = {
        check.name for check in verify_run(signed.root, verify_key=keys[1]).checks if not check.ok
    }
    assert failed == {"signature", "statement"}


def test_a_statement_without_its_signature_is_found(
    signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    signed.envelope.unlink()
    assert any("statement.dsse.json" in problem for problem in signature(signed, keys[1]).problems)
    signed.statement.unlink()
    assert signature(signed, keys[1]).ok


def test_a_signature_of_a_manifest_that_is_gone_does_not_hold(
    signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    signed.manifest.unlink()
    assert not signature(signed, keys[1]).ok


def test_a_dirty_checkout_does_not_pass_for_its_commit(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    harness = json.loads(layout.statement.read_text())["predicate"]["harness"]
    assert harness["digest"] == {"gitCommit": "ab" * 20}
    about = metadata()
    about.tool.dirty = True
    write_metadata(layout, about)
    seal_run(layout)
    assert "digest" not in json.loads(layout.statement.read_text())["predicate"]["harness"]


def test_the_claim_of_a_difference_follows_from_the_interval(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    claim = json.loads(layout.statement.read_text())["predicate"]["claims"][1]
    low = float(claim["urn:x-evalpkg:observed"])
    assert claim["passed"] is (low > 0)
    metrics = json.loads(layout.metrics(Mode.NO_POLICY).read_text())
    assert metrics["comparison"]["pass_at_k"][0]["new_tasks"]["low"] == low
    metrics["comparison"]["pass_at_k"][0]["new_tasks"]["low"] = 0.25
    layout.metrics(Mode.NO_POLICY).write_text(json.dumps(metrics))
    seal_run(layout)
    assert json.loads(layout.statement.read_text())["predicate"]["claims"][1]["passed"] is True


def test_a_statement_in_the_name_of_another_is_found(
    signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    statement = json.loads(signed.statement.read_text())
    statement["predicate"]["evaluator"]["id"] = "https://example.org/a-famous-laboratory"
    signed.statement.write_text(json.dumps(statement))
    assert any("a-famous-laboratory" in problem for problem in signature(signed, keys[1]).problems)


def test_the_encoding_is_that_of_the_dsse_specification() -> None:
    """The specification's own example."""
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_the_statement_is_about_the_manifest(signed: RunLayout) -> None:
    statement = json.loads(signed.statement.read_text())
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"][0]["digest"]["sha256"] == sha256_file(signed.manifest)
    predicate = statement["predicate"]
    assert predicate["sampleSize"] == 12
    assert all(isinstance(claim["threshold"], str) for claim in predicate["claims"])
    assert predicate["evaluator"]["id"].startswith("ni:///sha-256;")
    assert predicate["claims"][0]["metric"] == "samples_without_verdict"
    assert predicate["claims"][0]["passed"] is True


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_agrees(tmp_path: Path, signed: RunLayout, keys: tuple[Path, Path]) -> None:
    """Others can check our signatures of manifest and envelope without our code."""
    envelope = json.loads(signed.envelope.read_text())
    payload = base64.b64decode(envelope["payload"])
    pae = tmp_path / "pae"
    pae.write_bytes(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    for data, encoded in (
        (signed.manifest, signed.signature.read_bytes()),
        (pae, envelope["signatures"][0]["sig"].encode()),
    ):
        raw = tmp_path / "signature"
        raw.write_bytes(base64.b64decode(encoded))
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(keys[1]), "-rawin"]
        command += ["-in", str(data), "-sigfile", str(raw)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Signature Verified Successfully" in done.stdout, done.stderr


def unusable_keys(folder: Path) -> list[Path]:
    key = ed25519.Ed25519PrivateKey.generate()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    contents = {
        "text.pem": b"no key",
        "rsa.pem": other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "locked.pem": key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
        ),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / "missing.pem", *(folder / name for name in contents)]


def test_what_is_no_signing_key_is_refused_with_a_cure(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    for path in unusable_keys(tmp_path):
        with pytest.raises(ConfigError) as caught:
            seal_run(layout, path)
        assert path.name in caught.value.cause
        assert caught.value.cure
        with pytest.raises(ConfigError, match=path.name):
            verify_run(layout.root, verify_key=path)
    assert verify_run(layout.root).ok


def test_a_public_key_of_another_kind_is_refused(tmp_path: Path, signed: RunLayout) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    path = tmp_path / "rsa.pub"
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ConfigError, match="not an ed25519 key"):
        verify_run(signed.root, verify_key=path)


def test_a_sample_is_proven_with_the_signed_manifest_alone(
    tmp_path: Path, signed: RunLayout, keys: tuple[Path, Path]
) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(prove(signed, Role.BASE, "T/1", 0).model_dump_json())
    alone = tmp_path / "alone"
    alone.mkdir()
    for path in (signed.manifest, signed.signature):
        shutil.copy(path, alone)
    report = verify_proof(alone, proof, keys[1])
    assert report.ok
    assert "base T/1 0 (test_failed) is a sample" in report.checks[0].detail

    proof.write_text(proof.read_text().replace("test_failed", "passed"))
    assert [check.ok for check in verify_proof(alone, proof, keys[1]).checks] == [False, True]

    _, other = make_keys(tmp_path, "other")
    assert not verify_proof(alone, proof, other).checks[1].ok

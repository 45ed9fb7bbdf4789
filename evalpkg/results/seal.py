"""The last step of a run: digests over everything, a statement, and a signature if asked for."""

from __future__ import annotations

from pathlib import Path

from evalpkg.results.layout import RunLayout
from evalpkg.results.manifest import Manifest, write_manifest
from evalpkg.results.signing import load_signing_key, sign_file
from evalpkg.results.statement import write_statement


def seal_run(layout: RunLayout, signing_key: Path | None = None) -> Manifest:
    """Write the manifest, the statement and, with a key, their signatures.

    Everything else must be written before; what is changed later fails ``verify``.

    Raises:
        ConfigError: if the key cannot be used.
        DataError: if the metadata or metrics are missing or malformed.
        EnvironmentUnfitError: if a file cannot be written.
    """
    key = load_signing_key(signing_key) if signing_key else None
    manifest = write_manifest(layout)
    if key:
        sign_file(layout.manifest, layout.signature, key)
    write_statement(layout, key)
    return manifest

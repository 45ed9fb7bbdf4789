"""``manifest.json``: digests of every file of a run and of all its inputs.

The manifest depends only on the directory: made again from the same files, it has the same bytes.
It does not cover the working files, the live progress, and the files made from the manifest itself:
its signature and the statement about it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evalpkg.digests import sha256_file
from evalpkg.errors import DataError
from evalpkg.evidence.metadata import (
    Dataset,
    EvalMetadata,
    LockFile,
    Model,
    Prompt,
    Sandbox,
    Tool,
)
from evalpkg.evidence.row_files import FileDigest, RowFiles, SampleTree, read_row_files
from evalpkg.models import Role
from evalpkg.store import RunLayout, not_of_schema, pretty_json, read_json, remove, write_atomic


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Inputs(_Part):
    """The origin of the results, taken from the metadata."""

    dataset: Dataset
    prompt: Prompt
    prompts: dict[Role, dict[str, str]]
    """sha256 of each prompt as the model saw it, by model and task."""
    models: dict[Role, Model]
    lock_file: LockFile | None
    rustc: str
    """Output of ``rustc -vV``."""
    sandbox: Sandbox


class Manifest(_Part):
    """Digests of a run."""

    schema_version: Literal[1] = 1
    tool: Tool
    files: dict[str, FileDigest]
    """Every file by its path in the run's directory, except those named in ``NOT_COVERED``."""
    inputs: Inputs
    samples: SampleTree


def not_covered(layout: RunLayout) -> set[str]:
    """Return the names at the top of a run's directory that the manifest leaves out."""
    return {
        path.name
        for path in (
            *(layout.work, layout.progress, layout.manifest),
            *(layout.signature, layout.statement, layout.envelope),
        )
    }


def covered_files(layout: RunLayout) -> Iterator[Path]:
    """List every file that a manifest names, sorted by path; links are listed, never followed.

    The progress is replaced again and again, even now. Its next version, which stands beside it for
    a moment, is left out like itself.
    """
    skipped = not_covered(layout)
    replacing = re.compile(rf"{re.escape(layout.progress.name)}\.\d+\.partial")
    for folder, folders, files in os.walk(layout.root):
        at_top = Path(folder) == layout.root
        folders[:] = sorted(name for name in folders if not (at_top and name in skipped))
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted([*files, *links]):
            if not (at_top and (name in skipped or replacing.fullmatch(name))):
                yield Path(folder, name)


def digest_of(path: Path) -> FileDigest:
    """Compute digest and size of a plain file.

    Raises:
        DataError: if it is a link or a special file, or cannot be read.
    """
    _require_plain(path)
    return FileDigest(sha256=sha256_file(path), bytes=path.stat().st_size)


def _require_plain(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        raise DataError(
            f"{path} is not a plain file", "A run's directory holds only plain files: remove it."
        )


def build_manifest(
    layout: RunLayout, metadata: EvalMetadata, rows: RowFiles | None = None
) -> Manifest:
    """Build the manifest of the present files.

    Args:
        layout: the run.
        metadata: its metadata, as they are on disk.
        rows: what proves its rows, gathered when they were written; None to read them. Each other
            file is read.

    Raises:
        DataError: if a file cannot be read.
    """
    covered = list(covered_files(layout))
    for path in covered:
        _require_plain(path)
    rows = rows or read_row_files(layout)
    return Manifest(
        tool=metadata.tool,
        files={
            path.relative_to(layout.root).as_posix(): rows.digests.get(path) or digest_of(path)
            for path in covered
        },
        inputs=build_inputs(metadata, rows),
        samples=rows.tree,
    )


def build_inputs(metadata: EvalMetadata, rows: RowFiles) -> Inputs:
    """Collect the digests of all inputs of the rows."""
    return Inputs(
        dataset=metadata.dataset,
        prompt=metadata.prompt,
        prompts=rows.prompts,
        models=metadata.models,
        lock_file=metadata.lock_file,
        rustc=metadata.toolchain.rustc,
        sandbox=metadata.sandbox,
    )


def write_manifest(
    layout: RunLayout, metadata: EvalMetadata, rows: RowFiles | None = None
) -> Manifest:
    """Write ``manifest.json`` for the present files; the arguments are those of ``build_manifest``.

    Signature and statement of an earlier manifest are removed, because they are no longer valid.

    Raises:
        DataError: if a file cannot be read.
        EnvironmentUnfitError: if the manifest cannot be written.
    """
    manifest = build_manifest(layout, metadata, rows)
    for stale in (layout.signature, layout.statement, layout.envelope):
        remove(stale)
    write_atomic(layout.manifest, pretty_json(manifest.model_dump(mode="json")))
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        DataError: if it is missing or does not follow the schema; the text names the field.
    """
    try:
        return Manifest.model_validate(read_json(path))
    except ValidationError as error:
        raise not_of_schema(path, error) from error

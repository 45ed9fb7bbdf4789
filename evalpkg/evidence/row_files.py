"""One pass over a run's rows for everything that proves them: tree, prompts, digests.

The pass is made while the rows are written, or else over the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evalpkg.evidence.merkle import MerkleTree, leaf_hash
from evalpkg.evidence.sample_tree import leaf_of, tree_mode
from evalpkg.models import Mode, Role, Row
from evalpkg.store import ROW, JsonLines, RunLayout, open_lines, replacing


class FileDigest(BaseModel):
    """One file of the run."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    sha256: str
    bytes: int


class SampleTree(BaseModel):
    """The Merkle tree over the samples."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    algorithm: Literal["rfc9162-sha256"] = "rfc9162-sha256"
    mode: Mode
    """Mode whose rows are the leaves."""
    size: int
    """Number of leaves: the base model's rows, then the fine-tuned model's, in file order."""
    root: str
    """Hash of the tree, in hex."""


@dataclass(frozen=True, slots=True)
class RowFiles:
    """The rows that are the leaves of the tree.

    Attributes:
        tree: the tree over all of them.
        prompts: digest of each prompt as the model saw it, by model and task.
        digests: digest of each file; those that were written may include other rows.
    """

    tree: SampleTree
    prompts: dict[Role, dict[str, str]]
    digests: dict[Path, FileDigest]


class _Hashed:
    """The lines of one file; they are hashed as they pass."""

    def __init__(self, lines: Iterable[bytes], mode: Mode, role: Role, *, leaves: bool) -> None:
        self._lines, self._mode, self._role, self._are_leaves = lines, mode, role, leaves
        self._whole, self._size = hashlib.sha256(), 0
        self.leaves: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self._whole.update(line)
            self._size += len(line)
            if self._are_leaves:
                self.leaves.append(leaf_hash(leaf_of(self._mode, self._role, line)))
            yield line

    def digest(self) -> FileDigest:
        """Return the digest of the lines that passed."""
        return FileDigest(sha256=self._whole.hexdigest(), bytes=self._size)


def read_row_files(layout: RunLayout) -> RowFiles:
    """Read the rows as they are now, each file once.

    Raises:
        DataError: if there are no rows, or they cannot be read.
    """
    mode = tree_mode(layout)
    prompts: dict[Role, dict[str, str]] = {}
    digests: dict[Path, FileDigest] = {}
    leaves: list[bytes] = []
    for role in Role:
        path = layout.samples(mode, role)
        if path.exists():
            seen = prompts.setdefault(role, {})
            with open_lines(path) as file:
                lines = _Hashed(file, mode, role, leaves=True)
                for row in JsonLines(path, lines):
                    # The prompt of a task is that of its first row.
                    seen.setdefault(str(row.get("task_id")), str(row.get("prompt_sha256", "")))
            digests[path] = lines.digest()
            leaves += lines.leaves
    return RowFiles(_tree(mode, leaves), prompts, digests)


def _tree(mode: Mode, leaves: list[bytes]) -> SampleTree:
    tree = MerkleTree.over(leaves)
    return SampleTree(mode=mode, size=tree.size, root=tree.root.hex())


class RowWriter:
    """Writes the rows of a run, keeps them, and gathers what proves them.

    A digest is that of the bytes that were written to the file before it got its name.

    Args:
        layout: the run.
        modes: all modes whose rows will be written.

    Attributes:
        rows: the rows of each file.
    """

    def __init__(self, layout: RunLayout, modes: Collection[Mode]) -> None:
        self._layout = layout
        self._mode = next(mode for mode in Mode if mode in modes)
        self._leaves: dict[Role, list[bytes]] = {}
        self._digests: dict[Path, FileDigest] = {}
        self.rows: dict[Path, list[Row]] = {}

    def write(self, mode: Mode, role: Role, rows: Iterable[Row]) -> None:
        """Replace the file of one model in one mode.

        Raises:
            EnvironmentUnfitError: if it cannot be written.
        """
        path, own = self._layout.samples(mode, role), list(rows)
        leaves = mode is self._mode
        lines = _Hashed((ROW.line(row).encode("utf-8") for row in own), mode, role, leaves=leaves)
        with replacing(path) as out:
            out.writelines(lines)
        self.rows[path] = own
        self._digests[path] = lines.digest()
        if leaves:
            self._leaves[role] = lines.leaves

    def row_files(self) -> RowFiles | None:
        """Return what proves the rows; None if the run has others than were written here."""
        layout, mode = self._layout, self._mode
        present = {role for role in Role if layout.samples(mode, role).exists()}
        if tree_mode(layout) is not mode or present != set(self._leaves):
            return None
        prompts: dict[Role, dict[str, str]] = {}
        leaves: list[bytes] = []
        for role in Role:
            if role in present:
                seen = prompts.setdefault(role, {})
                for row in self.rows[layout.samples(mode, role)]:
                    seen.setdefault(row.task_id, row.prompt_sha256)
                leaves += self._leaves[role]
        return RowFiles(_tree(mode, leaves), prompts, self._digests)

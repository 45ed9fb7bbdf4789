"""One pass over a run's rows for everything that proves them: tree, prompts, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evalpkg.evidence.merkle import MerkleTree, leaf_hash
from evalpkg.evidence.sample_tree import leaf_of, tree_mode
from evalpkg.models import Mode, Role
from evalpkg.store import JsonLines, RunLayout, open_lines


class FileDigest(BaseModel):
    """One file of the run."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    sha256: str
    bytes: int


class SampleTree(BaseModel):
    """The Merkle tree over the samples."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

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
        digests: digest of each file.
    """

    tree: SampleTree
    prompts: dict[Role, dict[str, str]]
    digests: dict[Path, FileDigest]


class _Hashed:
    """The lines of one file; they are hashed as they are read."""

    def __init__(self, lines: Iterable[bytes], mode: Mode, role: Role) -> None:
        self._lines, self._mode, self._role = lines, mode, role
        self._whole, self._size = hashlib.sha256(), 0
        self.leaves: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self._whole.update(line)
            self._size += len(line)
            self.leaves.append(leaf_hash(leaf_of(self._mode, self._role, line)))
            yield line

    def digest(self) -> FileDigest:
        """Return the digest of what was read."""
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
                lines = _Hashed(file, mode, role)
                for row in JsonLines(path, lines):
                    # The prompt of a task is that of its first row.
                    seen.setdefault(str(row.get("task_id")), str(row.get("prompt_sha256", "")))
            digests[path] = lines.digest()
            leaves += lines.leaves
    tree = MerkleTree.over(leaves)
    return RowFiles(SampleTree(mode=mode, size=tree.size, root=tree.root.hex()), prompts, digests)

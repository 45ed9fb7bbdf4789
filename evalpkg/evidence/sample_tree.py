"""The Merkle tree over a run's samples, and proofs that one sample belongs to a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evalpkg.errors import COPY_AGAIN, DataError
from evalpkg.evidence.merkle import MerkleTree, root_from_path
from evalpkg.models import Mode, Role, Row
from evalpkg.store import ROW, RunLayout, read_json, read_rows

Hex = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def tree_mode(layout: RunLayout) -> Mode:
    """The mode whose rows are the leaves: ``no-policy``, or ``policy`` where only that was run.

    Raises:
        DataError: if the run has no rows at all.
    """
    for mode in (Mode.NO_POLICY, Mode.POLICY):
        if any(layout.samples(mode, role).exists() for role in Role):
            return mode
    raise DataError(
        f"{layout.root} holds no rows: neither no-policy/ nor policy/ has a *_model_samples.jsonl",
        "Name the output directory of a run.",
    )


def leaf_of(mode: Mode, role: Role, line: bytes) -> bytes:
    """The bytes that a row is hashed as: its line, with the model and the mode before it."""
    head = f'{{"mode":"{mode.value}","role":"{role.value}","row":'
    return head.encode("ascii") + line.rstrip(b"\n") + b"}"


def leaves(layout: RunLayout, mode: Mode) -> Iterator[bytes]:
    """Yield all leaves: the base model's rows, then the fine-tuned model's, each in file order.

    Raises:
        DataError: if a file cannot be read.
    """
    for role in Role:
        path = layout.samples(mode, role)
        if path.exists():
            try:
                with path.open("rb") as lines:
                    yield from (leaf_of(mode, role, line) for line in lines)
            except OSError as error:
                raise DataError(
                    f"{path} cannot be read: {error.strerror or error}", COPY_AGAIN
                ) from error


class Proof(BaseModel):
    """A proof that a sample lies under a Merkle root; checking it needs no other sample."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    schema_version: Literal[1] = 1
    type: Literal["evalpkg-inclusion-proof"] = "evalpkg-inclusion-proof"
    leaf: str
    """The sample: JSON with ``mode``, ``role`` and ``row``, hashed byte for byte."""
    leaf_index: int = Field(ge=0)
    tree_size: int = Field(ge=1)
    path: list[Hex]
    """Hashes beside the way to the root, lowest first (RFC 9162, section 2.1.3)."""
    root: Hex
    """Root that the path leads to; it proves something only if it comes from a manifest."""


def prove(layout: RunLayout, role: Role, task_id: str, index: int) -> Proof:
    """Make a proof for one sample.

    Raises:
        DataError: if the run does not have it.
    """
    mode = tree_mode(layout)
    keys = [
        (own, row.task_id, row.index)
        for own in Role
        if layout.samples(mode, own).exists()
        for row in read_rows(layout.samples(mode, own))
    ]
    if (role, task_id, index) not in keys:
        raise DataError(
            f"{layout.root} has no sample {role.value} {task_id} {index}",
            f"Tasks and indices are in {layout.samples(mode, role)}.",
        )
    place = keys.index((role, task_id, index))
    all_leaves = list(leaves(layout, mode))
    tree = MerkleTree(all_leaves)
    return Proof(
        leaf=all_leaves[place].decode("utf-8"),
        leaf_index=place,
        tree_size=tree.size,
        path=[digest.hex() for digest in tree.path(place)],
        root=tree.root.hex(),
    )


@dataclass(frozen=True, slots=True)
class Proven:
    """The content of a proof that holds. ``row`` is the sample's.

    A proof that was checked without a root known from elsewhere only agrees with itself, which
    anyone can arrange.
    """

    mode: Mode
    role: Role
    row: Row
    root: str


def check_proof(proof: Proof, trusted_root: str | None = None) -> Proven:
    """Check a proof, against a manifest's root if one is given.

    Raises:
        ValueError: if it does not hold; the text says what was expected.
    """
    path = [bytes.fromhex(digest) for digest in proof.path]
    leaf = proof.leaf.encode("utf-8", "surrogatepass")
    root = root_from_path(leaf, proof.leaf_index, proof.tree_size, path).hex()
    if root != proof.root:
        raise ValueError(f"the sample leads to root {root}, not to the proof's {proof.root}")
    if trusted_root is not None and root != trusted_root:
        raise ValueError(f"the proof leads to root {root}, and the manifest's is {trusted_root}")
    try:
        found = json.loads(proof.leaf)
        mode, role, row = Mode(found["mode"]), Role(found["role"]), ROW.parse(found["row"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the leaf is not a sample ({error})") from error
    return Proven(mode, role, row, root)


def read_proof(path: Path) -> Proof:
    """Read a proof from its file.

    Raises:
        DataError: if it is not one.
    """
    try:
        return Proof.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"{path}: not an inclusion proof ({place}: {first['msg']})", COPY_AGAIN
        ) from error

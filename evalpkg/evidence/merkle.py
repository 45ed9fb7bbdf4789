"""Merkle tree over samples, with which one sample can be proven without the others.

Tree hash, inclusion path and its check follow RFC 9162 (section 2.1), as in RFC 6962. Leaves and
inner nodes are hashed with different first bytes, so that neither can be presented as the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(data: bytes) -> bytes:
    """Compute the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """The tree over ``leaves``, each given by its bytes."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._build([leaf_hash(leaf) for leaf in leaves])

    @classmethod
    def over(cls, hashes: list[bytes]) -> MerkleTree:
        """Make the tree over leaves of which only the hashes are known."""
        tree = cls(())
        tree._build(hashes)
        return tree

    def _build(self, level: list[bytes]) -> None:
        self._levels = [level]
        while len(level) > 1:
            paired = [_node_hash(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
            # A node without a sibling moves up unchanged: the RFC splits at powers of two.
            level = paired + level[len(paired) * 2 :]
            self._levels.append(level)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """Hash of the whole tree; without leaves, the hash of the empty text."""
        top = self._levels[-1]
        return top[0] if top else hashlib.sha256().digest()

    def path(self, index: int) -> list[bytes]:
        """List the sibling hashes on the path from leaf ``index`` to the root, lowest first.

        Raises:
            IndexError: if there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        path = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1])
            index >>= 1
        return path


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Compute the root of the tree of ``size`` leaves with ``leaf`` (its bytes) at ``index``.

    Raises:
        ValueError: if a path of this length cannot belong to this index.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} cannot be in a tree of {size}")
    at, last, digest = index, size - 1, leaf_hash(leaf)
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if at & 1 or at == last:
            digest = _node_hash(sibling, digest)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            digest = _node_hash(digest, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ValueError("the path is too short")
    return digest

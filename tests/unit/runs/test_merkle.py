from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.evidence.merkle import MerkleTree, leaf_hash, root_from_path

# Leaves and roots of the test suite of Google's Certificate Transparency (MIT Licence): the
# values that implementations of RFC 6962 agree on.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

forests = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, as it is written there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = tree_hash(leaves[:split]), tree_hash(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_agree_with_other_implementations(size: int) -> None:
    assert MerkleTree(LEAVES[:size]).root.hex() == ROOTS[size - 1]


def test_a_tree_of_nothing_is_the_hash_of_nothing() -> None:
    assert MerkleTree([]).root == hashlib.sha256(b"").digest()


@given(leaves=forests)
def test_the_root_is_the_recursive_definition(leaves: list[bytes]) -> None:
    assert MerkleTree(leaves).root == tree_hash(leaves)


@given(leaves=forests)
def test_every_leaf_can_be_proven(leaves: list[bytes]) -> None:
    tree = MerkleTree(leaves)
    for index, leaf in enumerate(leaves):
        assert root_from_path(leaf, index, len(leaves), tree.path(index)) == tree.root


@given(leaves=forests, data=st.data())
def test_a_proof_of_anything_else_fails(leaves: list[bytes], data: st.DataObject) -> None:
    tree = MerkleTree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = tree.path(index)
    assert root_from_path(leaves[index] + b"!", index, len(leaves), path) != tree.root
    for place in range(len(path)):
        wrong = [*path]
        wrong[place] = bytes(32)
        assert root_from_path(leaves[index], index, len(leaves), wrong) != tree.root
    for other in (path[:-1], [*path, bytes(32)]):
        if other != path:
            with pytest.raises(ValueError, match="path is too"):
                root_from_path(leaves[index], index, len(leaves), other)


def test_an_inner_node_cannot_pass_for_a_leaf() -> None:
    tree = MerkleTree([b"a", b"b"])
    node = leaf_hash(b"a") + leaf_hash(b"b")
    assert root_from_path(node, 0, 1, []) != tree.root


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(IndexError):
        MerkleTree([b"a", b"b", b"c"]).path(index)
    with pytest.raises(ValueError, match="tree of 3"):
        root_from_path(b"a", index, 3, [])

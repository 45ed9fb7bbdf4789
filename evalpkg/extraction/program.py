"""Finding items in a piece of Rust that may be surrounded by anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from evalpkg.extraction.syntax import ATTRIBUTES, COMMENTS, ITEMS, item_name, parse


@dataclass(frozen=True, slots=True)
class Piece:
    """Source text with its syntax tree.

    Attributes:
        data: the source in UTF-8; a lone surrogate stays as its three bytes, which rustc rejects.
    """

    data: bytes
    root: Node

    @classmethod
    def of(cls, text: str) -> Piece:
        """Parse ``text``."""
        data = text.encode("utf-8", "surrogatepass")
        return cls(data, parse(data).root_node)

    def text(self, start: int = 0, end: int | None = None) -> str:
        """The text between two byte offsets."""
        return self.data[start:end].decode("utf-8", "surrogatepass")

    def function(self, name: str) -> Node | None:
        """The last definition of ``name`` at the top level, complete ones first."""
        found = [node for node in _tops(self.root) if is_function(node, name)]
        return next((node for node in reversed(found) if not node.has_error), None) or next(
            reversed(found), None
        )

    def items(self) -> Iterator[tuple[int, int, Node]]:
        """Top-level items with the span that includes their attributes and comments."""
        start: int | None = None
        for node in _tops(self.root):
            if node.type in ATTRIBUTES or node.type in COMMENTS:
                start = node.start_byte if start is None else start
            elif node.type in ITEMS:
                yield node.start_byte if start is None else start, node.end_byte, node
                start = None
            else:
                start = None


def _tops(root: Node) -> Iterator[Node]:
    """Children of the root, and of the errors among them: prose around code parses as an error."""
    for node in root.children:
        if node.type == "ERROR":
            yield from _tops(node)
        else:
            yield node


def is_function(node: Node, name: str) -> bool:
    """Whether a node defines the function ``name``, with a body."""
    return (
        node.type == "function_item"
        and node.child_by_field_name("body") is not None
        and item_name(node) == name
    )


def has_main(piece: Piece) -> bool:
    """Whether a ``fn main`` is defined at the top level."""
    return b"main" in piece.data and piece.function("main") is not None

"""Reads a prompt's imports, types and helpers, which a whole function may rely on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Node

from evalpkg.extraction.syntax import ATTRIBUTES, COMMENTS, ITEMS, item_name, parse_prompt, text_of


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a ``use`` brings into scope; ``name`` is None for ``*``."""

    path: str
    name: str | None

    @property
    def text(self) -> str:
        """The import as a declaration of its own."""
        if self.name is None:
            return f"use {self.path}::*;"
        last = self.path.rpartition("::")[2]
        return f"use {self.path};" if last == self.name else f"use {self.path} as {self.name};"


@dataclass(frozen=True, slots=True)
class PromptItem:
    """One item of a prompt with its attributes; imports are separate."""

    name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Preamble:
    """Everything in a prompt before the signature, except comments.

    Attributes:
        imports: the names that the prompt imports.
        items: the items that the prompt defines.
        signature: the signature, from ``fn`` or ``pub`` up to the opening brace.
        arguments: the parameters' names, to be passed on in a call.
    """

    imports: tuple[Import, ...]
    items: tuple[PromptItem, ...]
    signature: str
    arguments: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether the prompt is only comments and a signature."""
        return not self.imports and not self.items


@lru_cache(maxsize=4096)
def preamble(prompt: str, entry_point: str) -> Preamble:
    """Read ``prompt``, which ends in the opening brace of ``entry_point``."""
    root = parse_prompt((prompt + "\n}").encode()).root_node
    imports: list[Import] = []
    items: list[PromptItem] = []
    attributes = ""
    for node in root.children:
        if node.type in ATTRIBUTES:
            attributes += text_of(node) + "\n"
        elif node.type == "use_declaration":
            imports += imports_of(node)
            attributes = ""
        elif node.type in ITEMS and not _is_entry(node, entry_point):
            items.append(PromptItem(item_name(node), attributes + text_of(node)))
            attributes = ""
        elif node.type not in COMMENTS:
            attributes = ""
    signature, arguments = _signature(root, entry_point)
    return Preamble(tuple(imports), tuple(items), signature, arguments)


def imports_of(declaration: Node) -> list[Import]:
    """Return the names that one ``use`` declaration imports."""
    tree = declaration.child_by_field_name("argument")
    return [] if tree is None else list(_leaves(tree, ""))


def _leaves(tree: Node, prefix: str) -> Iterator[Import]:
    stack = [(tree, prefix)]
    while stack:
        node, before = stack.pop()
        if node.type == "use_list":
            stack += [(child, before) for child in node.named_children]
        elif node.type == "scoped_use_list":
            path, inner = node.child_by_field_name("path"), node.child_by_field_name("list")
            if inner is not None:
                stack.append((inner, before if path is None else before + text_of(path) + "::"))
        elif node.type == "use_as_clause":
            path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
            if path is not None and alias is not None:
                yield Import(_path(before, path), text_of(alias))
        elif node.type == "use_wildcard":
            inner_path = node.named_children[0] if node.named_children else None
            yield Import(
                before.removesuffix("::") if inner_path is None else _path(before, inner_path), None
            )
        elif node.type not in COMMENTS:
            path_text = _path(before, node)
            yield Import(path_text, path_text.rpartition("::")[2])


def _path(before: str, node: Node) -> str:
    """Return ``before`` and the node's own path; ``a::{self}`` is ``a``."""
    text = text_of(node)
    return before.removesuffix("::") if text == "self" and before else before + text


def _is_entry(node: Node, entry_point: str) -> bool:
    return node.type == "function_item" and item_name(node) == entry_point


def _signature(root: Node, entry_point: str) -> tuple[str, tuple[str, ...]]:
    for node in reversed(root.children):
        if not _is_entry(node, entry_point):
            continue
        body, parameters = node.child_by_field_name("body"), node.child_by_field_name("parameters")
        if body is None or parameters is None:
            continue
        length = body.start_byte - node.start_byte
        text = (node.text or b"")[:length].decode("utf-8", "replace").rstrip()
        patterns = [p.child_by_field_name("pattern") for p in parameters.named_children]
        return text, tuple(text_of(p) for p in patterns if p is not None)
    return "", ()

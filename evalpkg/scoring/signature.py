"""The signature that a task asks for: what the oracle's stub and the subject's shim agree on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Node

from evalpkg.errors import DataError
from evalpkg.extraction.syntax import parse, text_of

STD_PATHS = {
    "HashMap": "::std::collections::HashMap",
    "HashSet": "::std::collections::HashSet",
    "BTreeMap": "::std::collections::BTreeMap",
    "BTreeSet": "::std::collections::BTreeSet",
    "VecDeque": "::std::collections::VecDeque",
    "BinaryHeap": "::std::collections::BinaryHeap",
    "Any": "::std::any::Any",
    "Rc": "::std::rc::Rc",
    "Arc": "::std::sync::Arc",
    "Cow": "::std::borrow::Cow",
    "Ordering": "::std::cmp::Ordering",
}
"""Names a signature may use that are not in the prelude, for prompts that forget to import them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter's type.

    Attributes:
        written: the type as written, named lifetimes and all.
        text: the type with its lifetimes left to inference.
        referent: what a reference refers to, None for other types.
        mutable: whether it is a ``&mut``.
        slice_item: item type where the referent is a slice.
    """

    written: str
    text: str
    referent: str | None = None
    mutable: bool = False
    slice_item: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A prompt, taken apart.

    Attributes:
        preamble: what stands before the function: imports, helpers, types.
        generics: lifetime parameters with their brackets, or empty.
        result: the return type with its lifetimes left to inference, ``()`` where there is none.
        written_result: the return type as written.
        imports: ``use`` lines for the types that the preamble does not import.
        preamble_imports: the preamble's ``use`` lines that its types need.
    """

    name: str
    preamble: str
    generics: str
    parameters: tuple[Parameter, ...]
    result: str
    written_result: str
    imports: tuple[str, ...]
    preamble_imports: tuple[str, ...]


@lru_cache(maxsize=4096)
def read_signature(prompt: str, entry_point: str) -> Signature:
    """The signature of ``entry_point`` in a prompt that ends with the function's ``{``.

    Raises:
        DataError: if the prompt has no such function.
    """
    source = (prompt + "\n}").encode()
    root = parse(source).root_node
    function = _find(root, entry_point)
    if function is None:
        raise DataError(f"the prompt does not declare a function '{entry_point}'")
    preamble = source[: function.start_byte].decode()
    parameters = function.child_by_field_name("parameters")
    types = [
        child.child_by_field_name("type")
        for child in (parameters.named_children if parameters else ())
        if child.type == "parameter"
    ]
    result = function.child_by_field_name("return_type")
    generics = function.child_by_field_name("type_parameters")
    nodes = [node for node in [*types, result] if node is not None]
    used = {name for node in nodes for name in _identifiers(node)}
    uses = [text_of(node) for node in root.named_children if node.type == "use_declaration"]
    wanted = tuple(use for use in uses if any(name in use for name in used))
    missing = sorted(
        name for name in used & STD_PATHS.keys() if not any(name in use for use in uses)
    )
    return Signature(
        name=entry_point,
        preamble=preamble,
        generics=text_of(generics) if generics else "",
        parameters=tuple(_parameter(node) for node in types if node is not None),
        result=anonymous(result) if result else "()",
        written_result=text_of(result) if result else "()",
        imports=tuple(f"use {STD_PATHS[name]};" for name in missing),
        preamble_imports=wanted,
    )


def _find(root: Node, name: str) -> Node | None:
    for node in root.named_children:
        found = node.child_by_field_name("name") if node.type == "function_item" else None
        if found is not None and text_of(found) == name:
            return node
    return None


def _identifiers(node: Node) -> set[str]:
    if node.type == "type_identifier":
        return {text_of(node)}
    return {name for child in node.named_children for name in _identifiers(child)}


def anonymous(node: Node) -> str:
    """The type's text with every lifetime left to inference."""
    text, start = text_of(node), node.start_byte
    for lifetime in reversed(_lifetimes(node)):
        if text_of(lifetime) != "'static":
            head = text.encode()[: lifetime.start_byte - start]
            tail = text.encode()[lifetime.end_byte - start :]
            text = (head + b"'_" + tail).decode()
    return text


def _lifetimes(node: Node) -> list[Node]:
    if node.type == "lifetime":
        return [node]
    return [found for child in node.named_children for found in _lifetimes(child)]


def _parameter(node: Node) -> Parameter:
    if node.type != "reference_type":
        return Parameter(text_of(node), anonymous(node))
    referent = node.child_by_field_name("type")
    assert referent is not None  # noqa: S101 - the grammar requires it
    mutable = any(child.type == "mutable_specifier" for child in node.named_children)
    item = None
    if referent.type == "array_type" and referent.child_by_field_name("length") is None:
        element = referent.child_by_field_name("element")
        item = anonymous(element) if element else None
    return Parameter(text_of(node), anonymous(node), anonymous(referent), mutable, item)

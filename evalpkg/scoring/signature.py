"""Read the signature that a task asks for; the oracle's stub and the subject's shim follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from tree_sitter import Node

from evalpkg.errors import DataError
from evalpkg.extraction import parse, text_of
from evalpkg.scoring.own_types import OwnTypes, own_types

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
"""Paths of names outside the prelude, for signatures in prompts that forget to import them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter's type.

    Attributes:
        written: the type as written, with named lifetimes.
        text: the type with its lifetimes left to inference (``'_``).
        referent: for a reference, the type that it refers to; None for other types.
        mutable: True for a ``&mut`` reference.
        slice_item: the item type of a reference to a slice; None for other types.
        closure: the closure, for a parameter to which the tests pass one.
    """

    written: str
    text: str
    referent: str | None = None
    mutable: bool = False
    slice_item: str | None = None
    closure: Closure | None = None

    @property
    def owned(self) -> str:
        """The owned type whose value is sent for this parameter."""
        if self.slice_item is not None:
            return f"::std::vec::Vec<{self.slice_item}>"
        if self.referent == "str":
            return "::std::string::String"
        if self.referent is not None and self.referent.startswith("dyn "):
            return f"::std::boxed::Box<{self.referent}>"
        return self.referent or self.text

    def passed(self, name: str) -> str:
        """Write the expression that passes the owned value ``name``."""
        if self.referent is None:
            return name
        inner = f"*{name}" if self.referent.startswith("dyn ") else name
        return f"&{'mut ' * self.mutable}{inner}"


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure that the tests pass.

    Attributes:
        parameters: its parameters.
        result: its return type.
        once: True for ``FnOnce``, which may be called only once.
        given: the expression that passes it, with ``{}`` for the closure.
    """

    parameters: tuple[Parameter, ...]
    result: str
    once: bool
    given: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A task's signature, with the parts of the prompt around it.

    Attributes:
        preamble: the text before the function: imports, helpers, types.
        generics: the generic parameters with their brackets, or empty.
        result: the return type with its lifetimes left to inference, ``()`` where there is none.
        written_result: the return type as written.
        imports: ``use`` lines for the types that the preamble does not import.
        preamble_imports: the preamble's ``use`` lines that its types need.
        type_parameters: names of the type parameters that are not closures.
        where: predicates of the ``where`` clause.
        items: item type of the returned iterator; None for another result.
        boxed: True if that iterator is in a ``Box``.
        own: the types that the prompt defines.
    """

    name: str
    preamble: str
    generics: str
    parameters: tuple[Parameter, ...]
    result: str
    written_result: str
    imports: tuple[str, ...]
    preamble_imports: tuple[str, ...]
    type_parameters: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    items: str | None = None
    boxed: bool = False
    own: OwnTypes = field(default_factory=OwnTypes)


@lru_cache(maxsize=4096)
def read_signature(prompt: str, entry_point: str) -> Signature:
    """Read the signature of ``entry_point`` from a prompt that ends with the function's ``{``.

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
    closures, plain = _type_parameters(function)
    own = own_types(source, entry_point)
    for offset, text in sorted(own.supertraits, reverse=True):
        if offset < len(preamble.encode()):
            raw = preamble.encode()
            preamble = (raw[:offset] + text.encode() + raw[offset:]).decode()
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
        parameters=tuple(_parameter(node, closures) for node in types if node is not None),
        result=anonymous(result) if result else "()",
        written_result=text_of(result) if result else "()",
        imports=tuple(f"use {STD_PATHS[name]};" for name in missing),
        preamble_imports=wanted,
        type_parameters=plain,
        where=_where(function),
        items=_items(result) if result else None,
        boxed=result is not None and result.type == "generic_type",
        own=own,
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
    """Return the type's text with every lifetime but ``'static`` left to inference."""
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


def _type_parameters(function: Node) -> tuple[dict[str, Node], tuple[str, ...]]:
    """Return the closures by the name of their type parameter, and the other type parameters."""
    closures: dict[str, Node] = {}
    plain: list[str] = []
    declared = function.child_by_field_name("type_parameters")
    for node in declared.named_children if declared else ():
        name = node.child_by_field_name("name")
        if node.type == "type_parameter" and name is not None:
            bounds = node.child_by_field_name("bounds")
            found = _function_type(bounds) if bounds else None
            if found is None:
                plain.append(text_of(name))
            else:
                closures[text_of(name)] = found
    clause = next((n for n in function.named_children if n.type == "where_clause"), None)
    for node in clause.named_children if clause else ():
        left, bounds = node.child_by_field_name("left"), node.child_by_field_name("bounds")
        found = _function_type(bounds) if bounds else None
        if left is not None and found is not None and text_of(left) in plain:
            plain.remove(text_of(left))
            closures[text_of(left)] = found
    return closures, tuple(plain)


def _where(function: Node) -> tuple[str, ...]:
    clause = next((n for n in function.named_children if n.type == "where_clause"), None)
    return tuple(text_of(node) for node in clause.named_children) if clause else ()


def _function_type(node: Node) -> Node | None:
    """Find the first ``Fn(..) -> ..`` or ``fn(..)`` in a type or its bounds."""
    if node.type == "function_type":
        return node
    return next((found for child in node.named_children if (found := _function_type(child))), None)


def _closure(node: Node, closures: dict[str, Node]) -> Closure | None:
    """Read the closure that a parameter's type stands for; None if it is no closure."""
    given, inner = "{}", node
    if node.type == "reference_type":
        mutable = any(child.type == "mutable_specifier" for child in node.named_children)
        referent = node.child_by_field_name("type")
        given, inner = ("&mut {}" if mutable else "&{}"), referent or node
    elif node.type == "generic_type" and text_of(node).startswith("Box<"):
        given = "::std::boxed::Box::new({})"
    function = closures.get(text_of(inner))
    if function is None and inner.type != "type_identifier":
        boxed = given.endswith("new({})")
        allowed = ("function_type", "abstract_type", "dynamic_type", "bounded_type")
        if boxed or inner.type in (*allowed, "tuple_type"):
            function = _function_type(inner)
    if function is None:
        return None
    trait = function.child_by_field_name("trait")
    parameters = function.child_by_field_name("parameters")
    result = function.child_by_field_name("return_type")
    return Closure(
        tuple(_parameter(one, {}) for one in (parameters.named_children if parameters else ())),
        anonymous(result) if result else "()",
        trait is not None and text_of(trait) == "FnOnce",
        given,
    )


_ITERATORS = ("Iterator", "IntoIterator", "DoubleEndedIterator", "ExactSizeIterator")


def _items(node: Node) -> str | None:
    """Return the item type of ``impl Iterator<Item = T>`` or a boxed iterator; else None."""
    if node.type not in ("abstract_type", "bounded_type", "dynamic_type", "generic_type"):
        return None
    name = node.child_by_field_name("type")
    called = text_of(name).rsplit("::", 1)[-1] if name is not None else ""
    if node.type == "generic_type" and called in _ITERATORS:
        for child in node.children:
            for binding in child.named_children if child.type == "type_arguments" else ():
                kind = binding.child_by_field_name("type")
                if binding.type == "type_binding" and kind is not None:
                    return text_of(kind)
    if node.type == "generic_type" and called not in ("Box", *_ITERATORS):
        return None
    children = node.named_children
    if node.type == "generic_type":
        children = [
            c for child in children if child.type == "type_arguments" for c in child.named_children
        ]
        children = [c for c in children if c.type in ("dynamic_type", "bounded_type")]
    return next((found for child in children if (found := _items(child))), None)


def _parameter(node: Node, closures: dict[str, Node]) -> Parameter:
    closure = _closure(node, closures)
    if closure is not None:
        return Parameter(text_of(node), anonymous(node), closure=closure)
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

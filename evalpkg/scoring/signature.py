"""Read the signature that a task asks for; the oracle's stub and the subject's shim follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from tree_sitter import Node

from evalpkg.errors import DataError
from evalpkg.extraction import item_name, parse_prompt, text_of
from evalpkg.scoring.own_types import OwnTypes, own_types
from evalpkg.scoring.parameters import (
    Closure,
    Parameter,
    anonymous,
    callable_type,
    closure_of,
    items_of,
    parameter_of,
)

STD_PATHS = {
    "HashMap": "::std::collections::HashMap",
    "HashSet": "::std::collections::HashSet",
    "BTreeMap": "::std::collections::BTreeMap",
    "BTreeSet": "::std::collections::BTreeSet",
    "VecDeque": "::std::collections::VecDeque",
    "BinaryHeap": "::std::collections::BinaryHeap",
    "LinkedList": "::std::collections::LinkedList",
    "Cursor": "::std::io::Cursor",
    "Reverse": "::std::cmp::Reverse",
    "Wrapping": "::std::num::Wrapping",
    "Duration": "::std::time::Duration",
    "PathBuf": "::std::path::PathBuf",
    "Ipv4Addr": "::std::net::Ipv4Addr",
    "IntoIter": "::std::vec::IntoIter",
    "Any": "::std::any::Any",
    "Rc": "::std::rc::Rc",
    "Arc": "::std::sync::Arc",
    "Cow": "::std::borrow::Cow",
    "Ordering": "::std::cmp::Ordering",
}
"""Paths of names outside the prelude, for signatures in prompts that forget to import them."""


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
        type_parameters: names of the generic types that stand for values.
        constants: names and types of the ``const`` parameters.
        where: predicates of the ``where`` clause.
        items: type of the items, where an iterator is returned.
        boxed: whether that iterator is in a ``Box``.
        returned: set where a closure is returned.
        own: the prompt's own types.
        modifiers: words like ``unsafe`` before ``fn``.
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
    constants: tuple[tuple[str, str], ...] = ()
    where: tuple[str, ...] = ()
    items: str | None = None
    boxed: bool = False
    returned: Closure | None = None
    own: OwnTypes = field(default_factory=OwnTypes)
    modifiers: tuple[str, ...] = ()

    @property
    def remains(self) -> bool:
        """Tell whether the result stays in the program and the tests call it there."""
        return self.items is not None or self.returned is not None

    @property
    def generic(self) -> tuple[str, ...]:
        """Return the names of the type parameters, then of the constants."""
        return (*self.type_parameters, *(name for name, _ in self.constants))

    @property
    def lends(self) -> bool:
        """Tell whether a value that the tests give may hold a function of theirs."""
        values = [one.text for one in self.parameters if one.closure is None]
        return any("Fn(" in text for text in (*values, self.own.definitions))

    def held(self, parameter: Parameter) -> int | None:
        """Return the number of the prompt's trait where the program may change an object of it."""
        if not parameter.mutable or parameter.referent is None:
            return None
        objects = {f"dyn {trait}": number for number, trait in enumerate(self.own.objects)}
        return objects.get(parameter.referent.removesuffix(" + '_").strip("()"))


@lru_cache(maxsize=4096)
def read_signature(prompt: str, entry_point: str) -> Signature:
    """Read the signature of ``entry_point`` from a prompt that ends with the function's ``{``.

    Raises:
        DataError: if the prompt has no such function.
    """
    source = _with_names((prompt + "\n}").encode(), entry_point)
    root = parse_prompt(source).root_node
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
    bounds = [node for node in (generics, _where_clause(function)) if node is not None]
    used = {name for node in [*nodes, *bounds] for name in _identifiers(node)} | own.bounds
    named = (item_name(node) for node in root.named_children if node.type == "mod_item")
    modules = {name for name in named if name}
    uses = [_use(node, modules) for node in root.named_children if node.type == "use_declaration"]
    taken = {path.rsplit("::", 1)[-1] for path in own.names}
    wanted = tuple(use for use in uses if any(name in use for name in used - taken))
    wanted += tuple(f"use super::{name};" for name in sorted(used & modules))
    missing = sorted(
        name for name in used & STD_PATHS.keys() if not any(name in use for use in uses)
    )
    items = items_of(result) if result else None
    return Signature(
        name=entry_point,
        preamble=preamble,
        generics=text_of(generics) if generics else "",
        parameters=tuple(parameter_of(node, closures) for node in types if node is not None),
        result=anonymous(result) if result else "()",
        written_result=text_of(result) if result else "()",
        imports=tuple(f"use {STD_PATHS[name]};" for name in missing),
        preamble_imports=wanted,
        type_parameters=plain,
        constants=_constants(generics),
        where=_where(function),
        items=text_of(items) if items else None,
        boxed=result is not None and result.type == "generic_type",
        returned=_returned(result) if result and items is None else None,
        own=own,
        modifiers=_modifiers(function),
    )


def _modifiers(function: Node) -> tuple[str, ...]:
    found = [node for node in function.named_children if node.type == "function_modifiers"]
    return tuple(text_of(found[0]).split()) if found else ()


def _find(root: Node, name: str) -> Node | None:
    for node in root.named_children:
        found = node.child_by_field_name("name") if node.type == "function_item" else None
        if found is not None and text_of(found) == name:
            return node
    return None


def _identifiers(node: Node) -> set[str]:
    if node.type in ("type_identifier", "identifier"):
        return {text_of(node)}
    return {name for child in node.named_children for name in _identifiers(child)}


def _type_parameters(function: Node) -> tuple[dict[str, Node], tuple[str, ...]]:
    """Return the closures by the name of their type parameter, and the other type parameters."""
    closures: dict[str, Node] = {}
    plain: list[str] = []
    declared = function.child_by_field_name("type_parameters")
    for node in declared.named_children if declared else ():
        name = node.child_by_field_name("name")
        if node.type == "type_parameter" and name is not None:
            bounds = node.child_by_field_name("bounds")
            found = callable_type(bounds) if bounds else None
            if found is None:
                plain.append(text_of(name))
            else:
                closures[text_of(name)] = found
    clause = _where_clause(function)
    for node in clause.named_children if clause else ():
        left, bounds = node.child_by_field_name("left"), node.child_by_field_name("bounds")
        found = callable_type(bounds) if bounds else None
        if left is not None and found is not None and text_of(left) in plain:
            plain.remove(text_of(left))
            closures[text_of(left)] = found
    return closures, tuple(plain)


def _use(node: Node, modules: set[str]) -> str:
    """Write a ``use`` of the prompt so that it holds in a module of the prompt's."""
    path = node.child_by_field_name("argument")
    text = text_of(path) if path else ""
    own = text.split("::", 1)[0] in modules
    return f"use super::{text};" if own else text_of(node)


def _where_clause(function: Node) -> Node | None:
    return next((n for n in function.named_children if n.type == "where_clause"), None)


def _where(function: Node) -> tuple[str, ...]:
    clause = _where_clause(function)
    return tuple(text_of(node) for node in clause.named_children) if clause else ()


def _constants(generics: Node | None) -> tuple[tuple[str, str], ...]:
    found = []
    for node in generics.named_children if generics else ():
        name, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
        if node.type == "const_parameter" and name is not None and kind is not None:
            found.append((text_of(name), text_of(kind)))
    return tuple(found)


def _returned(result: Node) -> Closure | None:
    if result.type in ("reference_type", "function_type"):
        return None
    return closure_of(result, {})


def _with_names(source: bytes, entry_point: str) -> bytes:
    """Give each ``impl Trait`` that a value is passed for the name of a type parameter."""
    function = _find(parse_prompt(source).root_node, entry_point)
    parameters = function.child_by_field_name("parameters") if function else None
    if function is None or parameters is None:
        return source
    nodes = _abstract(parameters)
    if not nodes:
        return source
    generics, name = (function.child_by_field_name(key) for key in ("type_parameters", "name"))
    declared = [f"Evalwire{number}: {text_of(node)[5:]}" for number, node in enumerate(nodes)]
    for number, node in reversed(list(enumerate(nodes))):
        named = f"Evalwire{number}".encode()
        source = source[: node.start_byte] + named + source[node.end_byte :]
    if generics is not None:
        inside = text_of(generics)[1:-1].rstrip().rstrip(",")
        text, start, end = (
            f"<{inside}, {', '.join(declared)}>",
            generics.start_byte,
            generics.end_byte,
        )
    else:
        assert name is not None  # noqa: S101 - the grammar requires it
        text, start, end = f"<{', '.join(declared)}>", name.end_byte, name.end_byte
    return source[:start] + text.encode() + source[end:]


def _abstract(node: Node) -> list[Node]:
    """Find each ``impl Trait`` in the parameters that is neither a closure nor an iterator."""
    if node.type == "bounded_type" and node.named_children[0].type == "abstract_type":
        return [] if callable_type(node) else [node]
    if node.type == "abstract_type":
        return [] if callable_type(node) else [node]
    return [found for child in node.named_children for found in _abstract(child)]

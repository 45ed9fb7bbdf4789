"""One parameter of a signature: a value, or a closure or an iterator that the tests keep."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from evalpkg.extraction import text_of

_CELL = re.compile(r"\b(?:Ref)?Cell<")

UNSIZED = {"Path": "::std::path::PathBuf", "OsStr": "::std::ffi::OsString"}
"""Types that exist only behind a reference, and what holds a value of them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter's type.

    Attributes:
        written: the type as written, named lifetimes and all.
        text: the type with its lifetimes left to inference.
        referent: what a reference refers to, None for other types.
        mutable: whether it is a ``&mut``.
        slice_item: item type where the referent is a slice.
        closure: set where the tests give a closure.
    """

    written: str
    text: str
    referent: str | None = None
    mutable: bool = False
    slice_item: str | None = None
    closure: Closure | None = None

    @property
    def owned(self) -> str:
        """Return the type of a value that can be passed for the parameter."""
        if self.slice_item is not None:
            return f"::std::vec::Vec<{self.slice_item}>"
        if self.referent == "str":
            return "::std::string::String"
        if self.referent in UNSIZED:
            return UNSIZED[self.referent]
        if self.referent is not None and self.referent.startswith("dyn "):
            return f"::std::boxed::Box<{self.referent}>"
        return self.referent or self.text

    @property
    def shared(self) -> bool:
        """Tell whether the program may change it behind a shared reference."""
        return not self.mutable and self.closure is None and bool(_CELL.search(self.text))

    @property
    def lasting(self) -> bool:
        """Tell whether it is a shared reference with a lifetime that has a name."""
        named = self.written.startswith("&'") and not self.written.startswith("&'_")
        return named and not self.mutable

    def passed(self, name: str) -> str:
        """Write the expression that passes the owned value ``name``."""
        if self.referent is None:
            return name
        inner = f"*{name}" if self.referent.startswith("dyn ") else name
        return f"&{'mut ' * self.mutable}{inner}"


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure that the tests give.

    Attributes:
        parameters: what it takes.
        result: what it gives back.
        once: whether it may be called once only.
        given: how it is handed over, with ``{}`` for the closure.
        mutable: whether a call may change it.
        iterator: whether the tests give an iterator, whose next item the closure gives.
    """

    parameters: tuple[Parameter, ...]
    result: str
    once: bool
    given: str
    mutable: bool = False
    iterator: bool = False


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


def function_type(node: Node) -> Node | None:
    """Find the first ``Fn(..) -> ..`` or ``fn(..)`` in a type or its bounds."""
    if node.type == "function_type":
        return node
    return next((found for child in node.named_children if (found := function_type(child))), None)


def iterator_type(node: Node) -> Node | None:
    """Find ``Iterator<Item = T>`` in a type or its bounds; None if they ask for more than that."""
    if node.type == "generic_type":
        name = node.child_by_field_name("type")
        called = text_of(name).rsplit("::", 1)[-1] if name is not None else ""
        return node if called in ("Iterator", "IntoIterator") and items_of(node) else None
    if node.type not in (*_CALLABLE, "trait_bounds"):
        return None
    asked = [child for child in node.named_children if text_of(child) not in _NO_METHODS]
    asked = [child for child in asked if child.type != "lifetime"]
    return iterator_type(asked[0]) if len(asked) == 1 else None


_NO_METHODS = ("Send", "Sync", "Sized", "?Sized", "Unpin")
"""Bounds that ask for no more than an iterator made by ``from_fn`` has."""


def callable_type(node: Node) -> Node | None:
    """Find the function or the iterator that a type or its bounds name."""
    return function_type(node) or iterator_type(node)


_CALLABLE = ("function_type", "abstract_type", "dynamic_type", "bounded_type", "tuple_type")


def _boxed(node: Node) -> Node | None:
    """Return the type inside ``Box<..>``; None for another type."""
    arguments = node.child_by_field_name("type_arguments")
    if node.type != "generic_type" or arguments is None or not text_of(node).startswith("Box<"):
        return None
    return arguments.named_children[0] if arguments.named_children else None


def closure_of(node: Node, closures: dict[str, Node]) -> Closure | None:
    """Read the closure that a parameter's type stands for; None if it is no closure."""
    given, inner = "{}", node
    if node.type == "reference_type":
        mutable = any(child.type == "mutable_specifier" for child in node.named_children)
        referent = node.child_by_field_name("type")
        given, inner = ("&mut {}" if mutable else "&{}"), referent or node
    elif (boxed := _boxed(node)) is not None:
        given, inner = "::std::boxed::Box::new({})", boxed
    function = closures.get(text_of(inner))
    if function is None and inner.type in _CALLABLE:
        function = callable_type(inner)
    if function is None:
        return None
    if (item := items_of(function)) is not None:
        given = given.replace("{}", "::std::iter::from_fn({})")
        next_item = f"::std::option::Option<{anonymous(item)}>"
        return Closure((), next_item, once=False, given=given, iterator=True)
    trait = function.child_by_field_name("trait")
    parameters = function.child_by_field_name("parameters")
    result = function.child_by_field_name("return_type")
    return Closure(
        tuple(parameter_of(one, {}) for one in (parameters.named_children if parameters else ())),
        anonymous(result) if result else "()",
        once=trait is not None and text_of(trait) == "FnOnce",
        given=given,
        mutable=trait is not None and text_of(trait) == "FnMut",
    )


_ITERATORS = ("Iterator", "IntoIterator", "DoubleEndedIterator", "ExactSizeIterator")


def items_of(node: Node) -> Node | None:
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
                    return kind
    if node.type == "generic_type" and called not in ("Box", *_ITERATORS):
        return None
    children = node.named_children
    if node.type == "generic_type":
        children = [
            c for child in children if child.type == "type_arguments" for c in child.named_children
        ]
        children = [c for c in children if c.type in ("dynamic_type", "bounded_type")]
    return next((found for child in children if (found := items_of(child))), None)


def parameter_of(node: Node, closures: dict[str, Node]) -> Parameter:
    """Read a parameter from its type; ``closures`` has the closures by type parameter."""
    closure = closure_of(node, closures)
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

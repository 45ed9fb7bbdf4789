"""Write encoders and decoders for the types that a prompt defines, from their definitions.

The tests and the program get the same text, in a module that can name the prompt's items. Each side
uses its own definition of the types: the tests the prompt's, the program the one that it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from tree_sitter import Node

from evalpkg.extraction import parse, text_of

_DEFINITIONS = ("struct_item", "enum_item", "type_item", "trait_item", "const_item")


@dataclass(frozen=True, slots=True)
class OwnTypes:
    """The prompt's own types that a signature needs.

    Attributes:
        names: paths of everything of the prompt that the signature and these types name.
        both: impls for both sides.
        oracle: impls for the tests only, which send trait objects.
        subject: impls for the program only, which receives trait objects.
        supertraits: insertions as (byte offset in the prompt, text) that give the tests' traits a
            supertrait for sending.
        concrete: types without parameters; they may stand for a generic parameter.
    """

    names: tuple[str, ...] = ()
    both: str = ""
    oracle: str = ""
    subject: str = ""
    supertraits: tuple[tuple[int, str], ...] = ()
    concrete: tuple[str, ...] = ()


@dataclass(slots=True)
class _Collector:
    items: dict[str, Node]
    implementors: dict[str, list[str]]
    names: list[str] = field(default_factory=list)

    def want(self, node: Node) -> None:
        """Add every item that a type names, and the items that those name in turn."""
        for name in _type_names(node):
            item = self.items.get(name)
            if item is None or name in self.names:
                continue
            self.names.append(name)
            body = item if item.type == "type_item" else item.child_by_field_name("body")
            if item.type == "trait_item":
                for owner in self.implementors.get(name, []):
                    if owner in self.items and owner not in self.names:
                        self.names.append(owner)
                        self._fields(self.items[owner])
            elif body is not None:
                self.want(body)

    def _fields(self, item: Node) -> None:
        body = item.child_by_field_name("body")
        if body is not None:
            self.want(body)


@lru_cache(maxsize=4096)
def own_types(source: bytes, entry_point: str) -> OwnTypes:
    """Find the types of a prompt that its entry point takes or returns.

    Args:
        source: the prompt, closed by a brace so that it parses.
        entry_point: name of the function.
    """
    root = parse(source).root_node
    paths: dict[str, str] = {}
    items: dict[str, Node] = {}
    _collect(root, "", items, paths)
    implementors: dict[str, list[str]] = {}
    for node in root.named_children:
        trait = node.child_by_field_name("trait") if node.type == "impl_item" else None
        owner = node.child_by_field_name("type")
        if trait is not None and owner is not None and owner.type == "type_identifier":
            implementors.setdefault(text_of(trait), []).append(text_of(owner))
    collector = _Collector(items, implementors)
    for node in root.named_children:
        if node.type == "function_item" and _name(node) == entry_point:
            for part in ("type_parameters", "parameters", "return_type"):
                child = node.child_by_field_name(part)
                if child is not None:
                    collector.want(child)
    wanted = [items[name] for name in collector.names]
    data = [node for node in wanted if node.type in ("struct_item", "enum_item")]
    traits = [node for node in wanted if node.type == "trait_item"]
    owners = {_name(node): implementors.get(_name(node), []) for node in traits}
    return OwnTypes(
        names=tuple(paths[name] for name in collector.names),
        both="\n".join(_codec(node) for node in data),
        oracle="\n".join(_sent_object(name, types) for name, types in owners.items()),
        subject="\n".join(_received_object(name, types) for name, types in owners.items()),
        supertraits=tuple(_supertrait(node) for node in traits),
        concrete=tuple(_name(n) for n in data if n.child_by_field_name("type_parameters") is None),
    )


def _collect(scope: Node, path: str, items: dict[str, Node], paths: dict[str, str]) -> None:
    """The definitions of a prompt and of the modules in it, by name, with their paths."""
    for node in scope.named_children:
        if node.type in _DEFINITIONS and _name(node) not in items:
            items[_name(node)] = node
            paths[_name(node)] = path + _name(node)
    for node in scope.named_children:
        body = node.child_by_field_name("body")
        if node.type == "mod_item" and body is not None:
            _collect(body, f"{path}{_name(node)}::", items, paths)


def _name(node: Node) -> str:
    name = node.child_by_field_name("name")
    return text_of(name) if name else ""


def _type_names(node: Node) -> list[str]:
    here = [text_of(node)] if node.type in ("type_identifier", "identifier") else []
    return here + [name for child in node.named_children for name in _type_names(child)]


def _codec(item: Node) -> str:
    name = _name(item)
    if item.type == "struct_item":
        put, get = _fields(item, "Self", "self.")
        put, get = put or " out.push(0);", get
        body = f"{put}"
        took = "" if get[1] else " input.byte()?;"
        received = f"{took} Ok({get[0]})"
    else:
        body, received = _variants(item)
    return (
        f"{_header(item, 'Put', name)} {{ fn put(&self, out: &mut ::std::vec::Vec<u8>) "
        f"{{{body} }} }}\n"
        f"{_header(item, 'Get', name)} {{ fn get(input: &mut ::evalwire::Reader<'_>) "
        f"-> ::evalwire::Decoded<Self> {{{received} }} }}"
    )


def _header(item: Node, trait: str, name: str) -> str:
    """Write ``impl<T: Bounds + Put> Put for Name<T> where ..``; lifetimes stay as declared."""
    parameters = item.child_by_field_name("type_parameters")
    declared, given = [], []
    for node in parameters.named_children if parameters else ():
        bounds = node.child_by_field_name("bounds")
        text = _name(node) or text_of(node)
        if node.type == "type_parameter":
            extra = f"{text_of(bounds)} + " if bounds else ": "
            declared.append(f"{text}{extra}::evalwire::{trait}")
        elif node.type == "const_parameter":
            kind = node.child_by_field_name("type")
            declared.append(f"const {text}: {text_of(kind) if kind else 'usize'}")
        else:
            declared.append(text_of(node))
        given.append(text)
    where = next((text_of(node) for node in item.named_children if node.type == "where_clause"), "")
    left = f"<{', '.join(declared)}>" if declared else ""
    right = f"<{', '.join(given)}>" if given else ""
    return f"impl{left} ::evalwire::{trait} for {name}{right} {where}"


_GET = "::evalwire::Get::get(input)?"


def _fields(item: Node, constructor: str, prefix: str) -> tuple[str, tuple[str, int]]:
    """Return code that encodes each field, an expression that decodes all, and their number."""
    body = item.child_by_field_name("body")
    if body is None:
        return "", (constructor, 0)
    if body.type == "field_declaration_list":
        names = [_name(node) for node in body.named_children if node.type == "field_declaration"]
        inner = ", ".join(f"{name}: {_GET}" for name in names)
        put = "".join(f" ::evalwire::Put::put(&{prefix}{name}, out);" for name in names)
        return put, (f"{constructor} {{ {inner} }}", len(names))
    count = len(body.children_by_field_name("type"))
    put = "".join(f" ::evalwire::Put::put(&{prefix}{index}, out);" for index in range(count))
    return put, (f"{constructor}({', '.join([_GET] * count)})", count)


def _variants(item: Node) -> tuple[str, str]:
    """Return code that encodes and decodes an enum: the variant's number, then its fields."""
    body = item.child_by_field_name("body")
    variants = [n for n in (body.named_children if body else ()) if n.type == "enum_variant"]
    put, get = "", ""
    for number, variant in enumerate(variants):
        constructor = f"Self::{_name(variant)}"
        _, (expression, count) = _fields(variant, constructor, "")
        shape = variant.child_by_field_name("body")
        bound = [f"f{index}" for index in range(count)]
        if shape is None:
            pattern = constructor
        elif shape.type == "field_declaration_list":
            fields = [_name(n) for n in shape.named_children if n.type == "field_declaration"]
            inner = ", ".join(f"{a}: {b}" for a, b in zip(fields, bound, strict=True))
            pattern = f"{constructor} {{ {inner} }}"
        else:
            pattern = f"{constructor}({', '.join(bound)})"
        sent = "".join(f" ::evalwire::Put::put({one}, out);" for one in bound)
        put += f" {pattern} => {{ ::evalwire::Put::put(&{number}u32, out);{sent} }}"
        get += f" {number}u32 => Ok({expression}),"
    subject = "self" if variants else "*self"
    received = (
        f" match <u32 as ::evalwire::Get>::get(input)? {{{get} _ => Err(::evalwire::Malformed) }}"
    )
    return f" match {subject} {{{put} }}", received


def _supertrait(item: Node) -> tuple[int, str]:
    bounds = item.child_by_field_name("bounds")
    name = item.child_by_field_name("name")
    assert name is not None  # noqa: S101 - the grammar requires it
    mark = f"self::evalwire_codec::Sent{text_of(name)}"
    if bounds is not None:
        return bounds.start_byte + 1, f" {mark} +"
    return name.end_byte, f": {mark}"


def _sent_object(name: str, types: list[str]) -> str:
    impls = "".join(
        f"impl Sent{name} for {one} {{ fn evalwire_sent(&self, out: &mut ::std::vec::Vec<u8>) "
        f"{{ ::evalwire::Put::put(&{number}u32, out); ::evalwire::Put::put(self, out) }} }}\n"
        for number, one in enumerate(types)
    )
    return (
        f"pub trait Sent{name} {{ fn evalwire_sent(&self, out: &mut ::std::vec::Vec<u8>); }}\n"
        f"{impls}"
        f"impl<'o> ::evalwire::Put for dyn {name} + 'o {{ "
        "fn put(&self, out: &mut ::std::vec::Vec<u8>) { self.evalwire_sent(out) } }"
    )


def _received_object(name: str, types: list[str]) -> str:
    arms = "".join(
        f" {number}u32 => Ok(::std::boxed::Box::new(<{one} as ::evalwire::Get>::get(input)?)),"
        for number, one in enumerate(types)
    )
    return (
        f"impl ::evalwire::Get for ::std::boxed::Box<dyn {name}> {{ "
        "fn get(input: &mut ::evalwire::Reader<'_>) -> ::evalwire::Decoded<Self> "
        f"{{ match <u32 as ::evalwire::Get>::get(input)? {{{arms} "
        "_ => Err(::evalwire::Malformed) } } }\n"
        f"impl<'o> ::evalwire::Get for &'o dyn {name} {{ "
        "fn get(input: &mut ::evalwire::Reader<'_>) -> ::evalwire::Decoded<Self> "
        f"{{ <::std::boxed::Box<dyn {name}> as ::evalwire::Get>::get(input)"
        ".map(|one| &*::std::boxed::Box::leak(one)) } }"
    )

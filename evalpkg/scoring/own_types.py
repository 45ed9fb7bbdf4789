"""Write encoders and decoders for the types that a prompt defines, from their definitions.

The tests and the program get the same text, in a module that can name the prompt's items. Each side
uses its own definition of the types: the tests the prompt's, the program the one that it has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from tree_sitter import Node

from evalpkg.extraction import parse_prompt, text_of

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
        bounds: names in the bounds of these types' parameters.
        objects: traits that the prompt's types implement, arguments and all; the program holds
            what it may change of the first in a ``Held0``, and so on.
        definitions: the text of all these definitions.
        given_back: the text of those that the result names.
    """

    names: tuple[str, ...] = ()
    both: str = ""
    oracle: str = ""
    subject: str = ""
    supertraits: tuple[tuple[int, str], ...] = ()
    concrete: tuple[str, ...] = ()
    bounds: frozenset[str] = frozenset()
    objects: tuple[str, ...] = ()
    definitions: str = ""
    given_back: str = ""


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
    root = parse_prompt(source).root_node
    paths: dict[str, str] = {}
    items: dict[str, Node] = {}
    _collect(root, "", items, paths)
    written = _implementors(root)
    implementors: dict[str, list[str]] = {}
    for trait, owners in written.items():
        implementors.setdefault(_head(trait), []).extend(owners)
    collector, back = _Collector(items, implementors), _Collector(items, implementors)
    for node in root.named_children:
        if node.type == "function_item" and _name(node) == entry_point:
            for part in ("type_parameters", "parameters", "return_type"):
                child = node.child_by_field_name(part)
                if child is not None:
                    collector.want(child)
                    back.want(child) if part == "return_type" else None
    wanted = [items[name] for name in collector.names]
    data = [node for node in wanted if node.type in ("struct_item", "enum_item")]
    text = source.decode()
    traits = [n for n in wanted if n.type == "trait_item" and _is_object(_name(n), text)]
    sent = [trait for trait in written if _head(trait) in map(_name, traits)]
    return OwnTypes(
        names=tuple(paths[name] for name in collector.names),
        both="\n".join(_codec(node) for node in data),
        oracle="\n".join(
            [_sender(_name(node), implementors.get(_name(node), [])) for node in traits]
            + [_sent_object(trait) for trait in sent]
        ),
        subject="\n".join(
            _received_object(number, trait, written[trait], implementors[_head(trait)])
            for number, trait in enumerate(sent)
        ),
        supertraits=tuple(_supertrait(node) for node in traits),
        concrete=tuple(_name(n) for n in data if n.child_by_field_name("type_parameters") is None),
        bounds=frozenset(name for node in data for name in _bounds(node)),
        objects=tuple(sent),
        definitions="\n".join(map(text_of, wanted)),
        given_back="\n".join(text_of(items[name]) for name in back.names),
    )


def _implementors(root: Node) -> dict[str, list[str]]:
    """The prompt's types without parameters by the traits that they implement, as written."""
    found: dict[str, list[str]] = {}
    for node in root.named_children:
        if node.type != "impl_item" or node.child_by_field_name("type_parameters") is not None:
            continue
        trait, owner = node.child_by_field_name("trait"), node.child_by_field_name("type")
        if trait is not None and owner is not None and owner.type == "type_identifier":
            found.setdefault(text_of(trait), []).append(text_of(owner))
    return found


def _is_object(trait: str, text: str) -> bool:
    """Tell whether a prompt uses ``dyn`` with a trait; a bound alone needs no object of it."""
    return bool(re.search(rf"\bdyn\s+(?:\w+::)*{re.escape(trait)}\b", text))


def _head(trait: str) -> str:
    return trait.split("<", 1)[0].strip()


def _bounds(item: Node) -> list[str]:
    where = [node for node in item.named_children if node.type == "where_clause"]
    parameters = item.child_by_field_name("type_parameters")
    return [name for node in (parameters, *where) if node for name in _type_names(node)]


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
    return (item.child_by_field_name("type_parameters") or name).end_byte, f": {mark}"


_PUT = "(&self, out: &mut ::std::vec::Vec<u8>)"
_TAKE = "(&mut self, input: &mut ::evalwire::Reader<'_>) -> ::evalwire::Decoded<()>"


def _sender(name: str, types: list[str]) -> str:
    """Write the supertrait by which an object of the tests is sent and taken back."""
    impls = "".join(
        f"impl Sent{name} for {one} {{ fn evalwire_sent{_PUT} "
        f"{{ ::evalwire::Put::put(&{number}u32, out); ::evalwire::Put::put(self, out) }} "
        f"fn evalwire_taken{_TAKE} {{ match <u32 as ::evalwire::Get>::get(input)? {{ "
        f"{number}u32 => {{ *self = {_GET}; Ok(()) }} _ => Err(::evalwire::Malformed) }} }} }}\n"
        for number, one in enumerate(dict.fromkeys(types))
    )
    return f"pub trait Sent{name} {{ fn evalwire_sent{_PUT}; fn evalwire_taken{_TAKE}; }}\n{impls}"


def _sent_object(trait: str) -> str:
    return (
        f"impl<'o> ::evalwire::Put for dyn {trait} + 'o {{ "
        f"fn put{_PUT} {{ self.evalwire_sent(out) }} }}"
    )


def _received_object(number: int, trait: str, types: list[str], known: list[str]) -> str:
    """Write how the program receives an object, and how it gives back one that it may change."""
    held = f"Held{number}"
    tags = list(dict.fromkeys(known))
    numbered = [(tags.index(one), one) for one in dict.fromkeys(types)]
    variants = ", ".join(f"V{tag}({one})" for tag, one in numbered)
    got = "".join(f" {tag}u32 => Ok(Self::V{tag}({_GET}))," for tag, _ in numbered)
    sent = "".join(
        f" Self::V{tag}(one) => {{ ::evalwire::Put::put(&{tag}u32, out); "
        "::evalwire::Put::put(one, out) }"
        for tag, _ in numbered
    )
    lent = "".join(f" Self::V{tag}(one) => one," for tag, _ in numbered)
    boxed = "".join(f" {held}::V{tag}(one) => ::std::boxed::Box::new(one)," for tag, _ in numbered)
    reader = "(input: &mut ::evalwire::Reader<'_>) -> ::evalwire::Decoded<Self>"
    return (
        f"pub(crate) enum {held} {{ {variants} }}\n"
        f"impl {held} {{ pub(crate) fn object(&mut self) -> &mut dyn {trait} "
        f"{{ match self {{{lent} }} }} }}\n"
        f"impl ::evalwire::Get for {held} {{ fn get{reader} "
        f"{{ match <u32 as ::evalwire::Get>::get(input)? {{{got} "
        "_ => Err(::evalwire::Malformed) } } }\n"
        f"impl ::evalwire::Put for {held} {{ fn put{_PUT} {{ match self {{{sent} }} }} }}\n"
        f"impl ::evalwire::Get for ::std::boxed::Box<dyn {trait}> {{ fn get{reader} "
        f"{{ Ok(match <{held} as ::evalwire::Get>::get(input)? {{{boxed} }}) }} }}\n"
        f"impl<'o> ::evalwire::Get for &'o dyn {trait} {{ fn get{reader} "
        f"{{ <::std::boxed::Box<dyn {trait}> as ::evalwire::Get>::get(input)"
        ".map(|one| &*::std::boxed::Box::leak(one)) } }"
    )

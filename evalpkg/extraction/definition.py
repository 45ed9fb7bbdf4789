"""The completion as a text that defines the whole entry point."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node, Query, QueryCursor

from evalpkg.extraction.items import (
    find_items,
    functions,
    is_complete,
    is_only_items,
    keep_items,
    keep_last_versions,
)
from evalpkg.extraction.prompts import Preamble, imports_of
from evalpkg.extraction.syntax import RAW, item_name, parse, rust, text_of


def may_define(code: bytes, name: bytes) -> bool:
    """A quick look that spares most bodies a parse."""
    return name in code and b"fn" in code


def find_definition(code: bytes, name: str, prose: bool) -> bytes | None:
    """The items of ``code``, if one of them is the complete function ``name``.

    The last complete definition wins. Statements, prose and stray braces at the top level are left
    out, as rustc would take none of them.

    Args:
        code: a fenced block or a whole answer.
        name: the entry point.
        prose: whether there may be prose around the code.
    """
    root = parse(code).root_node
    found = functions(root, name)
    if not any(is_complete(function) for function in found) or (prose and root.has_error):
        if not prose:
            return None
        code = find_items(code)
        root = parse(code).root_node
        found = functions(root, name)
        if not any(is_complete(function) for function in found):
            return None
    elif not is_only_items(root):
        code = keep_items(code, root)
        root = parse(code).root_node
    if len(found) > 1:
        code = keep_last_versions(code, root)
    return code


def find_nested(code: bytes, name: str, prompt: Preamble) -> bytes | None:
    """``code`` with a top-level function ``name`` made from one inside an item, if there is one.

    An associated function is called from a wrapper with the prompt's signature, one that is public
    in a module is imported, any other is copied to the top level.
    """
    root = parse(code).root_node
    for function in reversed(_all_functions(root, name)):
        if not is_complete(function):
            continue
        added = _made_visible(function, name, prompt, root)
        if added is not None:
            if _imports(root, name):
                added = ""  # the model did it
            # Around a nested function, errors are the model's own and stay.
            kept = keep_items(code, root) if root.has_error else code
            return kept + b"\n\n" + added.encode()
    return None


def find_start(code: bytes, name: str) -> int | None:
    """Where a definition of ``name`` that is cut off or broken begins, None if there is none."""
    offset, found = 0, None
    for line in code.split(b"\n"):
        words = line.replace(b"(", b" ( ").replace(b"<", b" < ").split()
        while words and words[0] in (b"pub", b"(", b"crate)", b"const", b"unsafe", b"async"):
            words.pop(0)
        if words[:1] == [b"fn"] and words[1:2] in ([name.encode()], [f"{RAW}{name}".encode()]):
            found = offset
        offset += len(line) + 1
    return found


def _all_functions(root: Node, name: str) -> list[Node]:
    captures = QueryCursor(_function_query()).captures(root)
    found = [node for node in captures.get("function", ()) if item_name(node) == name]
    return sorted(found, key=lambda node: node.start_byte)


@lru_cache(maxsize=1)
def _function_query() -> Query:
    return Query(rust(), "(function_item name: (identifier)) @function")


def _made_visible(function: Node, name: str, prompt: Preamble, root: Node) -> str | None:
    container = _container(function)
    if container is None or container.type == "trait_item":
        return None
    if container.type == "impl_item":
        return _wrapper(function, container, name, prompt, root)
    module = container.child_by_field_name("name")
    at_top = container.type == "mod_item" and container.parent == root
    if at_top and module is not None and _is_public(function):
        return f"use {text_of(module)}::{name};\n"
    return text_of(function) + "\n"


def _wrapper(
    function: Node, implementation: Node, name: str, prompt: Preamble, root: Node
) -> str | None:
    owner = implementation.child_by_field_name("type")
    parameters = function.child_by_field_name("parameters")
    if owner is None or parameters is None or implementation.child_by_field_name("type_parameters"):
        return None
    if any(p.type == "self_parameter" for p in parameters.named_children):
        return None
    call = f"{text_of(owner)}::{name}({', '.join(prompt.arguments)})"
    wrapper = f"{prompt.signature} {{\n    {call}\n}}\n"
    defined = {item_name(node) for node in root.children}
    known = text_of(owner).removeprefix(RAW) in defined
    return wrapper if known else f"struct {text_of(owner)};\n\n{wrapper}"


def _imports(root: Node, name: str) -> bool:
    """Whether a ``use`` at the top level brings in ``name``, by name."""
    uses = [node for node in root.children if node.type == "use_declaration"]
    return any(entry.name == name for node in uses for entry in imports_of(node))


def _container(function: Node) -> Node | None:
    """The innermost ``impl``, ``trait``, ``mod`` or function around a function."""
    for node in _ancestors(function):
        if node.type in ("impl_item", "trait_item", "mod_item", "function_item"):
            return node
    return None


def _ancestors(node: Node) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _is_public(function: Node) -> bool:
    return function.children[0].type == "visibility_modifier"

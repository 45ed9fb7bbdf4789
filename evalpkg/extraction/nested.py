"""Finds a definition of the entry point inside another item, and makes it visible at the top."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from evalpkg.extraction.assemble import with_helpers
from evalpkg.extraction.items import dangles, is_complete, is_only_items, keep_items
from evalpkg.extraction.lexing import read_to_end
from evalpkg.extraction.pieces import join_pieces, read_pieces
from evalpkg.extraction.prompts import Preamble, imports_of
from evalpkg.extraction.syntax import ATTRIBUTES, COMMENTS, RAW, item_name, parse, text_of, walk

_MOST_FUNCTIONS = 16
_MOST_BRACES = 4
_AROUND = frozenset({"impl_item", "trait_item", "mod_item", "function_item"})
_TEST_MODULES = frozenset({"test", "tests"})


def find_nested(text: str, name: str, prompt: Preamble) -> str | None:
    """Return ``text`` with a top-level ``name`` made from a function inside an item.

    An associated function is called from a wrapper with the prompt's signature. A function of a
    module is imported, and made public where it is not. Any other is copied to the top level. A
    function that stands only in the answer's own tests does not count; then the result is None.
    """
    for code in _readings(text):
        root = parse(code.encode()).root_node
        for function, around in reversed(_all_functions(root, name)):
            if not is_complete(function) or _is_of_tests(around):
                continue
            added = _made_visible(function, around, name, prompt, root)
            if added is None:
                continue
            if _imports(root, name):
                return _kept(code, root)  # the model imported it itself
            opened = _opened(code, [*around[1:], function]) if _modules(around) else code
            return f"{_kept(opened, parse(opened.encode()).root_node)}\n\n{added}"
    return None


def only_in_tests(text: str, name: str) -> bool:
    """Tell whether all definitions of ``name`` are in the answer's own tests."""
    found = _all_functions(parse(text.encode()).root_node, name)
    return bool(found) and all(_is_of_tests(around) for _, around in found)


def _readings(text: str) -> Iterator[str]:
    """Yield the text; if it was cut or has errors, first its whole items, last it with braces."""
    root = parse(text.encode()).root_node
    if not root.has_error and not dangles(root):
        yield text
        return
    yield join_pieces(text, read_pieces(text).found)
    yield text
    ending = read_to_end(text, 0, "", semicolon=False)
    if 0 < ending.depth <= _MOST_BRACES and not ending.inside:
        yield text + "\n" + "}" * ending.depth + "\n"


def _all_functions(root: Node, name: str) -> list[tuple[Node, list[Node]]]:
    """Return the functions called ``name`` at any depth, with the nodes around each.

    The outermost node comes first.
    """
    nodes = (node for node in walk(root) if node.type == "function_item")
    found = [node for node in nodes if item_name(node) == name]
    found.sort(key=lambda node: node.start_byte)
    return [(node, _path(root, node)) for node in found[-_MOST_FUNCTIONS:]]


def _path(root: Node, target: Node) -> list[Node]:
    """Return the nodes around ``target``, from the root down.

    Going down takes time linear in the depth; going up does not.
    """
    path: list[Node] = []
    node: Node | None = root
    while node is not None and node != target:
        path.append(node)
        node = node.child_with_descendant(target)
    return path


def _is_of_tests(around: list[Node]) -> bool:
    for outer, node in pairwise(around):
        if node.type == "mod_item" and item_name(node) in _TEST_MODULES:
            return True
        if node.type in ("mod_item", "function_item") and _is_marked_as_test(outer, node):
            return True
    return False


def _is_marked_as_test(outer: Node, item: Node) -> bool:
    for node in reversed([child for child in outer.children if child.end_byte <= item.start_byte]):
        if node.type not in ATTRIBUTES and node.type not in COMMENTS:
            return False
        if "".join(text_of(node).split()) in ("#[cfg(test)]", "#[test]"):
            return True
    return False


def _made_visible(
    function: Node, around: list[Node], name: str, prompt: Preamble, root: Node
) -> str | None:
    containers = [node for node in around if node.type in _AROUND]
    if not containers:
        return None
    modules = _modules(containers)
    last = containers[-1]
    if last.type == "trait_item" or last.child_by_field_name("type_parameters") is not None:
        return None if modules or _needs_its_type(function, last) else text_of(function) + "\n"
    if last.type == "impl_item":
        return _wrapper(function, last, name, prompt, root, modules)
    if len(modules) == len(containers):
        return f"use {'::'.join([*modules, name])};\n"
    body = last.child_by_field_name("body")
    beside = "" if body is None else text_of(body)[1:-1]
    return with_helpers(text_of(function) + "\n", [beside], name, behind=True)


def _needs_its_type(function: Node, item: Node) -> bool:
    """Tell whether a function of an item uses the item's type or its parameters."""
    parameters = item.child_by_field_name("type_parameters")
    own = {"Self", "self"}
    if parameters is not None:
        own |= {text_of(node) for node in walk(parameters) if "identifier" in node.type}
    return any(text_of(node) in own for node in walk(function) if not node.children)


def _modules(around: list[Node]) -> list[str]:
    """Return the names of the modules among ``around``, from the outermost one on."""
    modules = (node.child_by_field_name("name") for node in around if node.type == "mod_item")
    return [text_of(module) for module in modules if module is not None]


def _opened(code: str, path: list[Node]) -> str:
    """Return ``code`` with the items on ``path`` that stand in a module made public."""
    source, inside, places = code.encode(), False, []
    for node in path:
        item = node.type in ("mod_item", "function_item")
        if inside and item and not _is_public(node):
            places.append(node.start_byte)
        if node.type in ("impl_item", "trait_item"):
            inside = True
        inside = inside or node.type == "mod_item"
    for place in reversed(places):
        source = source[:place] + b"pub " + source[place:]
    return source.decode()


def _kept(code: str, root: Node) -> str:
    """Return ``code`` without prose and statements; a model's own errors in items stay."""
    return code if is_only_items(root) else keep_items(code.encode(), root).decode()


def _wrapper(
    function: Node,
    implementation: Node,
    name: str,
    prompt: Preamble,
    root: Node,
    modules: list[str],
) -> str | None:
    owner = implementation.child_by_field_name("type")
    parameters = function.child_by_field_name("parameters")
    if owner is None or parameters is None:
        return None
    if any(p.type == "self_parameter" for p in parameters.named_children):
        return None
    path = "::".join([*modules, text_of(owner)])
    plain = owner.type == "type_identifier"
    call = f"{path if plain else f'<{path}>'}::{name}({', '.join(prompt.arguments)})"
    wrapper = f"{prompt.signature} {{\n    {call}\n}}\n"
    if modules or not plain:
        return wrapper
    defined = {item_name(node) for node in root.children}
    known = text_of(owner).removeprefix(RAW) in defined
    return wrapper if known else f"struct {text_of(owner)};\n\n{wrapper}"


def _imports(root: Node, name: str) -> bool:
    """Tell whether a ``use`` at the top level imports ``name``, and not through ``*``."""
    uses = [node for node in root.children if node.type == "use_declaration"]
    return any(entry.name == name for node in uses for entry in imports_of(node))


def _is_public(function: Node) -> bool:
    return function.children[0].type == "visibility_modifier"

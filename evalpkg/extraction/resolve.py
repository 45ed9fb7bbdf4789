"""Checks that items use only what is defined: if not, the text may have been cut between items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from evalpkg.extraction.prompts import imports_of
from evalpkg.extraction.syntax import ITEMS, item_name, text_of

_PRELUDE_NAMES = """
AsMut AsRef Box Clone Copy Default DoubleEndedIterator Drop Eq Err Extend ExactSizeIterator Fn
FnMut FnOnce From FromIterator Future Into IntoFuture IntoIterator Iterator None Ok Option Ord
PartialEq PartialOrd Result Self Send Sized Some String Sync ToOwned ToString TryFrom TryInto
Unpin Vec drop Debug Hash AsyncFn AsyncFnMut AsyncFnOnce
"""
_PRELUDE = frozenset(_PRELUDE_NAMES.split())
_BINDING = frozenset({"type_parameters", "let_declaration", "parameters", "closure_parameters"})


def resolves(root: Node, items: Sequence[Node]) -> bool:
    """Tell whether the functions called and types named in ``items`` are defined.

    They may be defined in ``root`` or in std. If something is imported with ``*``, or a macro may
    define it, everything counts as defined.
    """
    if not items:
        return True
    known = set(_PRELUDE)
    for node in root.children:
        if node.type == "use_declaration":
            names = [entry.name for entry in imports_of(node)]
            if None in names:
                return True
            known |= {name for name in names if name is not None}
        elif node.type in ITEMS and (name := item_name(node)) is not None:
            known.add(name)
        elif node.type in ("expression_statement", "macro_invocation"):
            return True
    return all(used in known for node in items if node.type in ITEMS for used in _used(node))


def _used(item: Node) -> Iterator[str]:
    """Yield the types and functions that an item names by one word and does not define itself."""
    if item.type in ("mod_item", "macro_definition", "use_declaration"):
        return
    nodes = list(_walk(item))
    own = {
        text_of(node)
        for node, parent in nodes
        if node.type in ("identifier", "type_identifier") and _is_binding(node, parent)
    }
    for node, _ in nodes:
        if node.type == "type_identifier" and text_of(node) not in own:
            yield text_of(node)
        elif node.type == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "identifier":
                name = text_of(function)
                if name not in own:
                    yield name


def _is_binding(node: Node, parent: Node) -> bool:
    if parent.type in _BINDING or parent.type.endswith("_pattern"):
        return True
    return parent.type in ("type_parameter", "parameter", "associated_type", "type_item") or (
        parent.type in ITEMS and parent.child_by_field_name("name") == node
    )


def _walk(item: Node) -> Iterator[tuple[Node, Node]]:
    """Yield all nodes except paths, each with its parent.

    A path names a module, which is not looked up.
    """
    stack = [(item, item)]
    while stack:
        node, parent = stack.pop()
        if node.type in ("scoped_type_identifier", "scoped_identifier", "attribute_item"):
            continue
        yield node, parent
        stack += [(child, node) for child in node.children]

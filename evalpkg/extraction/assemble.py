"""Adds to a definition what it needs: items of the prompt, helpers from other blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from evalpkg.extraction.items import belongs, is_inner
from evalpkg.extraction.prompts import Preamble, PromptItem, imports_of
from evalpkg.extraction.standing import is_elided
from evalpkg.extraction.syntax import (
    ATTRIBUTES,
    COMMENTS,
    ITEMS,
    RAW,
    item_name,
    parse,
    text_of,
)

_STRICT = re.compile(
    r"#[ \t]*![ \t]*\[[ \t]*(?:no_std|no_implicit_prelude|cfg_attr)\b"
    r"|#[ \t]*![ \t]*\[[ \t]*(?:deny|forbid)\b[^\]]*\b"
    r"(?:unused\w*|warnings|dead_code|missing_\w+|unreachable_pub|non\w+)\b"
)
_MADE = re.compile(r"\b(?:static|const|fn|struct|enum|type)\s+(?:mut\s+|ref\s+)?(\w+)")
"""Matches what the call of a macro defines."""

_STD = frozenset({"std", "core", "alloc"})
_TRAITS = frozenset({"Write", "Read", "BufRead", "FromStr", "Hash", "Hasher", "BuildHasher"})
_ALWAYS = "*"
_NAMES = frozenset({"identifier", "type_identifier", "field_identifier"})


def with_preamble(code: str, prompt: Preamble) -> str:
    """Return ``code`` after the items of the prompt that it neither defines nor imports.

    An answer whose inner attributes may refuse what is not used, or take std away, is a whole file
    to its author; it gets only what it names.
    """
    if prompt.is_empty:
        return code
    root = parse(code.encode()).root_node
    defined, globs = _defined(root)
    imports = [
        entry
        for entry in prompt.imports
        if (entry.path not in globs if entry.name is None else entry.name not in defined)
    ]
    items = [item for item in prompt.items if item.name not in defined and item.text not in code]
    if _STRICT.search(code):
        used = _names(root)
        items = _used(items, used)
        imports = [entry for entry in imports if entry.name in used]
    lines = [entry.text for entry in imports] + [item.text for item in items]
    return _put_first("\n".join([*lines, "", ""]), code) if lines else code


def _used(items: list[PromptItem], used: set[str]) -> list[PromptItem]:
    """Return the items that ``used`` names, directly or through others; add their names to it."""
    found: list[PromptItem] = []
    while True:
        roots = {item: parse(item.text.encode()).root_node for item in items if item not in found}
        more = [
            item
            for item, root in roots.items()
            if (item.name in used if item.name else bool(_called(root) & used))
        ]
        if not more:
            return [item for item in items if item in found]
        found += more
        for item in more:
            used |= _names(roots[item])


def _called(root: Node) -> set[str]:
    """Return the names of an ``impl``'s type and trait."""
    sides = [
        node.child_by_field_name(field)
        for node in root.children
        if node.type == "impl_item"
        for field in ("type", "trait")
    ]
    return {name for side in sides if side is not None for name in _names(side)}


def with_helpers(
    code: str, others: Sequence[str], entry_point: str, *, behind: bool = False
) -> str:
    """Return ``code`` with the items of other texts that it uses and does not define.

    An item is taken if it is complete and ``code`` names it, directly or through another item that
    is taken. A ``main`` or tests are never taken: a block that shows how to call the function is
    not part of it.

    Args:
        code: the program found.
        others: the texts that may hold the items.
        entry_point: the entry point; no definition of it is taken from the texts.
        behind: whether the items may stand after ``code``. If macros are among them, all stand
            before it.
    """
    root = parse(code.encode()).root_node
    defined = {name: {""} for name in _defined(root)[0]}
    used = _names(root) | {_ALWAYS}
    found = [item for other in others for item in _helpers(other, entry_point)]
    available = sorted(found, key=lambda item: item.is_stub)
    taken: list[str] = []
    macros = False
    progress = True
    while progress:
        progress = False
        for helper in list(available):
            if not helper.called & used:
                continue
            available.remove(helper)
            if any(helper.is_version_of(defined.get(name, set())) for name in helper.defines):
                continue
            taken.append(helper.text)
            macros = macros or helper.is_macro
            for name in helper.defines:
                defined.setdefault(name, set()).add(helper.cfg)
            used |= helper.mentions
            progress = True
    if behind and taken and not macros:
        return "\n\n".join([code, *taken]) + "\n"
    return _put_first("".join(f"{item}\n\n" for item in taken), code)


def _put_first(items: str, code: str) -> str:
    """Return ``code`` with ``items`` before its own, but after inner attributes and docs."""
    if not items:  # nearly always; it saves a parse
        return code
    source, end = code.encode(), 0
    for node in parse(source).root_node.children:
        if is_inner(node):
            end = node.end_byte
        elif node.type not in COMMENTS:
            break
    if not end:
        return items + code
    return f"{source[:end].decode().rstrip()}\n\n{items}{source[end:].decode()}"


@dataclass(frozen=True, slots=True)
class _Helper:
    """An item of another block.

    Attributes:
        text: its source, with attributes and comments.
        called: names whose use makes the item needed: for an ``impl`` those of its type and trait,
            for a trait also those of its methods.
        defines: what it defines, which must not be defined twice.
        mentions: all names in it; they may need further items.
        is_macro: whether it is a macro, which must be defined before its use.
        is_stub: whether it is a function without its body; any other definition is better.
        cfg: its ``#[cfg(..)]`` attributes; under other ones, it is not defined twice.
    """

    text: str
    called: set[str]
    defines: set[str]
    mentions: set[str]
    is_macro: bool = False
    is_stub: bool = False
    cfg: str = ""

    def is_version_of(self, known: set[str]) -> bool:
        """Tell whether its name is defined already, under the attributes ``known``."""
        return bool(known) and (not self.cfg or "" in known or self.cfg in known)


def _helpers(code: str, entry_point: str) -> Iterator[_Helper]:
    before, conditions = "", ""
    for node in parse(code.encode()).root_node.children:
        if is_inner(node):
            continue  # it belongs to another file
        if node.type in COMMENTS or node.type in ATTRIBUTES:
            before += text_of(node).rstrip("\n") + "\n"
            words = "".join(text_of(node).split())
            conditions += words if words.startswith("#[cfg(") else ""
            continue
        text, before = before + text_of(node), ""
        cfg, conditions = conditions, ""
        if not belongs(node) or node.has_error or "#[test]" in text:
            continue
        if node.type in ("expression_statement", "macro_invocation"):
            made = set(_MADE.findall(text))
            yield _Helper(text, made or _names(node), made, _names(node))
        if node.type not in ITEMS:
            continue
        name = item_name(node)
        if node.type == "use_declaration":
            yield _import(node, text, cfg)
        elif node.type == "impl_item":
            sides = [node.child_by_field_name(field) for field in ("type", "trait")]
            called = {name for side in sides if side is not None for name in _names(side)}
            yield _Helper(text, called, {_header(node)}, _names(node), cfg=cfg)
        elif name is not None and name not in ("main", "tests", "test", entry_point):
            called = {name} | _methods(node)
            stub = node.type == "function_item" and is_elided(node)
            macro = node.type == "macro_definition"
            yield _Helper(text, called, {name}, _names(node), macro, stub, cfg)


def _import(node: Node, text: str, cfg: str) -> _Helper:
    """Return an import as a helper.

    It may name a module or an enum of the same text, whose content a ``*`` imports. Traits of std
    are called by their methods, so they are needed in any case; not those that change what other
    calls mean, as ``Borrow`` does, nor all names of a module of std.
    """
    entries = imports_of(node)
    names = {entry.name for entry in entries if entry.name is not None}
    paths = {entry.path.partition("::")[0].strip() for entry in entries}
    parts = {part.strip() for entry in entries for part in entry.path.split("::")}
    called = set(names)
    if any(entry.name is None for entry in entries) and not paths & _STD:
        called |= parts - {"self", "crate", "super"}
    if paths & _STD and names & _TRAITS:
        called.add(_ALWAYS)
    return _Helper(text, called, names, paths - _STD, cfg=cfg)


def _methods(node: Node) -> set[str]:
    """Return the names of a trait's functions; empty for any other item."""
    body = node.child_by_field_name("body") if node.type == "trait_item" else None
    names = [item_name(child) for child in body.named_children] if body is not None else []
    return {name for name in names if name is not None}


def _header(implementation: Node) -> str:
    """Return an ``impl`` up to its opening brace."""
    return " ".join(text_of(implementation).partition("{")[0].split())


def _defined(root: Node) -> tuple[set[str], set[str]]:
    """Return the names that the top level defines or imports, and its glob imports' paths."""
    names: set[str] = set()
    globs: set[str] = set()
    for node in root.children:
        if node.type == "use_declaration":
            for entry in imports_of(node):
                if entry.name is None:
                    globs.add(entry.path)
                else:
                    names.add(entry.name)
        elif node.type == "impl_item":
            names.add(_header(node))
        elif node.type in ITEMS and (name := item_name(node)) is not None:
            names.add(name)
    return names, globs


def _names(node: Node) -> set[str]:
    """Return all identifiers in a tree, also those in the token trees of macros."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type in _NAMES:
            found.add(text_of(current).removeprefix(RAW))
        stack += current.children
    return found

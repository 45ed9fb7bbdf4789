"""Reads a completion as a text that defines the whole entry point."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from evalpkg.extraction.assemble import with_helpers
from evalpkg.extraction.items import dangles, functions, is_complete, is_only_items, keep_items
from evalpkg.extraction.labels import is_label_of_a_quotation, is_named_wrong
from evalpkg.extraction.lexing import read_to_end
from evalpkg.extraction.pieces import (
    VALUE,
    Piece,
    Pieces,
    choose_versions,
    join_pieces,
    read_pieces,
)
from evalpkg.extraction.prompts import imports_of
from evalpkg.extraction.resolve import resolves
from evalpkg.extraction.standing import Standing, is_elided
from evalpkg.extraction.syntax import COMMENTS, ITEMS, RAW, item_name, parse, text_of

_STD = ("std", "core", "alloc")
_MOST_COMMENTS = 16


@dataclass(frozen=True, slots=True)
class Definition:
    """Source that defines the entry point, and its standing."""

    code: str
    standing: Standing


def may_define(text: str, name: str) -> bool:
    """Tell whether ``text`` may define ``name``; this saves the parse of most bodies."""
    return name in text and "fn" in text


def find_definition(
    text: str, name: str, *, prose: bool, label: str = "", closed: bool = True
) -> Definition | None:
    """Return the items of ``text`` if one is the complete function ``name``.

    Of several complete definitions, the last of those with the best standing is taken. Statements,
    prose and stray braces at the top level are left out; rustc would refuse them.

    Args:
        text: a fenced block or a whole answer.
        name: the entry point.
        prose: whether there may be prose around the code.
        label: the words before ``text``.
        closed: False if ``text`` was cut off.
    """
    code = text.encode()
    root = parse(code).root_node
    found = functions(root, name)
    if len(found) == 1 and not root.has_error and is_complete(found[0]) and not dangles(root):
        behind = [node for node in root.children if node.start_byte > found[0].start_byte]
        if not any(node.type in ITEMS for node in behind) or (closed and resolves(root, behind)):
            kept = text if is_only_items(root) else keep_items(code, root).decode()
            return Definition(kept, _standing(found[0], root, label))
        return _from_pieces(text, name, read_pieces(text, label), closed=False)
    if not found and not root.has_error and is_only_items(root) and _is_made(root, name):
        return Definition(text, Standing.FULL)
    if root.has_error or prose or len(found) != 1 or dangles(root):
        return _from_pieces(text, name, read_pieces(text, label), closed)
    return None


def find_unclosed(text: str, name: str) -> str | None:
    """Return the items of ``text`` if the last is ``name`` and lacks only its last brace."""
    start = find_start(text, name)
    if start is None:
        return None
    ending = read_to_end(text, start, "}", semicolon=False)
    if ending.complete or ending.depth != 1 or ending.inside:
        return None
    root = parse((text[start:] + "\n}\n").encode()).root_node
    found = functions(root, name)
    if not is_only_items(root) or len(found) != 1 or is_elided(found[0]):
        return None
    before = read_pieces(text[:start])
    behind = text[_after_pieces(before, start) : start].strip()
    head = join_pieces(text[:start], choose_versions(before.found))
    attributes = behind if behind.startswith(("#[", "///", "//")) else ""
    return (
        "\n\n".join(part for part in (head, f"{attributes}\n{text[start:]}".strip("\n")) if part)
        + "\n}\n"
    )


def find_broken(text: str, name: str, *, closed: bool) -> str | None:
    """Return the items of ``text`` if one is ``name``, with its braces but syntax errors."""
    found = read_pieces(text)
    kept = choose_versions(found.found)
    if not any(piece.key == ("fn", name) for piece in kept):
        return None
    return _needed(text, kept, name) if found.cut or not closed else join_pieces(text, kept)


def find_start(text: str, name: str) -> int | None:
    """Return the offset of the last definition of ``name``, complete or not, or None."""
    offset, found = 0, None
    for line in text.split("\n"):
        words = line.replace("(", " ( ").replace("<", " < ").split()
        while words and words[0] in ("pub", "(", "crate)", "const", "unsafe", "async"):
            words.pop(0)
        if words[:1] == ["fn"] and words[1:2] in ([name], [f"{RAW}{name}"]):
            found = offset
        offset += len(line) + 1
    return found


def _after_pieces(pieces: Pieces, start: int) -> int:
    return pieces.found[-1].end if pieces.found else 0


def _from_pieces(text: str, name: str, pieces: Pieces, closed: bool) -> Definition | None:
    kept = choose_versions(pieces.found)
    own = [p for p in kept if p.key in (("fn", name), (VALUE, name)) and p.complete]
    if not own:
        return None
    standing = min(piece.standing for piece in own)
    if pieces.cut or not closed:
        return Definition(_needed(text, kept, name), standing)
    code = join_pieces(text, kept)
    root = parse(code.encode()).root_node
    last = max((node.start_byte for node in functions(root, name)), default=len(root.text or b""))
    behind = [node for node in root.children if node.start_byte > last]
    return Definition(code if resolves(root, behind) else _needed(text, kept, name), standing)


def _needed(text: str, pieces: list[Piece], name: str) -> str:
    """Return the pieces up to the function, and those after it that the function needs.

    The text was cut, so that other pieces after the function may use what is missing.
    """
    keys = (("fn", name), (VALUE, name))
    last = max(index for index, piece in enumerate(pieces) if piece.key in keys)
    head = join_pieces(text, pieces[: last + 1])
    rest = join_pieces(text, pieces[last + 1 :])
    return with_helpers(head, [rest], name) if rest else head


def _is_made(root: Node, name: str) -> bool:
    """Tell whether an import, a constant or a macro of the top level is ``name``.

    An import from a crate or module that the text does not have only shows how to use the answer.
    """
    defines = re.compile(rf"\bfn\s+(?:r#)?{re.escape(name)}\b")
    rules = [node for node in root.children if node.type == "macro_definition"]
    if any(defines.search(text_of(node)) for node in root.children if node not in rules):
        return False
    makers = {item_name(node) for node in rules if defines.search(text_of(node))}
    files = [n for n in root.children if n.type == "mod_item" and not n.child_by_field_name("body")]
    known = {*_STD, *(item_name(node) for node in root.children if node not in files)}
    for node in root.children:
        if node.type == "use_declaration":
            if any(e.name == name and _first_name(e.path) in known for e in imports_of(node)):
                return True
        elif node.type in ("const_item", "static_item"):
            if item_name(node) == name:
                return True
        elif node.type in ("expression_statement", "macro_invocation") and (
            re.search(rf"\b{re.escape(name)}\b", text_of(node))
            or text_of(node).partition("!")[0].strip() in makers
        ):
            return True
    return False


def _first_name(path: str) -> str:
    """Return the first name of a path within its own crate."""
    names = [part.strip().removeprefix(RAW) for part in path.split("::")]
    return next((part for part in names if part not in ("", "self", "crate")), "")


def _standing(function: Node, root: Node, label: str) -> Standing:
    if is_elided(function):
        return Standing.ELIDED
    before = function.prev_sibling
    if before is not None and before.type in COMMENTS:
        words = text_of(before)
        if is_named_wrong(_first_comment(before)) or is_named_wrong(words):
            return Standing.QUOTED
        label = label if words.startswith("///") else ""
    elif root.children[0] != function:
        label = ""
    return Standing.QUOTED if is_label_of_a_quotation(label) else Standing.FULL


def _first_comment(last: Node) -> str:
    """Return the first of the comments that follow each other down to ``last``."""
    first = last
    for _ in range(_MOST_COMMENTS):
        before = first.prev_sibling
        if before is None or before.type not in COMMENTS:
            break
        first = before
    return text_of(first)

"""Find the functions in a task's tests that rustc would run, and make each one callable.

Tests in plain source are found by parsing. Tests that a macro's definition makes register
themselves when the oracle is loaded (``evalwire::case``). Macros and unknown attributes may make
further tests or remove some. There rustc is asked for its list (``listing``), and the oracle
compares the two. If neither way finds what rustc would run, the task is refused with the line: a
test that is silently left out would let wrong programs pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Node

from evalpkg.errors import DataError
from evalpkg.extraction import parse, text_of

_SPACE = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEST = re.compile(r"#\[(?:(?:::)?(?:core|std)::prelude::(?:v1|rust_20\d\d)::)?test\]")
_EXITS = re.compile(r"(?P<path>(?:::)?(?:std::)?process::)?exit\(0(?:_?i32)?\)")
_IMPORTS_EXIT = re.compile(r"process::(?:exit;|\{(?:.*,)?exit[,}])")
_PLAIN_WORDS = """
test should_panic ignore allow warn expect deny inline doc must_use derive rustfmt clippy cold
track_caller deprecated
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Attributes that neither add nor remove an item."""


@dataclass(frozen=True, slots=True)
class RustTest:
    """One ``#[test]`` function.

    Attributes:
        path: its path within the tests, such as ``tests::adds``.
        panics: a Rust string literal: the text that the expected panic's message must contain. An
            empty literal (two quotes) accepts any panic; None means that no panic is expected.
    """

    path: str
    panics: str | None = None


@dataclass(frozen=True, slots=True)
class TestFile:
    """The tests of a task.

    Attributes:
        text: the source, changed so that every test can be called from outside.
        functions: the tests in plain source, without ignored ones.
        certain: False where macros or attributes may make further tests or remove some.
        is_main: True if the only test is a ``fn main``.
    """

    text: str
    functions: tuple[RustTest, ...]
    certain: bool
    is_main: bool


@lru_cache(maxsize=4096)
def open_tests(source: str, listed: tuple[str, ...] | None = None, module: str = "") -> TestFile:
    """Parse the tests.

    Args:
        source: the source of the tests.
        listed: paths of the tests that rustc lists; None if rustc was not asked.
        module: the module that stands for the root of the task's crate.

    Raises:
        DataError: if the tests cannot be parsed, or if there are none.
    """
    root = parse(source.encode()).root_node
    if root.has_error:
        raise DataError("the tests are not valid Rust (cut off?)")
    opened = _Opened()
    for node, path, attributes in _items(root, ""):
        opened.add(node, path, attributes)
    opened.refuse_what_is_lost(root)
    if "cfg" in source:
        opened.be_a_test_build(root)
    if module and "crate" in source:
        opened.start_paths_at(module, root)
    is_main = opened.main is not None and not opened.found and not opened.wrapped
    if not is_main and "exit" in source:
        refuse_an_early_end(root)
    if opened.main is not None and is_main and (opened.certain or listed == ()):
        opened.make_public(opened.main)
        opened.functions.append(RustTest("main"))
    elif listed is not None:
        opened.functions = [test for test in opened.functions if plain(test.path) in listed]
    functions = tuple(opened.functions)
    if not functions and (opened.certain or listed == ()):
        ignored = " that is not ignored" if opened.found else ""
        raise DataError(f"the tests hold no test function{ignored}")
    return TestFile(opened.edited(source), functions, opened.certain, is_main)


def plain(path: str) -> str:
    """Return a path as rustc lists it: without ``r#``."""
    return path.replace("r#", "")


def refuse_an_early_end(root: Node) -> None:
    """Refuse tests of which one ends the whole process as if all had held.

    Raises:
        DataError: if ``std::process::exit(0)`` is called.
    """
    imported = any(
        node.type == "use_declaration" and _IMPORTS_EXIT.search(_compact(node))
        for node in _all(root)
    )
    for node in _all(root):
        if node.type == "call_expression":
            found = _EXITS.fullmatch(_compact(node))
            if found is not None and (imported or found["path"]):
                line = node.start_point[0] + 1
                why = "a test that ends the process keeps the others from running"
                raise DataError(f"line {line} of the tests: {why}")


class _Opened:
    """Collects tests and edits while the source is walked."""

    def __init__(self) -> None:
        self.functions: list[RustTest] = []
        self.found = False
        self.certain = True
        self.main: Node | None = None
        self._edits: list[tuple[int, int, bytes]] = []
        self.wrapped: set[int] = set()

    def add(self, node: Node, path: str, attributes: list[Node]) -> None:
        """Take in one item of the source."""
        if node.type in ("macro_definition", "macro_invocation"):
            self.certain = False
            if node.type == "macro_definition":
                self._wrap(node)
            return
        names = [_compact(attribute) for attribute in attributes]
        self._clear(attributes, names)
        is_test = node.type == "function_item" and any(map(_TEST.fullmatch, names))
        if node.type == "mod_item" or is_test:
            self.make_public(node)
        if path == "main" and node.type == "function_item":
            self.main = node
        if is_test:
            self.found = True
            if node.child_by_field_name("return_type") and _panics(attributes, names) is not None:
                line = node.start_point[0] + 1
                why = "a test that should panic must return nothing"
                raise DataError(f"line {line} of the tests: {why}")
            if not any(_attribute(name) == "ignore" for name in names):
                self.functions.append(RustTest(path, _panics(attributes, names)))

    def make_public(self, node: Node) -> None:
        """Make an item ``pub``, so that the oracle can call it."""
        given = [child for child in node.named_children if child.type == "visibility_modifier"]
        start, end = (given[0].start_byte, given[0].end_byte) if given else (node.start_byte,) * 2
        self._edits.append((start, end, b"pub" if given else b"pub "))

    def edited(self, source: str) -> str:
        """Return the source with all edits applied."""
        data = source.encode()
        for start, end, text in sorted(self._edits, reverse=True):
            data = data[:start] + text + data[end:]
        return data.decode()

    def refuse_what_is_lost(self, root: Node) -> None:
        """Refuse tests that are made in a way that we cannot follow.

        Raises:
            DataError: if a ``#[test]`` stands among a macro's arguments.
        """
        for node in _all(root):
            if node.type != "token_tree" or node.prev_sibling is None:
                continue
            is_test = _TEST.fullmatch("#" + _compact(node)) is not None
            if (
                is_test
                and text_of(node.prev_sibling) == "#"
                and node.start_byte not in self.wrapped
            ):
                raise _lost(node, "a '#[test]' among a macro's arguments")

    def be_a_test_build(self, root: Node) -> None:
        """Let every ``cfg`` read ``test`` as true: the oracle is no build of rustc's harness."""
        removed = {start for start, _, text in self._edits if not text}
        for node in _all(root):
            if node.start_byte in removed or not _is_condition(node):
                continue
            for word in _all(node):
                if word.type == "identifier" and text_of(word) == "test":
                    self._edits.append((word.start_byte, word.end_byte, b"all()"))

    def start_paths_at(self, module: str, root: Node) -> None:
        """Let each path that begins with ``crate`` begin with the task's module instead."""
        for node in _all(root):
            follows = node.next_sibling
            if text_of(node) in ("crate", "$crate") and follows and text_of(follows) == "::":
                self._edits.append((node.end_byte, node.end_byte, f"::{module}".encode()))

    def _clear(self, attributes: list[Node], names: list[str]) -> None:
        """Remove the attributes that only rustc's own harness understands."""
        for attribute, name in zip(attributes, names, strict=True):
            ours = _attribute(name) in ("should_panic", "ignore") or name == "#[cfg(test)]"
            if ours or _TEST.fullmatch(name):
                self._edits.append((attribute.start_byte, attribute.end_byte, b""))
            elif "test" in name and _attribute(name) not in _PLAIN and "cfg(" not in name:
                raise _lost(attribute, f"the attribute '{name}'")
            elif _attribute(name) not in _PLAIN:
                self.certain = False

    def _wrap(self, node: Node) -> None:
        """Put every ``#[test] fn`` of a macro's definition into ``evalwire::case``."""
        children = node.children
        index = 0
        while index < len(children):
            end = _end_of_test(children, index)
            if end is None:
                self._wrap(children[index])
                index += 1
                continue
            head = b"::evalwire::case! { @[None] [] "
            start, stop = children[index].start_byte, children[end].end_byte
            self.wrapped |= {node.start_byte for node in children[index:end]}
            self._edits += [(start, start, head), (stop, stop, b" }")]
            index = end + 1


def _is_condition(node: Node) -> bool:
    """Tell whether a node is an attribute ``cfg(..)``, or the arguments of ``cfg!``."""
    if node.type in ("attribute_item", "inner_attribute_item"):
        return re.match(r"#!?\[cfg\(", _compact(node)) is not None
    mark = node.prev_sibling
    name = None if mark is None else mark.prev_sibling
    return (
        node.type == "token_tree"
        and mark is not None
        and name is not None
        and text_of(mark) == "!"
        and text_of(name) == "cfg"
    )


def _end_of_test(tokens: list[Node], start: int) -> int | None:
    """Return the index of the body of the ``#[test] fn`` that begins at ``start``; else None."""
    if text_of(tokens[start]) != "#" or start + 1 >= len(tokens):
        return None
    index, is_test = start, False
    while text_of(tokens[index]) == "#" and index + 1 < len(tokens):
        is_test |= _TEST.fullmatch("#" + _compact(tokens[index + 1])) is not None
        index += 2
        if index >= len(tokens):
            return None
    if not is_test:
        return None
    for position in range(index, len(tokens)):
        text = text_of(tokens[position])
        if text.startswith("{"):
            return position
        if text in (";", "#", "}"):
            return None
    return None


def _lost(node: Node, what: str) -> DataError:
    line = node.start_point[0] + 1
    return DataError(
        f"line {line} of the tests: {what} may make tests that would not be run; write them as "
        "'#[test]' functions, or in the definition of a macro"
    )


def _compact(node: Node) -> str:
    """Return an attribute's text without white space and comments."""
    return _SPACE.sub("", text_of(node))


def _attribute(compact: str) -> str:
    """Return the first word of an attribute."""
    return re.split(r"[^\w]", compact.removeprefix("#["), maxsplit=1)[0]


def _panics(attributes: list[Node], names: list[str]) -> str | None:
    for attribute, name in zip(attributes, names, strict=True):
        if _attribute(name) == "should_panic":
            found = [node for node in _all(attribute) if node.type.endswith("string_literal")]
            return text_of(found[0]) if found else '""'
    return None


def _all(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, in their order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack += reversed(current.children)


def _items(parent: Node, prefix: str) -> Iterator[tuple[Node, str, list[Node]]]:
    """Yield functions, modules and macros at any depth, with their paths and attributes."""
    attributes: list[Node] = []
    for node in parent.named_children:
        if node.type == "attribute_item":
            attributes.append(node)
            continue
        called = node.named_children[0] if node.type == "expression_statement" else node
        if called.type in ("function_item", "mod_item", "macro_definition", "macro_invocation"):
            name = called.child_by_field_name("name")
            path = prefix + (text_of(name) if name else "")
            yield called, path, attributes
            body = called.child_by_field_name("body")
            if called.type == "mod_item" and body is not None:
                yield from _items(body, path + "::")
        if node.type not in ("line_comment", "block_comment"):
            attributes = []

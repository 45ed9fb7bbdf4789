"""The oracle's side of a task: its tests, and a stub that asks the subject instead of computing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tree_sitter import Node

from evalpkg.errors import DataError
from evalpkg.extraction.syntax import parse, text_of
from evalpkg.models import Task
from evalpkg.scoring.signature import Parameter, Signature, read_signature
from evalpkg.scoring.unit import Unit


def oracle_unit(task: Task) -> Unit:
    """The module of one task.

    Raises:
        DataError: if the prompt has no such function, or the tests cannot be parsed or are none.
    """
    signature = read_signature(task.prompt, task.entry_point)
    tests, functions = _open_tests(task.test)
    if not functions:
        raise DataError("the tests hold no test function")
    body = "\n".join([signature.preamble, *signature.imports, _stub(signature), tests])
    name = module_name(task)
    table = ", ".join(
        f'::evalwire::oracle::Test {{ name: "{path}", run: {name}::{path}, '
        f"should_panic: {str(panics).lower()} }}"
        for path, panics in functions
    )
    attribute = "#[unsafe(no_mangle)]" if task.edition >= "2024" else "#[no_mangle]"
    export = (
        f'mod {name}; {attribute} pub extern "C" fn {symbol(name)}'
        '(to: i32, from: i32, report: extern "C" fn(*const u8, usize)) '
        f"{{ ::evalwire::oracle::run(to, from, &[{table}], report) }}"
    )
    return Unit(name, body, export)


def task_digest(task: Task) -> str:
    """sha256 of all of a task that its oracle is made from."""
    parts = (task.task_id, task.prompt, task.entry_point, task.test, task.edition)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def module_name(task: Task) -> str:
    """The task's module in its oracle library."""
    return f"t_{task_digest(task)[:16]}"


def symbol(name: str) -> str:
    """The exported symbol of a module."""
    return f"oracle_{name}"


def _stub(signature: Signature) -> str:
    parameters = enumerate(signature.parameters)
    declared = ", ".join(f"a{i}: {p.written}" for i, p in parameters)
    send = "".join(f" call.arg(&a{i});" for i in range(len(signature.parameters)))
    back = "".join(_write_back(i, p) for i, p in enumerate(signature.parameters) if p.mutable)
    return (
        f"fn {signature.name}{signature.generics}({declared}) -> {signature.written_result} {{ "
        f"let mut call = ::evalwire::oracle::Call::new();{send} let mut answer = call.invoke(); "
        f"let result = answer.result();{back} answer.done(); result }}"
    )


def _write_back(index: int, parameter: Parameter) -> str:
    method = "write_back_slice" if parameter.slice_item is not None else "write_back"
    return f" answer.{method}(a{index});"


def _open_tests(source: str) -> tuple[str, list[tuple[str, bool]]]:
    """Tests as plain public functions: attributes gone, with (path, should panic) of each."""
    data = source.encode()
    root = parse(data).root_node
    if root.has_error:
        raise DataError("the tests are not valid Rust (cut off?)")
    functions: list[tuple[str, bool]] = []
    edits: list[tuple[int, int, bytes]] = []
    for node, path, attributes in _items(root, ""):
        names = [text_of(attribute) for attribute in attributes]
        is_test = any(name == "#[test]" for name in names)
        if node.type == "mod_item" or is_test or path == "main":
            visible = any(child.type == "visibility_modifier" for child in node.named_children)
            edits.append((node.start_byte, node.start_byte, b"" if visible else b"pub "))
        for attribute, name in zip(attributes, names, strict=True):
            if name in ("#[test]", "#[cfg(test)]") or name.startswith("#[should_panic"):
                edits.append((attribute.start_byte, attribute.end_byte, b""))
        if is_test or (path == "main" and node.type == "function_item"):
            functions.append((path, any(name.startswith("#[should_panic") for name in names)))
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text + data[end:]
    return data.decode(), functions


def _items(parent: Node, prefix: str) -> Iterator[tuple[Node, str, list[Node]]]:
    """Functions and modules at any depth, with their path and their attributes."""
    attributes: list[Node] = []
    for node in parent.named_children:
        if node.type == "attribute_item":
            attributes.append(node)
            continue
        if node.type in ("function_item", "mod_item"):
            name = node.child_by_field_name("name")
            path = prefix + (text_of(name) if name else "")
            yield node, path, attributes
            body = node.child_by_field_name("body")
            if node.type == "mod_item" and body is not None:
                yield from _items(body, path + "::")
        if node.type not in ("line_comment", "block_comment"):
            attributes = []

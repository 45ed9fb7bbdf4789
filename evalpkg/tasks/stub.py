"""Stubs: code that compiles in place of a solution and gives no answer."""

from __future__ import annotations

from evalpkg.extraction import parse, text_of
from evalpkg.models import Task

STUB = "    todo!()\n}\n"


def stub(task: Task) -> str:
    """Return a completion of ``task`` that does nothing."""
    if "-> impl " in task.prompt:
        # Something must have the type that is promised.
        closure = _closure(task.prompt.rsplit("-> impl ", 1)[1])
        return f"    if true {{ todo!() }}\n    {closure or 'Vec::new().into_iter()'}\n}}\n"
    return STUB


def _closure(written: str) -> str:
    """A closure of the type that a signature ends with, empty if that is another type."""
    root = parse(f"type T = {written.rsplit('{', 1)[0].split(' where ')[0]};".encode()).root_node
    nodes = [root]
    for node in nodes:
        if node.type == "function_type":
            taken = node.child_by_field_name("parameters")
            types = taken.named_children if taken else []
            return f"move |{', '.join(f'_: {text_of(one)}' for one in types)}| todo!()"
        nodes += node.named_children
    return ""

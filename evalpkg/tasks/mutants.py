"""Wrong variants of a reference solution, which good tests must reject.

The operators are the usual ones of mutation testing (Offutt et al. 1996, "An experimental
determination of sufficient mutant operators"): relational and arithmetic replacement, constant off
by one, negated condition, deleted statement. Others replace the whole body by a stub, a constant or
an argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from tree_sitter import Node

from evalpkg.extraction import item_name, parse, text_of
from evalpkg.models import Task
from evalpkg.tasks.mutation import changes


@dataclass(frozen=True, slots=True)
class Mutant:
    """A completion that is expected to fail.

    Attributes:
        name: kind of change, and its line and column in the completion; unique within a task.
        source_completion: the text that follows the prompt, like a canonical solution.
        line: the changed line, for people.
    """

    name: str
    source_completion: str
    line: str


_CONSTANTS = {
    "bool": ("true", "false"),
    "String": ("String::new()", 'String::from("a")'),
    "char": ("'a'",),
    "f32": ("0.0", "1.0"),
    "f64": ("0.0", "1.0"),
}
_INTEGERS = ("i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128", "usize", "isize")


def mutants(task: Task, limit: int | None = None) -> list[Mutant]:
    """Return wrong variants of the reference solution, always the same in the same order.

    Stubs of the whole body come first, then one mutant of each kind, then a second of each, so that
    a ``limit`` keeps a mix. Some do not compile, which is a failure like any other. Some may be
    equivalent to the original; see ``equivalent.toml``.

    Args:
        task: a task with a reference solution.
        limit: most mutants to return; None for all.
    """
    stubs = list(_whole_bodies(task))
    groups: dict[str, list[Mutant]] = {}
    for mutant in _local_changes(task):
        groups.setdefault(mutant.name.split(":")[0], []).append(mutant)
    mixed = [m for row in zip_longest(*groups.values()) for m in row if m is not None]
    return (stubs + mixed)[:limit]


def _whole_bodies(task: Task) -> Iterator[Mutant]:
    signature = _signature(task)
    result = signature.child_by_field_name("return_type")
    result_type = "()" if result is None else text_of(result)
    bodies = {"todo": "todo!()", "default": "Default::default()"}
    constants = _CONSTANTS.get(result_type, ("0", "1") if result_type in _INTEGERS else ())
    for constant in constants:
        bodies[f"constant {constant}"] = constant
    for index, name in enumerate(_parameters(signature)):
        bodies[f"argument {index}"] = f"({name}).to_owned()"
        bodies[f"argument {index} into"] = f"({name}).into()"
    for name, body in bodies.items():
        yield Mutant(f"stub: {name}", f"\n    {body}\n}}\n", body)


def _local_changes(task: Task) -> Iterator[Mutant]:
    prompt = task.prompt.encode()
    source = prompt + task.canonical_solution.encode()
    seen: set[bytes] = set()
    original = source[len(prompt) :]
    for node in _nodes_after(parse(source).root_node, len(prompt)):
        for kind, start, end, text in changes(node):
            changed = source[:start] + text.encode() + source[end:]
            completion = changed[len(prompt) :]
            if changed in seen or changed == source:
                continue
            seen.add(changed)
            offset = start - len(prompt)
            line_number = original.count(b"\n", 0, offset) + 1
            column = offset - original.rfind(b"\n", 0, offset)
            line = completion.decode().split("\n")[line_number - 1].strip()
            yield Mutant(f"{kind}: {line_number}:{column}", completion.decode(), line)


def _nodes_after(root: Node, offset: int) -> Iterator[Node]:
    """Yield all nodes that begin at or after ``offset``, in source order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.end_byte <= offset:
            continue
        if node.start_byte >= offset:
            yield node
        stack.extend(reversed(node.children))


def _signature(task: Task) -> Node:
    """Return the entry point's definition in the prompt, with an empty body."""
    root = parse((task.prompt + "\n}").encode()).root_node
    for node in reversed(root.children):
        if node.type == "function_item" and item_name(node) == task.entry_point:
            return node
    raise ValueError(f"{task.task_id}: the prompt does not define {task.entry_point}")


def _parameters(signature: Node) -> Iterator[str]:
    parameters = signature.child_by_field_name("parameters")
    for parameter in parameters.named_children if parameters is not None else ():
        pattern = parameter.child_by_field_name("pattern")
        if pattern is not None and pattern.type == "identifier":
            yield text_of(pattern)

"""Say why a task's values cannot travel between its tests and a program, in the task's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from evalpkg.errors import DataError
from evalpkg.extraction import COMMENTS, parse, text_of
from evalpkg.models import Task
from evalpkg.patterns import lazy_pattern
from evalpkg.scoring.signature import Signature

LISTED = "docs/dataset.md lists the types that can"
ASYNC = (
    "the entry point is an `async fn`, and a future cannot travel between the tests and the "
    "program; ask for a plain function"
)
EXTERN = (
    "a panic in an `extern` function ends the process, so a wrong answer cannot be told from a "
    "crash; ask for a plain function"
)
DOWNCAST = (
    "the tests downcast a `Box<dyn Error>`, which travels by what it says; give the function an "
    "error type of the prompt's own"
)
FUNCTION = (
    "a function inside of the result cannot travel between the tests and the program; only a "
    "result that is itself a closure can"
)

IDENTITY = (
    "the tests ask which `Rc` or `Arc` a value is (`ptr_eq`, `strong_count`), and these travel by "
    "value; compare what they hold"
)

_IDENTITY = lazy_pattern(r"\b(?:Rc|Arc) :: (?:ptr_eq|strong_count|weak_count)\b")
_DOWNCAST = lazy_pattern(r"\bdowncast(?:_ref|_mut)?\b|\bis :: <")
_BOUND = lazy_pattern(r"the trait bound `(.+): (?:Put|Get|Refresh|Instance\w+|Sent\w+)` is not")
_OBJECT = lazy_pattern(r"\((dyn [^()]+?) \+ 'static\)")
"""The spelling of rustc for a trait object that tests call ``dyn Trait``."""
_PRIVATE = lazy_pattern(r"field `(\w+)` of \w+ `(\w+)` is private")
_UNKNOWN = lazy_pattern(r"cannot find type `(\w+)` in this scope")
_CONSTANT = lazy_pattern(r"E0015\]: cannot call non-const \w+ `(\w+)`")


def refuse_what_cannot_travel(task: Task, signature: Signature) -> None:
    """Raise DataError if the task's signature or tests need what no encoding can give them."""
    if "async" in signature.modifiers:
        raise DataError(ASYNC)
    if "extern" in signature.modifiers:
        raise DataError(EXTERN)
    texts = (signature.result, *(one.text for one in signature.parameters))
    if re.search(r"\bA?rc<", " ".join((*texts, signature.own.definitions)), re.IGNORECASE) and (
        _IDENTITY.search(_code(task.test))
    ):
        raise DataError(IDENTITY)
    if signature.remains:
        return
    given = f"{signature.result}\n{signature.own.given_back}"
    if hidden := re.search(r"\bimpl\s[^,>]*", signature.result):
        raise DataError(
            f"the tests cannot know the type behind `{hidden[0].strip()}` in the result; name the "
            "type"
        )
    if re.search(r"\b(?:Fn(?:Mut|Once)?|fn)\s*\(", given):
        raise DataError(FUNCTION)
    if re.search(r"\bdyn\s+(?:\w+\s*::\s*)*Error\b", given) and _DOWNCAST.search(
        _code(f"{signature.preamble}\n{task.test}")
    ):
        raise DataError(DOWNCAST)


def what_may_be_lost(signature: Signature) -> str:
    """Say what a program may change without the tests seeing it; empty if there is nothing."""
    cells = re.search(r"\b(?:Ref)?Cell<", signature.own.definitions)
    shared = [
        one.text
        for one in signature.parameters
        if not one.mutable and not one.shared and any(n in one.text for n in signature.own.names)
    ]
    if not cells or not shared:
        return ""
    return (
        f"a type of the prompt holds a cell, and what the program changes in a `{shared[0]}` is "
        "not seen by the tests: take `&mut`, or name the cell in the signature"
    )


def _code(source: str) -> str:
    """Return the tokens of a source with a space between two, without comments and literals."""
    return " ".join(_tokens(parse(source.encode()).root_node))


def _tokens(node: Node) -> Iterator[str]:
    if node.type in COMMENTS or node.type.endswith("_literal"):
        return
    if not node.children:
        yield text_of(node)
    for child in node.children:
        yield from _tokens(child)


def in_terms_of_the_task(error: str, task: Task, signature: Signature) -> str:
    """Reword rustc's error about the tests where it is about code that only we add."""
    first = error.split("\n", 1)[0]
    if found := _BOUND.search(first):
        return _cannot_travel(_OBJECT.sub(r"\1", found[1]), task, signature)
    if (found := _CONSTANT.search(first)) and found[1] == task.entry_point:
        return (
            f"the tests call `{found[1]}` in a constant, where no program can be asked; call it in "
            "a function"
        )
    if "evalwire" not in error:
        return error
    if found := _UNKNOWN.search(first):
        return f"the signature names `{found[1]}`, which the prompt does not define"
    if found := _PRIVATE.search(first):
        return (
            f"`{found[2]}` cannot travel: its field `{found[1]}` is private to a module of the "
            "prompt; make the field `pub`, or define the type outside of the module"
        )
    return (
        f"the values that `{task.entry_point}` takes and gives cannot travel between the tests and "
        f"the program (rustc: {first.split(': ', 1)[-1]}); {LISTED}"
    )


def _cannot_travel(name: str, task: Task, signature: Signature) -> str:
    if re.search(rf"\b(?:struct|enum|union)\s+{re.escape(name)}\b", task.test):
        return (
            f"`{name}` is a type of the tests, which the program does not know; define it in the "
            "prompt"
        )
    if name.startswith("dyn ") and name in signature.result:
        return (
            f"`{name}` in the result cannot travel between the tests and the program; return a "
            "type that the prompt defines, an enum say"
        )
    return f"`{name}` cannot travel between the tests and the program; {LISTED}"

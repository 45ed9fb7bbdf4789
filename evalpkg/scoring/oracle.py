"""The oracle's side of a task: its tests, and a stub that asks the subject instead of computing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from evalpkg.models import Task
from evalpkg.scoring.signature import Parameter, Signature, read_signature
from evalpkg.scoring.testfile import TestFunction, open_tests
from evalpkg.scoring.unit import Unit


def oracle_unit(task: Task, listed: Sequence[str] | None = None) -> Unit:
    """The module of one task.

    Args:
        task: whose tests the module holds.
        listed: the tests that rustc lists for it, None where the source leaves no doubt.

    Raises:
        DataError: if the prompt has no such function, or the tests cannot be parsed or are none.
    """
    signature = read_signature(task.prompt, task.entry_point)
    tests = open_tests(task.test)
    body = "\n".join([signature.preamble, *signature.imports, _stub(signature), tests.text])
    name = module_name(task)
    table = ", ".join(_entry(name, test) for test in tests.functions)
    attribute = "#[unsafe(no_mangle)]" if task.edition >= "2024" else "#[no_mangle]"
    export = (
        f'mod {name}; {attribute} pub extern "C" fn {symbol(name)}'
        '(line: &::evalwire::oracle::Line, report: extern "C" fn(*const u8, usize)) '
        f"{{ const PLAN: ::evalwire::oracle::Plan = ::evalwire::oracle::Plan {{ "
        f'module: concat!(module_path!(), "::{name}"), tests: &[{table}], '
        f"listed: {_names(listed)} }}; "
        "::evalwire::oracle::run(*line, &PLAN, report) }"
    )
    return Unit(name, body, export)


def _entry(module: str, test: TestFunction) -> str:
    panics = "None" if test.panics is None else f"Some({test.panics})"
    run = f"|| ::evalwire::oracle::finish({module}::{test.path}())"
    return f'::evalwire::oracle::Test {{ name: "{test.path}", run: {run}, panics: {panics} }}'


def _names(listed: Sequence[str] | None) -> str:
    if listed is None:
        return "None"
    return "Some(&[" + ", ".join(f'"{name}"' for name in listed) + "])"


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
        f"let mut call = ::evalwire::call::Call::new();{send} let mut answer = call.invoke(); "
        f"let result = answer.result();{back} answer.done(); result }}"
    )


def _write_back(index: int, parameter: Parameter) -> str:
    method = "write_back_slice" if parameter.slice_item is not None else "write_back"
    return f" answer.{method}(a{index});"

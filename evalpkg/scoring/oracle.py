"""Write a task's oracle: its tests, and a stub that calls the subject instead of computing."""

from __future__ import annotations

import hashlib
import json

from evalpkg.models import Task
from evalpkg.scoring.signature import Closure, Parameter, Signature, read_signature
from evalpkg.scoring.testfile import TestFunction, open_tests
from evalpkg.scoring.unit import Unit

INSTANCES = (
    *("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"),
    *("f32", "f64", "bool", "char", "::std::string::String", "&str"),
    *("::std::vec::Vec<i32>", "::std::vec::Vec<::std::string::String>", "(i32, i32)"),
)
"""Types that a generic parameter may stand for, in addition to the prompt's own."""


def oracle_unit(task: Task, listed: tuple[str, ...] | None = None) -> Unit:
    """Write the module of one task.

    Args:
        task: the task.
        listed: paths of the tests that rustc lists; None if rustc was not asked.

    Raises:
        DataError: if the prompt lacks the entry point, or if the tests cannot be parsed or are
            none.
    """
    signature = read_signature(task.prompt, task.entry_point)
    tests = open_tests(task.test, listed)
    name = module_name(task)
    codec = _codec(signature, name)
    body = "\n".join([signature.preamble, *signature.imports, codec, _stub(signature), tests.text])
    table = ", ".join(_entry(name, test) for test in tests.functions)
    attribute = "#[unsafe(no_mangle)]" if task.edition >= "2024" else "#[no_mangle]"
    export = (
        f'mod {name}; {attribute} pub extern "C" fn {symbol(name)}'
        '(line: &::evalwire::oracle::Line, report: extern "C" fn(*const u8, usize)) '
        f"{{ const PLAN: ::evalwire::oracle::Plan = ::evalwire::oracle::Plan {{ "
        f'module: concat!(module_path!(), "::{name}"), tests: &[{table}], '
        f"listed: {_listed(listed, tests.is_main)} }}; "
        "::evalwire::oracle::run(*line, &PLAN, report) }"
    )
    return Unit(name, body, export)


def _listed(listed: tuple[str, ...] | None, is_main: bool) -> str:
    if listed is None or is_main:
        return "None"
    return f"Some(&[{', '.join(json.dumps(name) for name in listed)}])"


def _entry(module: str, test: TestFunction) -> str:
    panics = "None" if test.panics is None else f"Some({test.panics})"
    run = f"|| ::evalwire::oracle::finish({module}::{test.path}())"
    return f'::evalwire::oracle::Test {{ name: "{test.path}", run: {run}, panics: {panics} }}'


def task_digest(task: Task) -> str:
    """Return the sha256 of the parts of a task from which its oracle is made."""
    parts = (task.task_id, task.prompt, task.entry_point, task.test, task.edition, *task.crates)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def module_name(task: Task) -> str:
    """Return the name of the task's module in its oracle library."""
    return f"t_{task_digest(task)[:16]}"


def symbol(name: str) -> str:
    """Return the exported symbol of a module."""
    return f"oracle_{name}"


def _stub(signature: Signature) -> str:
    parameters = enumerate(signature.parameters)
    declared = ", ".join(f"a{i}: {p.written}" for i, p in parameters)
    values = [(i, p) for i, p in enumerate(signature.parameters) if p.closure is None]
    closures = [(i, p.closure) for i, p in enumerate(signature.parameters) if p.closure is not None]
    made = "".join(_closure(i, closure) for i, closure in closures)
    lent = "".join(f" call.callback(&mut c{i});" for i, _ in closures)
    which = "".join(f" call.arg(&{one}::evalwire_instance());" for one in signature.type_parameters)
    send = which + "".join(f" call.arg(&a{i});" for i, _ in values) + lent
    back = "".join(_write_back(i, p) for i, p in values if p.mutable)
    bound = "::evalwire::Put + ::evalwire::Get + self::evalwire_codec::Instance"
    where = [*signature.where, *(f"{one}: {bound}{one}" for one in signature.type_parameters)]
    return (
        f"fn {signature.name}{signature.generics}({declared}) -> {signature.written_result} "
        f"{'where ' + ', '.join(where) if where else ''} {{{made} "
        f"let mut call = ::evalwire::call::Call::new();{send} let mut answer = call.invoke(); "
        f"{_result(signature, lent)}{back} answer.done(); result }}"
    )


def _result(signature: Signature, lent: str) -> str:
    if signature.items is None:
        return "let result = answer.result();"
    remote = (
        f"::evalwire::remote::Remote::<'_, {signature.items}>::new(&mut answer, "
        "move |iterator, items| { let mut call = ::evalwire::call::Call::pull(iterator, items);"
        f"{lent} call.invoke() }})"
    )
    return f"let result = {f'::std::boxed::Box::new({remote})' if signature.boxed else remote};"


def _closure(index: int, closure: Closure) -> str:
    """Write the code that runs when the program calls the closure."""
    took = "".join(
        f" let {'mut ' * p.mutable}p{i}: {p.owned} = ::evalwire::Get::get(input)?;"
        for i, p in enumerate(closure.parameters)
    )
    given = ", ".join(p.passed(f"p{i}") for i, p in enumerate(closure.parameters))
    back = "".join(
        f" ::evalwire::Put::put(&p{i}, out);" for i, p in enumerate(closure.parameters) if p.mutable
    )
    kept, function = f"a{index}", f"a{index}"
    if closure.once:
        kept = f"Some(a{index})"
        function = (
            f"(match a{index}.take() {{ Some(own) => own, "
            "None => ::evalwire::call::called_again() })"
        )
    return (
        f" let mut a{index} = {kept}; let mut c{index} = move |input: &mut ::evalwire::Reader<'_>, "
        "out: &mut ::std::vec::Vec<u8>| -> ::evalwire::Decoded<()> {"
        f"{took} let result = {function}({given}); ::evalwire::Put::put(&result, out);"
        f"{back} Ok(()) }};"
    )


def _codec(signature: Signature, module: str) -> str:
    """Write the encodings of the prompt's own types, and the marks of generic instances."""
    own = signature.own
    uses = f"use super::{{{', '.join(own.names)}}};" if own.names else ""
    instances = "\n".join(
        _instances(one, instance_types(signature), module) for one in signature.type_parameters
    )
    if not uses and not instances:
        return ""
    return f"mod evalwire_codec {{ {uses}\n{own.both}\n{own.oracle}\n{instances}\n}}"


def instance_types(signature: Signature) -> tuple[str, ...]:
    """Return the types that a generic parameter may stand for; the index is a type's number."""
    return (*INSTANCES, *signature.own.concrete)


def _instances(parameter: str, types: tuple[str, ...], module: str) -> str:
    impls = "".join(
        f"impl Instance{parameter} for {one} {{ fn evalwire_instance() -> u32 {{ "
        f'::evalwire::call::mark("{mark(module, parameter, number)}"); {number} }} }}\n'
        for number, one in enumerate(types)
    )
    return f"pub trait Instance{parameter} {{ fn evalwire_instance() -> u32; }}\n{impls}"


def mark(module: str, parameter: str, number: int) -> str:
    """Return a text that is in the oracle's library if and only if the tests use this instance."""
    return f"<evalwire {module} {parameter} {number}>"


def _write_back(index: int, parameter: Parameter) -> str:
    method = "write_back_slice" if parameter.slice_item is not None else "write_back"
    return f" answer.{method}(a{index});"

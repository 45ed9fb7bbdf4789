"""Write a task's oracle: its tests, and a stub that calls the subject instead of computing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from evalpkg.models import Task
from evalpkg.scoring.parameters import Closure, Parameter
from evalpkg.scoring.signature import Signature, read_signature
from evalpkg.scoring.testfile import RustTest, open_tests
from evalpkg.scoring.unit import Unit
from evalpkg.scoring.untravelled import refuse_what_cannot_travel

INSTANCES = (
    *("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"),
    *("f32", "f64", "bool", "char", "::std::string::String", "&str"),
    *("::std::vec::Vec<i32>", "::std::vec::Vec<::std::string::String>", "(i32, i32)"),
)
"""Types that a generic parameter may stand for, in addition to the prompt's own."""

CONSTANTS = {"bool": ("false", "true")}
NUMBERS = tuple(str(number) for number in range(17))
"""Values that a ``const`` parameter may have, by its type, without being asked for."""

More = Mapping[str, tuple[str, ...]]
"""By generic parameter: types and values that the tests of one task use beyond these."""


def oracle_unit(
    task: Task, listed: tuple[str, ...] | None = None, more: More | None = None
) -> Unit:
    """Write the module of one task.

    Args:
        task: the task.
        listed: paths of the tests that rustc lists; None if rustc was not asked.
        more: instances that the tests use beyond the usual ones.

    Raises:
        DataError: if the prompt lacks the entry point, if the tests cannot be parsed or are none,
            or if something of the signature cannot travel.
    """
    signature = read_signature(task.prompt, task.entry_point)
    refuse_what_cannot_travel(task, signature)
    name = module_name(task)
    tests = open_tests(task.test, listed, name)
    codec = _codec(signature, name, more or {})
    body = "\n".join([signature.preamble, *signature.imports, codec, _stub(signature), tests.text])
    table = ", ".join(_entry(name, test) for test in tests.functions)
    attribute = "#[unsafe(no_mangle)]" if task.edition >= "2024" else "#[no_mangle]"
    export = (
        f'mod {name}; {attribute} pub extern "C" fn {symbol(name)}'
        '(line: &::evalwire::oracle::Line, report: extern "C" fn(*const u8, usize)) '
        f"{{ const PLAN: ::evalwire::oracle::Plan = ::evalwire::oracle::Plan {{ "
        f'module: concat!(module_path!(), "::{name}"), tests: &[{table}], '
        f"listed: {_listed(listed, tests.is_main)}, is_main: {str(tests.is_main).lower()} }}; "
        "::evalwire::oracle::run(*line, &PLAN, report) }"
    )
    return Unit(name, body, export)


def _listed(listed: tuple[str, ...] | None, is_main: bool) -> str:
    if listed is None or is_main:
        return "None"
    return f"Some(&[{', '.join(json.dumps(name) for name in listed)}])"


def _entry(module: str, test: RustTest) -> str:
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
    if signature.lends:
        made += " let lent = ::evalwire::functions::Lent::begin();"
    which = "".join(f" call.arg(&{_number(signature, one)});" for one in signature.generic)
    send = which + "".join(f" call.arg(&a{i});" for i, _ in values) + lent
    back = "".join(_write_back(i, p, signature) for i, p in values if p.mutable or p.shared)
    bound = "::evalwire::Put + ::evalwire::Get + self::evalwire_codec::Instance"
    where = [*signature.where, *(f"{one}: {bound}{one}" for one in signature.type_parameters)]
    codec = "self::evalwire_codec::"
    where += [f"{codec}Const{one}<{one}>: {codec}Instance{one}" for one, _ in signature.constants]
    return (
        f"fn {signature.name}{signature.generics}({declared}) -> {signature.written_result} "
        f"{'where ' + ', '.join(where) if where else ''} {{{made} "
        f"let mut call = ::evalwire::call::Call::new();{send} let mut answer = call.invoke(); "
        f"{_result(signature, lent)}{back} answer.done(); result }}"
    )


def _number(signature: Signature, one: str) -> str:
    """The expression for the number of the instance that a generic parameter stands for."""
    codec = "self::evalwire_codec::"
    kind = one if one in signature.type_parameters else f"{codec}Const{one}<{one}>"
    return f"<{kind} as {codec}Instance{one}>::evalwire_instance()"


def _result(signature: Signature, lent: str) -> str:
    if signature.returned is not None:
        return _returned(signature, signature.returned)
    if signature.items is None:
        return "let result = answer.result();"
    remote = (
        f"::evalwire::remote::Remote::<'_, {signature.items}>::new(&mut answer, "
        "move |iterator, items| { let mut call = ::evalwire::call::Call::kept(iterator); "
        f"call.arg(&items);{lent}{_kept(signature)} call.invoke() }})"
    )
    return f"let result = {f'::std::boxed::Box::new({remote})' if signature.boxed else remote};"


def _kept(signature: Signature) -> str:
    """Keep the functions that travelled inside of other values as long as the result."""
    names = [f"&a{i}" for i, p in enumerate(signature.parameters) if not p.closure]
    return f" let _ = (&lent, {', '.join(names)});" if signature.lends else ""


def _returned(signature: Signature, closure: Closure) -> str:
    """A closure that the entry point returned: it stays in the program, each call is a request."""
    lent = [i for i, p in enumerate(signature.parameters) if p.closure is not None]
    cells = "".join(f" let c{i} = ::std::cell::RefCell::new(c{i});" for i in lent)
    borrowed = "".join(f" let mut b{i} = c{i}.borrow_mut();" for i in lent)
    given = "".join(f" call.callback(&mut *b{i});" for i in lent)
    taken = ", ".join(f"p{i}: {p.text}" for i, p in enumerate(closure.parameters))
    send = "".join(f" call.arg(&p{i});" for i in range(len(closure.parameters)))
    text = (
        f"move |{taken}| -> {closure.result} {{{borrowed} "
        f"let mut call = ::evalwire::call::Call::kept(kept);{send}{given}{_kept(signature)} "
        "let mut answer = call.invoke(); let given = answer.result(); answer.done(); given }"
    )
    return (
        f"let kept: u32 = answer.result();{cells} let result = {closure.given.replace('{}', text)};"
    )


def _closure(index: int, closure: Closure) -> str:
    """Write the code that runs when the program calls the closure."""
    # A reference that outlives the call is decoded from a value that is never freed.
    took = "".join(
        f" let {'mut ' * p.mutable}p{i}: {p.text if p.lasting else p.owned} = "
        "::evalwire::Get::get(input)?;"
        for i, p in enumerate(closure.parameters)
    )
    given = ", ".join(
        f"p{i}" if p.lasting else p.passed(f"p{i}") for i, p in enumerate(closure.parameters)
    )
    back = "".join(
        f" ::evalwire::Put::put(&p{i}, out);" for i, p in enumerate(closure.parameters) if p.mutable
    )
    kept, function = f"a{index}", f"a{index}"
    if closure.iterator:
        kept = f"::std::iter::IntoIterator::into_iter(a{index})"
        function = f"::std::iter::Iterator::next(&mut a{index})"
    if closure.once:
        kept = f"Some(a{index})"
        function = (
            f"(match a{index}.take() {{ Some(own) => own, "
            "None => ::evalwire::call::called_again() })"
        )
    called = function if closure.iterator else f"{function}({given})"
    return (
        f" let mut a{index} = {kept}; let mut c{index} = move |input: &mut ::evalwire::Reader<'_>, "
        "out: &mut ::std::vec::Vec<u8>| -> ::evalwire::Decoded<()> {"
        f"{took} let result = {called}; ::evalwire::Put::put(&result, out);"
        f"{back} Ok(()) }};"
    )


def _codec(signature: Signature, module: str, more: More) -> str:
    """The transport of the prompt's own types, and the instances of generics that the tests use."""
    own = signature.own
    uses = f"use super::{{{', '.join(own.names)}}};" if own.names else ""
    instances = "\n".join(_instances(signature, one, module, more) for one in signature.generic)
    if not uses and not instances:
        return ""
    uses = " ".join((*signature.preamble_imports, uses)) if own.bounds else uses
    return f"mod evalwire_codec {{ {uses}\n{own.both}\n{own.oracle}\n{instances}\n}}"


def instance_types(signature: Signature, parameter: str, more: More) -> tuple[str, ...]:
    """The types that a generic parameter may stand for, by number."""
    kind = dict(signature.constants).get(parameter)
    known = (*INSTANCES, *signature.own.concrete) if kind is None else CONSTANTS.get(kind, NUMBERS)
    return (*known, *more.get(parameter, ()))


def _instances(signature: Signature, parameter: str, module: str, more: More) -> str:
    types = instance_types(signature, parameter, more)
    kind = dict(signature.constants).get(parameter)
    declared = "" if kind is None else f"pub struct Const{parameter}<const C: {kind}>;\n"
    impls = "".join(
        f"impl Instance{parameter} for {one if kind is None else f'Const{parameter}<{{ {one} }}>'} "
        f"{{ fn evalwire_instance() -> u32 {{ "
        f'::evalwire::call::mark("{mark(module, parameter, number)}"); {number} }} }}\n'
        for number, one in enumerate(types)
    )
    return f"{declared}pub trait Instance{parameter} {{ fn evalwire_instance() -> u32; }}\n{impls}"


def mark(module: str, parameter: str, number: int) -> str:
    """Return a text that is in the oracle's library if and only if the tests use this instance."""
    return f"<evalwire {module} {parameter} {number}>"


def _write_back(index: int, parameter: Parameter, signature: Signature) -> str:
    if signature.held(parameter) is not None:
        return f" answer.refill(|input| a{index}.evalwire_taken(input));"
    if parameter.shared and parameter.slice_item is not None:
        return f" answer.refresh_slice(a{index});"
    if parameter.shared:
        return f" answer.refresh({'&' if parameter.referent is None else ''}a{index});"
    method = "write_back_slice" if parameter.slice_item is not None else "write_back"
    return f" answer.{method}(a{index});"

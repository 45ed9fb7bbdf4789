"""The subject's source for one program: the completion, and the shim that calls it."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from evalpkg.errors import DataError
from evalpkg.extraction import parse, text_of
from evalpkg.models import Task
from evalpkg.scoring.instances import Instances
from evalpkg.scoring.oracle import task_digest
from evalpkg.scoring.parameters import Closure, Parameter
from evalpkg.scoring.routing import has_no_std, stands_at_root
from evalpkg.scoring.signature import Signature, read_signature
from evalpkg.scoring.testfile import open_tests
from evalpkg.scoring.unit import Unit

TEST_STACK = 2 << 20
MAIN_STACK = 8 << 20


def program_digest(task: Task, source: str) -> str:
    """Return the sha256 of what is compiled: the source, and the shim for the task's signature."""
    signature = read_signature(task.prompt, task.entry_point)
    state = hashlib.sha256(source.encode("utf-8", "surrogatepass"))
    parts = [_shim(signature), task.edition, str(stack_bytes(task))]
    if signature.generic:
        parts.append(task_digest(task))  # the tests say which instances there are
    state.update(b"\0" + "\0".join(parts).encode())
    return state.hexdigest()


def subject_unit(task: Task, source: str, instances: Instances = ()) -> Unit:
    """Write the module of one program.

    Its names come from its content, so they do not depend on the other programs in the crate.

    Args:
        task: the task that the program answers.
        source: the program.
        instances: the instances of a generic entry point that the tests use.
    """
    name = "s_" + program_digest(task, source)[:32]
    signature = read_signature(task.prompt, task.entry_point)
    # An attribute at the end of the completion would remove the next item: it hits this constant.
    shim = _shim(signature, instances)
    at_root = stands_at_root(source)
    if at_root and has_no_std(source):
        shim = _with_std(shim)
    text = f"{source}\nconst _: () = ();\n{shim}"
    if at_root:
        if _has_main(source):
            text += "const _: () = { let _ = main; };\n"  # it would be dead code in a library
        return Unit(name, text + _export(name, "", task), "", is_root=True)
    return Unit(name, text, f"mod {name}; " + _export(name, f"{name}::", task))


def _has_main(source: str) -> bool:
    """Tell whether a program has a ``fn main`` at the top that no ``cfg`` removes."""
    if "main" not in source:
        return False
    conditional = False
    for node in parse(source.encode("utf-8", "replace")).root_node.named_children:
        name = node.child_by_field_name("name") if node.type == "function_item" else None
        if name is not None and text_of(name) == "main":
            return not conditional
        is_attribute = node.type == "attribute_item"
        conditional = is_attribute and (conditional or "cfg" in text_of(node))
    return False


_MAIN = re.compile(r"\bmain\b")
_SHIM = "pub(crate) mod evalwire_shim {"


def _with_std(shim: str) -> str:
    """Change a shim for a ``no_std`` program: the shim alone imports std."""
    own = f"{_SHIM} extern crate std; #[allow(unused_imports)] use std::prelude::rust_2021::*;"
    return shim.replace("::std::", "self::std::").replace(_SHIM, own, 1)


def _export(name: str, path: str, task: Task) -> str:
    shim = f"{path}evalwire_shim::call"
    return f"::evalwire::export!({symbol(name)}, {shim}, {stack_bytes(task)});"


def stack_bytes(task: Task) -> int:
    """Return the stack size in bytes that rustc's test run gives a program.

    It is that of a test's thread, or of the main thread where the tests are a ``fn main``.
    """
    return _stack_of(task.test)


@lru_cache(maxsize=1024)
def _stack_of(test: str) -> int:
    if _MAIN.search(test) is None:
        return TEST_STACK  # found without parsing
    try:
        return MAIN_STACK if open_tests(test).is_main else TEST_STACK
    except DataError:
        return TEST_STACK  # no program of such a task is run


def symbol(name: str) -> str:
    """Return the exported symbol of a module."""
    return f"evalpkg_{name}"


def _shim(signature: Signature, instances: Instances = ()) -> str:
    """Write the shim: it decodes arguments, calls the program and encodes the result.

    It holds no attributes and triggers no lints, since the program may forbid them.
    """
    own = signature.own
    named = f"use super::{{{', '.join(own.names)}}};" if own.names else ""
    uses = " ".join((*signature.imports, *signature.preamble_imports, named))
    head = "(input: &mut ::evalwire::Reader<'_>, output: &mut ::std::vec::Vec<u8>)"
    if signature.generic:
        arms = "".join(
            f" {_numbers(numbers)} => {{ {_aliases(signature, names)} {_call(signature)} }}"
            for numbers, names in instances
        )
        read = ", ".join("input.arg::<u32>()" for _ in signature.generic)
        body = f' match ({read},) {{{arms} _ => panic!("evalwire: unknown instance") }}'
    else:
        body = _call(signature)
    return (
        f"pub(crate) mod evalwire_shim {{ {uses} pub(crate) fn call{head} {{{body} }}\n"
        f"{own.both}\n{own.subject} }}\n"
    )


_NAMED = re.compile(r"'(?!static\b)\w+")
"""A lifetime that only the prompt's signature declares."""


def _numbers(numbers: tuple[int, ...]) -> str:
    return "(" + ", ".join(f"{number}u32" for number in numbers) + ",)"


def _aliases(signature: Signature, names: tuple[str, ...]) -> str:
    constants = dict(signature.constants)
    aliases = []
    for one, name in zip(signature.generic, names, strict=True):
        if one in constants:
            aliases.append(f"const {one}: {constants[one]} = {name};")
        else:
            # A reference in a value of the tests was leaked when it was decoded.
            lasting = name.replace("&", "&'static ").replace("'_", "'static")
            aliases.append(f"type {one} = {lasting};")
    return " ".join(aliases)


def _call(signature: Signature) -> str:
    values = [(i, p) for i, p in enumerate(signature.parameters) if p.closure is None]
    closures = [(i, p.closure) for i, p in enumerate(signature.parameters) if p.closure is not None]
    decode = "".join(_decode(i, p, signature) for i, p in values)
    numbered = enumerate(closures)
    decode += "".join(_closure(number, i, closure) for number, (i, closure) in numbered)
    arguments = ", ".join(_pass(i, p, signature) for i, p in enumerate(signature.parameters))
    called = f"super::{signature.name}({arguments})"
    called = f"unsafe {{ {called} }}" if "unsafe" in signature.modifiers else called
    if signature.items is not None:
        items = _NAMED.sub("'_", signature.items)
        lend = f"::evalwire::subject::lend::<{items}>(result, output);"
        made = f"::std::iter::IntoIterator::into_iter({called})"
        return f"{decode} let result = {made}; {lend}"
    if signature.returned is not None:
        return f"{decode} {_keep(called, signature.returned)}"
    own = [i for i, p in values if p.shared and p.referent is None]
    decode += "".join(f" let k{i} = ::std::clone::Clone::clone(&a{i});" for i in own)
    back = "".join(
        f" ::evalwire::Put::put(&{'k' if i in own else 'a'}{i}, output);"
        for i, p in values
        if p.mutable or p.shared
    )
    return (
        f"{decode} let result: {signature.result} = {called};"
        f" ::evalwire::Put::put(&result, output);{back}"
    )


def _keep(made: str, closure: Closure) -> str:
    """Keep the closure that the entry point returned, for the tests to call."""
    read = "".join(f" let p{i}: {p.owned} = input.arg();" for i, p in enumerate(closure.parameters))
    given = ", ".join(p.passed(f"p{i}") for i, p in enumerate(closure.parameters))
    kept, called = made, "(result)"
    if closure.once:
        kept = f"::std::option::Option::Some({made})"
        called = '(result.take().expect("a closure that can be called once is called again"))'
    mutable = "mut " * (closure.once or closure.mutable)
    return (
        f"let {mutable}result = {kept}; ::evalwire::subject::keep("
        "move |input: &mut ::evalwire::Reader<'_>, output: &mut ::std::vec::Vec<u8>| {"
        f"{read} let given: {closure.result} = {called}({given}); "
        "::evalwire::Put::put(&given, output); }, output);"
    )


def _decode(index: int, parameter: Parameter, signature: Signature) -> str:
    name = f"a{index}"
    if (number := signature.held(parameter)) is not None:
        made = f"input.arg::<Held{number}>()"
        if signature.remains:
            return f" let {name} = ::std::boxed::Box::leak(::std::boxed::Box::new({made}));"
        return f" let mut {name} = {made};"
    if signature.remains and parameter.referent is not None:
        made = f"::std::boxed::Box::leak(::std::boxed::Box::new(input.arg::<{parameter.owned}>()))"
        return f" let {name}: &'static mut _ = {made};"
    return f" let {'mut ' * parameter.mutable}{name}: {parameter.owned} = input.arg();"


def _closure(number: int, index: int, closure: Closure) -> str:
    """Write a stand-in for a closure of the tests: calling it asks the tests for the result."""
    taken = ", ".join(f"p{i}: {p.text}" for i, p in enumerate(closure.parameters))
    sent = "".join(f" ::evalwire::Put::put(&p{i}, out);" for i in range(len(closure.parameters)))
    back = "".join(f" *p{i} = reader.arg();" for i, p in enumerate(closure.parameters) if p.mutable)
    mutable = "mut " * closure.given.startswith("&mut {}")
    return (
        f" let {mutable}a{index} = |{taken}| {{ "
        f"let reply = ::evalwire::subject::call_back({number}u32, "
        f"&|out: &mut ::std::vec::Vec<u8>| {{{sent} }}); "
        "let mut reader = ::evalwire::Reader::new(&reply); "
        f"let result: {closure.result} = reader.arg();"
        f"{back} result }};"
    )


def _pass(index: int, parameter: Parameter, signature: Signature) -> str:
    name = f"a{index}"
    if parameter.closure is not None:
        return parameter.closure.given.format(name)
    if parameter.referent is None:
        return name
    # The annotation makes the type exact; a generic parameter would otherwise accept another one.
    passed = parameter.passed(name)
    if signature.held(parameter) is not None:
        passed = f"{name}.object()"
    elif signature.remains:
        passed = f"&{'mut ' * parameter.mutable}*{name}"
    return f"{{ let exact: {parameter.text} = {passed}; exact }}"

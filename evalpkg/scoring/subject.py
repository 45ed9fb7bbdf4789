"""The subject's side of a program: the completion's source and the shim that calls it."""

from __future__ import annotations

import hashlib

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.scoring.routing import ROOT, tokens
from evalpkg.scoring.signature import Parameter, Signature, read_signature
from evalpkg.scoring.testfile import open_tests
from evalpkg.scoring.unit import Unit

TEST_STACK = 2 << 20
MAIN_STACK = 8 << 20


def program_digest(task: Task, source: str) -> str:
    """sha256 of what is compiled: the source, and the signature it is called by."""
    signature = read_signature(task.prompt, task.entry_point)
    state = hashlib.sha256(source.encode("utf-8", "surrogatepass"))
    parts = (_shim(signature), task.edition, str(stack_bytes(task)))
    state.update(b"\0" + "\0".join(parts).encode())
    return state.hexdigest()


def subject_unit(task: Task, source: str) -> Unit:
    """The module of one program.

    Its names come from its content, so that they are the same alone and in any company.
    """
    name = "s_" + program_digest(task, source)[:32]
    signature = read_signature(task.prompt, task.entry_point)
    # The constant is what an attribute left dangling at the end of the completion would remove.
    text = f"{source}\nconst _: () = ();\n{_shim(signature)}"
    if any(word in source for word in ROOT) and not ROOT.isdisjoint(tokens(source)):
        return Unit(name, text + _export(name, "", task), "", is_root=True)
    return Unit(name, text, f"mod {name}; " + _export(name, f"{name}::", task))


def _export(name: str, path: str, task: Task) -> str:
    shim = f"{path}evalwire_shim::call"
    return f"::evalwire::export!({symbol(name)}, {shim}, {stack_bytes(task)});"


def stack_bytes(task: Task) -> int:
    """Bytes of stack that rustc's test run gives a program: a thread's, or that of ``main``."""
    try:
        return MAIN_STACK if open_tests(task.test).is_main else TEST_STACK
    except DataError:
        return TEST_STACK  # no program of such a task is run


def symbol(name: str) -> str:
    """The exported symbol of a module."""
    return f"evalpkg_{name}"


def _shim(signature: Signature) -> str:
    """Decode arguments, call, encode. No attributes and no lints: the program may forbid them."""
    uses = " ".join((*signature.imports, *signature.preamble_imports))
    decode = "".join(_decode(i, p) for i, p in enumerate(signature.parameters))
    arguments = ", ".join(_pass(i, p) for i, p in enumerate(signature.parameters))
    back = "".join(
        f" ::evalwire::Put::put(&a{i}, output);"
        for i, parameter in enumerate(signature.parameters)
        if parameter.mutable
    )
    return (
        f"pub(crate) mod evalwire_shim {{ {uses} pub(crate) fn call"
        "(input: &mut ::evalwire::Reader<'_>, output: &mut ::std::vec::Vec<u8>) "
        f"{{{decode} let result: {signature.result} = super::{signature.name}({arguments});"
        f" ::evalwire::Put::put(&result, output);{back} }} }}\n"
    )


def _decode(index: int, parameter: Parameter) -> str:
    if parameter.slice_item is not None:
        owned = f"::std::vec::Vec<{parameter.slice_item}>"
    elif parameter.referent == "str":
        owned = "::std::string::String"
    else:
        owned = parameter.referent or parameter.text
    mutable = "mut " if parameter.mutable else ""
    return f" let {mutable}a{index}: {owned} = input.arg();"


def _pass(index: int, parameter: Parameter) -> str:
    if parameter.referent is None:
        return f"a{index}"
    # Exactly the asked type: a generic parameter would otherwise be given another.
    return f"{{ let exact: {parameter.text} = &{'mut ' * parameter.mutable}a{index}; exact }}"

"""The known faults of the peer, and a repair for each.

A fault explains a disagreement if the peer, with that fault repaired, gives our verdict. Repairs
are tried in the order of ``ladder``; most steps keep the repairs of the steps before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from evalpkg.extraction import extract, parse, text_of
from evalpkg.models import Task
from evalpkg.scoring.peer.runner import PeerSettings
from evalpkg.scoring.signature import read_signature


class PeerFault(StrEnum):
    """The reason why the peer's verdict differs."""

    WHOLE_FUNCTION_BRACE = "whole_function_brace"
    """Its extraction drops the closing brace if the answer is the whole function."""
    ATTRIBUTES_STRIPPED = "attributes_stripped"
    """Its extraction drops every line that starts with ``#[``."""
    TEXT_DROPPED = "text_dropped"
    """Its extraction keeps only the function's body: helpers, imports and types are lost."""
    EDITION_2021 = "edition_2021"
    """It compiles everything as edition 2021, whatever edition the row names."""
    OWN_TESTS_RUN = "own_tests_run"
    """It compiles and runs the tests that the model wrote beside its answer."""
    TRUNCATED_TEST_ROW = "truncated_test_row"
    """The row's tests are cut off, so that nothing compiles."""
    WRONG_ROW = "wrong_row"
    """The row's test or prompt rejects what it should accept."""
    WEAK_ROW = "weak_row"
    """The row's test accepts what it should reject; ours has more asserts."""
    CFG_REMOVED_TESTS = "cfg_removed_tests"
    """An attribute at the end of the answer removes the tests that follow."""
    ASSERTS_SHADOWED = "asserts_shadowed"
    """The answer redefines the macros that the tests use."""
    SIGNATURE_NOT_PINNED = "signature_not_pinned"
    """The answer's function has another signature, which the tests happen to accept."""
    EXIT_CODE_TRUSTED = "exit_code_trusted"
    """The program ended with status 0 before its tests did."""
    NOTHING_CONFINED = "nothing_confined"
    """The program used what a sandbox limits: memory, output, files, network or processes."""
    WALL_CLOCK = "wall_clock"
    """A wall-clock limit was hit on a busy machine."""


_TEST_ATTRIBUTES = ("#[test]", "#[cfg(test)]")


@dataclass(frozen=True, slots=True)
class Question:
    """A sample that the peer is asked to judge.

    Attributes:
        task: the task as we have it.
        row: the task as the peer has it.
        completion: the model's text.
        source: the program in it, with all text after the function.
    """

    task: Task
    row: Task
    completion: str
    source: str


def question(task: Task, row: Task, completion: str) -> Question:
    """Make the question for the peer, which also compiles the text after a function's body."""
    found = extract(task, completion)
    source = task.prompt + completion if found.rule == "body" else found.source or ""
    return Question(task, row, completion, source)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: a set of repairs, the last of which is that of ``fault``.

    Attributes:
        fault: the fault that this step blames if the peer then agrees.
        settings: how the peer is run.
        whole_program: give the peer the whole program instead of the model's text.
        guard: end the program with an item that a dangling attribute removes instead of the tests.
        own_asserts: let the tests use ``::core``'s assert macros.
        pinned: add an item to the tests that requires the exact signature.
        only_our_tests: remove the model's own tests from the program.
    """

    fault: PeerFault
    settings: PeerSettings
    whole_program: bool = True
    guard: bool = False
    own_asserts: bool = False
    pinned: bool = False
    only_our_tests: bool = False

    def ask(self, question: Question, row: Task) -> tuple[Task, str]:
        """Return the row and the completion to give to the peer."""
        if not self.whole_program:
            return row, question.completion
        source = question.source
        if self.only_our_tests:
            source = without_tests(source)
        if self.guard:
            source += "\nconst _: () = ();\n"
        test = re.sub(r"\b(assert(?:_eq|_ne)?!)", r"::core::\1", row.test)
        test = test if self.own_asserts else row.test
        if self.pinned:
            test = f"{_pin(question.task)}\n{test}"
        return replace(row, prompt="", test=test), source


def ladder(settings: PeerSettings, edition: str, *, ours_passed: bool) -> list[Rung]:
    """Return the repairs to try in turn.

    Args:
        settings: how the peer is run.
        edition: the edition of the tasks.
        ours_passed: True if we pass the samples and the peer fails them.
    """
    given = replace(settings, extraction="given")
    dated = replace(given, edition=edition)
    if ours_passed:
        braced = replace(settings, extraction="braced")
        attributed = replace(settings, extraction="attributed")
        patient = replace(dated, timeout_s=6 * settings.timeout_s, workers=1)
        return [
            Rung(PeerFault.WHOLE_FUNCTION_BRACE, braced, whole_program=False),
            Rung(PeerFault.ATTRIBUTES_STRIPPED, attributed, whole_program=False),
            Rung(PeerFault.TEXT_DROPPED, given),
            Rung(PeerFault.EDITION_2021, dated),
            Rung(PeerFault.OWN_TESTS_RUN, dated, only_our_tests=True),
            Rung(PeerFault.WALL_CLOCK, patient, only_our_tests=True),
        ]
    evident = replace(dated, evidence=True)
    sound = Rung(PeerFault.CFG_REMOVED_TESTS, dated, guard=True)
    shadow = replace(sound, fault=PeerFault.ASSERTS_SHADOWED, own_asserts=True)
    pinned = replace(shadow, fault=PeerFault.SIGNATURE_NOT_PINNED, pinned=True)
    told = replace(pinned, fault=PeerFault.EXIT_CODE_TRUSTED, settings=evident)
    return [
        Rung(PeerFault.TEXT_DROPPED, given),
        Rung(PeerFault.EDITION_2021, dated),
        sound,
        shadow,
        pinned,
        replace(told, only_our_tests=True),
    ]


def row_fault(task: Task) -> PeerFault:
    """Return the fault of a row whose repair changes the verdict."""
    if "truncated_test" in task.erratum:
        return PeerFault.TRUNCATED_TEST_ROW
    strengthened = task.erratum.startswith("strengthened")
    return PeerFault.WEAK_ROW if strengthened else PeerFault.WRONG_ROW


def without_tests(source: str) -> str:
    """Remove the top-level items of ``source`` that are tests, hold tests or serve only tests."""
    data = source.encode()
    kept, position, start, testing = [], 0, -1, False
    for node in parse(data).root_node.named_children:
        start = node.start_byte if start < 0 else start
        if node.type == "attribute_item":
            testing = testing or text_of(node) in _TEST_ATTRIBUTES
            continue
        if testing or (node.type == "mod_item" and "#[test]" in text_of(node)):
            kept.append(data[position:start])
            position = node.end_byte
        start, testing = -1, False
    return b"".join([*kept, data[position:]]).decode()


def _pin(task: Task) -> str:
    signature = read_signature(task.prompt, task.entry_point)
    uses = " ".join((*signature.imports, *signature.preamble_imports))
    types = ", ".join(parameter.text for parameter in signature.parameters)
    pinned = f"fn({types}) -> {signature.result}"
    return f"mod evalpkg_pin {{ {uses} const _: {pinned} = super::{signature.name}; }}"

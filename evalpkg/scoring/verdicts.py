"""Turn the reports of rustc and of the judge into verdicts."""

from __future__ import annotations

import os
import signal

from evalpkg.models import UNJUDGED, Verdict, VerdictKind
from evalpkg.sandbox.trial import TrialLimits, TrialOutcome
from evalpkg.sandbox.vocabulary import OutcomeKind, Reason
from evalpkg.scoring.diagnostics import Diagnostic
from evalpkg.scoring.stops import Stop

DETAIL = 2000

REFUSED_THREAD = "code: 11, kind: WouldBlock"
"""The text of std's panic on EAGAIN, which a subject meets only if it is refused a thread. A
program that forges the text only changes one failing verdict into another."""


def not_compiled(error: Diagnostic, program: str) -> Verdict:
    """Return the verdict on a program that rustc rejected."""
    return Verdict(VerdictKind.COMPILE_ERROR, False, error.code, error.text[:DETAIL], program)


def compiler_stopped(stop: Stop, detail: str, program: str) -> Verdict:
    """Return the verdict on a program on which, alone, rustc ended without an error in it."""
    kind = {
        Stop.TIMEOUT: VerdictKind.TIMEOUT,
        Stop.STALLED: VerdictKind.TIMEOUT,
        Stop.MEMORY: VerdictKind.RESOURCE_LIMIT,
        Stop.TOO_LARGE: VerdictKind.RESOURCE_LIMIT,
        Stop.CRASH: VerdictKind.COMPILE_ERROR,
        Stop.STACK: VerdictKind.COMPILE_ERROR,
        Stop.LINK: VerdictKind.COMPILE_ERROR,
        Stop.FULL: VerdictKind.INFRA_ERROR,
        Stop.KILLED: VerdictKind.INFRA_ERROR,
        Stop.INFRA: VerdictKind.INFRA_ERROR,
    }[stop]
    compile_ok = None if kind is VerdictKind.INFRA_ERROR else False
    return Verdict(kind, compile_ok, None, detail[:DETAIL], program)


def tried(outcome: TrialOutcome, program: str, limits: TrialLimits) -> Verdict:
    """Return the verdict on a program that compiled and was run within ``limits``.

    The detail names limits and no measurements, so that judging again gives the same bytes.
    """
    kind, detail = _judge(outcome, limits)
    compile_ok = None if kind in UNJUDGED else True
    return Verdict(kind, compile_ok, None, detail[:DETAIL], program)


def _judge(outcome: TrialOutcome, limits: TrialLimits) -> tuple[VerdictKind, str]:
    where = f"{outcome.test}: " if outcome.test else ""
    match outcome.kind:
        case OutcomeKind.PASSED:
            return VerdictKind.PASSED, ""
        case OutcomeKind.TEST_FAILED | OutcomeKind.ABORTED:
            return VerdictKind.TEST_FAILED, where + outcome.message
        case OutcomeKind.PANICKED if REFUSED_THREAD in outcome.message:
            return VerdictKind.RESOURCE_LIMIT, f"{where}threads: one was refused"
        case OutcomeKind.PANICKED:
            return VerdictKind.PANICKED, f"{where}panicked: {outcome.message}"
        case OutcomeKind.BAD_ANSWER:
            return VerdictKind.TAMPERED, where + outcome.message
        case OutcomeKind.EXHAUSTED:
            return VerdictKind.RESOURCE_LIMIT, outcome.message
        case OutcomeKind.NOT_LOADED:
            # It compiled and linked, so its own size or code keeps it from being loaded.
            return VerdictKind.RESOURCE_LIMIT, f"cannot be loaded: {outcome.message.strip()}"
        case OutcomeKind.SERVER_GONE:
            return VerdictKind.TAMPERED, "the fork-server ended with this program alone in it"
        case OutcomeKind.TESTS_MISSING:
            return VerdictKind.TASK_FAULT, outcome.message
        case OutcomeKind.GONE:
            kind, detail = _gone(outcome, limits)
            return kind, where + detail
        case _:
            return VerdictKind.INFRA_ERROR, outcome.message or "the sandbox failed"


def _gone(outcome: TrialOutcome, limits: TrialLimits) -> tuple[VerdictKind, str]:
    """Return the verdict on a subject that stopped answering, and the reason."""
    if outcome.reason == Reason.WALL_TIMEOUT:
        return VerdictKind.TIMEOUT, f"no answer within {limits.wall_ms / 1000:g} s"
    if outcome.reason == Reason.ANSWER_TOO_LONG:
        return VerdictKind.RESOURCE_LIMIT, "an answer over the output limit"
    if outcome.reason == Reason.BROKE_PROTOCOL:
        return VerdictKind.TAMPERED, "closed the connection to the tests, or wrote to it itself"
    if os.WIFEXITED(outcome.status):
        status = os.WEXITSTATUS(outcome.status)
        if status == 0:
            return VerdictKind.TAMPERED, "ended with status 0 before answering"
        return VerdictKind.CRASHED, f"ended with status {status} before answering"
    number = os.WTERMSIG(outcome.status)
    match number:
        case signal.SIGXCPU:
            return VerdictKind.TIMEOUT, f"used its {limits.cpu_s} s of CPU time"
        case signal.SIGKILL if outcome.cpu_us > 0.8e6 * limits.cpu_s:  # it ignored SIGXCPU
            return VerdictKind.TIMEOUT, f"used its {limits.cpu_s} s of CPU time"
        case signal.SIGXFSZ:
            return VerdictKind.RESOURCE_LIMIT, "output: printed more than allowed"
        case signal.SIGABRT if "memory allocation of" in outcome.output:
            return VerdictKind.RESOURCE_LIMIT, "memory: an allocation was refused"
        case signal.SIGABRT if "overflowed its stack" in outcome.output:
            return VerdictKind.CRASHED, "stack overflow"
    return VerdictKind.CRASHED, f"killed by {_signal_name(number)}"


def _signal_name(number: int) -> str:
    """Return a signal's name; most real-time signals have only a number."""
    names = {known.value: known.name for known in signal.Signals}
    return names.get(number, f"signal {number}")

"""Words and marks that every report uses for the same thing."""

from __future__ import annotations

from evalpkg.models import Mode, Role, VerdictKind

ROLE = {Role.BASE: "Base", Role.FINETUNED: "Fine-tuned"}
MODE = {Mode.NO_POLICY: "no policy", Mode.POLICY: "with policy"}

VERDICT = {
    VerdictKind.PASSED: "passed",
    VerdictKind.COMPILE_ERROR: "compile error",
    VerdictKind.TEST_FAILED: "wrong answer",
    VerdictKind.PANICKED: "panicked",
    VerdictKind.TIMEOUT: "timeout",
    VerdictKind.RESOURCE_LIMIT: "resource limit",
    VerdictKind.CRASHED: "crashed",
    VerdictKind.TAMPERED: "tampered",
    VerdictKind.NO_CODE: "no code",
    VerdictKind.INFRA_ERROR: "infrastructure error",
    VerdictKind.TASK_FAULT: "task's fault",
}
"""Names of the verdicts, in the order of the tables."""

MARK = {
    VerdictKind.PASSED: "✓",
    VerdictKind.COMPILE_ERROR: "C",
    VerdictKind.TEST_FAILED: "W",
    VerdictKind.PANICKED: "P",
    VerdictKind.TIMEOUT: "T",
    VerdictKind.RESOURCE_LIMIT: "L",
    VerdictKind.CRASHED: "X",
    VerdictKind.TAMPERED: "!",
    VerdictKind.NO_CODE: "-",
    VerdictKind.INFRA_ERROR: "?",
    VerdictKind.TASK_FAULT: "F",
}
"""One sign per verdict, so that a reader needs no colour to tell verdicts apart."""

EXPLAINED = {
    VerdictKind.PASSED: "every test ran, every answer was right",
    VerdictKind.COMPILE_ERROR: "rustc refused the program",
    VerdictKind.TEST_FAILED: "an answer was wrong",
    VerdictKind.PANICKED: "the program panicked while it answered",
    VerdictKind.TIMEOUT: "no answer within the time limit",
    VerdictKind.RESOURCE_LIMIT: "too much memory, output, disk or threads",
    VerdictKind.CRASHED: "killed by a signal, or a non-zero status",
    VerdictKind.TAMPERED: "ended early, or broke the tests' protocol",
    VerdictKind.NO_CODE: "no Rust that could be judged",
    VerdictKind.INFRA_ERROR: "the machine's fault; not counted as a failure",
    VerdictKind.TASK_FAULT: "the task's tests cannot be used; not counted as a failure",
}

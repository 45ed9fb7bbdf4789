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
}
"""In the order in which tables list them."""

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
}
"""One sign each, so that no verdict is told by its colour alone."""

EXPLAINED = {
    VerdictKind.PASSED: "every test ran to its end and every answer was right",
    VerdictKind.COMPILE_ERROR: "rustc refused the program",
    VerdictKind.TEST_FAILED: "the program answered, and an answer was wrong",
    VerdictKind.PANICKED: "the program panicked while answering",
    VerdictKind.TIMEOUT: "no answer within the time limit",
    VerdictKind.RESOURCE_LIMIT: "too much memory, output, file space or too many threads",
    VerdictKind.CRASHED: "killed by a signal, or ended with a non-zero status",
    VerdictKind.TAMPERED: "ended early with success, or broke the protocol with the tests",
    VerdictKind.NO_CODE: "the completion holds no Rust that could be judged",
    VerdictKind.INFRA_ERROR: "not the model's fault; never counted as a failure",
}

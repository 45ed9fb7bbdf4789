"""Where a run writes, when it stops, and what seals it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from evalpkg.config.options.setting import setting
from evalpkg.config.values import Digest, KValues, Place, ShardText


class RunOptions(BaseModel):
    """Output directory, rounds of samples, modes, cache and signature."""

    output_dir: Place = setting(
        Path("humaneval_results"), "where everything is written", "Run", identity=False
    )
    k_values: KValues = setting((1, 10, 100), "values of k for pass@k", "Run")
    auto_samples: bool = setting(
        False,
        "the same as --num-samples auto: rounds of 10, 20, 40, ... until drawing more samples "
        "would hardly narrow the interval",
        "Run",
        identity=False,
    )
    max_samples: Annotated[int, Field(ge=2, le=100_000)] = setting(
        100, "--num-samples auto: never more than this", "Run", identity=False
    )
    noise_share: Annotated[float, Field(gt=0, lt=1)] = setting(
        0.3,
        "--num-samples auto: stop when drawing samples makes at most this share of the squared "
        "error of the difference in pass@1",
        "Run",
        identity=False,
    )
    precision: Annotated[float, Field(gt=0, lt=100)] | None = setting(
        None,
        "--num-samples auto: also stop when the interval is plus or minus this many points",
        "Run",
        identity=False,
    )
    policy_only: bool = setting(False, "write only the policy mode", "Run")
    no_policy_only: bool = setting(False, "write only the no-policy mode", "Run")
    shard: ShardText = setting(
        None, "only part i of n of the samples, as i/n; merge the parts later", "Run"
    )
    cache_dir: Place | None = setting(
        None, "verdict cache shared by runs; default: ~/.cache/evalpkg", "Run", identity=False
    )
    no_cache: bool = setting(False, "judge every program anew", "Run", identity=False)
    allow_failed_gate: bool = setting(
        False,
        "go on when the self-check fails; the metadata and the report will say so",
        "Run",
        identity=False,
    )
    commitment: Digest = setting(
        "",
        "sha256 that 'evalpkg commit' printed for this configuration; any other is refused",
        "Run",
        identity=False,
    )
    signing_key: Place | None = setting(
        None, "ed25519 key (PEM) that signs the manifest", "Run", identity=False
    )
    lock_file: Place | None = setting(
        None, "file that pinned the packages; its digest is recorded", "Run", identity=False
    )
    skip_env_check: bool = setting(
        False, "do not look at disk and memory before the run", "Run", identity=False
    )
    noninteractive: bool = setting(
        False, "never ask; plain lines instead of a live display", "Run", identity=False
    )

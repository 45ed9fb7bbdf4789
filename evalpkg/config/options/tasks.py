"""Settings of the tasks: the sets, their variant, and a choice of tasks."""

from __future__ import annotations

from typing import Literal

from evalpkg.config.options.setting import Options, setting
from evalpkg.config.values import Count, Names, Place, Places, Sets


class TaskOptions(Options):
    """Settings of the tasks: the sets, their variant, and a choice of tasks."""

    dataset: Sets = setting(
        ("human-eval-rust",),
        "task set: a name from 'evalpkg tasks', or your own JSONL file; repeat it to pool sets",
        "Tasks",
    )
    dataset_file: Places = setting(
        (),
        "local copy of a named set, recognised by its digest; may be repeated",
        "Tasks",
        identity=False,
    )
    dataset_variant: Literal["repaired", "original"] = setting(
        "repaired", "repaired tasks (see ERRATA.md) or the data set as published", "Tasks"
    )
    edition: Literal["2018", "2021", "2024"] | None = setting(
        None, "Rust edition of every program; default: each task's own", "Tasks"
    )
    crates: Place | None = setting(
        None,
        "folder with the sources of the tasks' crates, as 'cargo vendor' writes it",
        "Tasks",
        identity=False,
    )
    limit: Count | None = setting(None, "only the first N tasks of each set", "Tasks")
    task_ids: Names = setting(
        (), "only these tasks: ids, function names or patterns, separated by commas", "Tasks"
    )
    exclude_tasks: Names = setting((), "leave out these tasks; same form as task_ids", "Tasks")

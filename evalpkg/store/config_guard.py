"""A directory belongs to one configuration and one set of tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evalpkg.errors import ConfigError
from evalpkg.models import Task
from evalpkg.store.files import canonical_json, pretty_json, read_json, remove, write_atomic
from evalpkg.store.growth import grown_settings, refused_settings
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import TASK, read_tasks

COMPARISON = ("comparison.html", "comparison.md")
"""Files beside the folders of runs that are compared."""
_ABSENT = object()


def require_own_folder(layout: RunLayout) -> None:
    """Refuse a folder of other things: no run may begin among them.

    A folder is free if it holds no file but those of a run. Hidden files do not count.

    Raises:
        ConfigError: if the folder holds other files, and no run has begun in it.
    """
    if _has_begun(layout):
        return
    own, present = layout.names(), _shown(layout.root)
    _refuse_foreign(layout.root, [path.name for path in present if path.name not in own])


def require_own_folders(root: Path, names: Sequence[str]) -> None:
    """Refuse a folder of other things: no runs may begin in folders ``names`` among them.

    ``root`` is free if it holds nothing but folders of runs and their comparison, or is the folder
    of a run itself.

    Raises:
        ConfigError: as ``require_own_folder``, for ``root`` and for each run's folder.
    """
    if not _has_begun(RunLayout(root)):
        own = {*names, *COMPARISON}
        others = [path for path in _shown(root) if path.name not in own]
        _refuse_foreign(root, [path.name for path in others if not _has_begun(RunLayout(path))])
    for name in names:
        require_own_folder(RunLayout(root / name))


def _has_begun(layout: RunLayout) -> bool:
    return any(path.exists() for path in (layout.lock, layout.metadata, layout.manifest))


def _shown(folder: Path) -> list[Path]:
    """List a folder without its hidden files, in order; a missing folder has none."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []  # a missing folder will be made; whoever writes there says what else is wrong


def _refuse_foreign(root: Path, foreign: Sequence[str]) -> None:
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        named = ", ".join(foreign[:3])
        raise ConfigError(
            f"{root} holds files of something else, and no run: {named}{more}",
            "Give an --output-dir that is empty, that does not exist yet, or that holds a run.",
        )


def bind_config(
    layout: RunLayout,
    config: Mapping[str, Any],
    old: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write ``config.json`` the first time; later, allow a run only to grow.

    A run may get more samples, more tasks, other k and other modes, because then no measurement is
    lost or changed. All other settings affect samples or verdicts, and must stay the same.

    Args:
        layout: the run's directory.
        config: JSON-ready configuration, without keys that cannot change results (workers, paths,
            log level), so that hosts which differ only in these have equal files.
        old: content of ``config.json``, if the caller has read it.

    Returns:
        the earlier values of all settings that grew; empty if none did.

    Raises:
        ConfigError: if the directory belongs to another configuration; the text names each key
            that must not change, with its old and its new value.
        DataError: if ``config.json`` cannot be read.
        EnvironmentUnfitError: if it cannot be written.
    """
    if not layout.config.exists():
        write_atomic(layout.config, pretty_json(config))
        return {}
    old = old or read_json(layout.config)
    new = json.loads(pretty_json(config))
    earlier = grown_settings(old, new)
    if earlier is None:
        refused = refused_settings(old, new)
        before, after = ({k: v for k, v in side.items() if k in refused} for side in (old, new))
        raise ConfigError(
            f"{layout.root} belongs to a run with another configuration:\n  "
            + "\n  ".join(differences(before, after)),
            "Use the old values, or give another --output-dir. A run may only grow: more "
            "samples, more tasks, other k, other modes.",
        )
    if earlier:
        write_atomic(layout.config, pretty_json(config))
    return earlier


def bind_tasks(layout: RunLayout, tasks: Sequence[Task], *, may_grow: bool = False) -> None:
    """Write ``tasks.jsonl`` the first time; later, insist that the tasks are the same.

    A data set may change under the same name. Results of both must not be in one directory.

    Args:
        layout: the run's directory.
        tasks: tasks of this session.
        may_grow: True if there may be further tasks; the earlier tasks must still be the same.

    Raises:
        ConfigError: if the directory was started with other tasks.
        DataError: if ``tasks.jsonl`` cannot be read.
        EnvironmentUnfitError: if it cannot be written.
    """
    if not layout.tasks.exists():
        TASK.write(layout.tasks, tasks)
        return
    old = {task.task_id: task for task in read_tasks(layout.tasks)}
    new = {task.task_id: task for task in tasks}
    if may_grow and list(old.items()) == [(n, t) for n, t in new.items() if n in old]:
        TASK.write(layout.tasks, tasks)
        return
    if list(old.items()) != list(new.items()):
        changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        named = ", ".join(changed[:5]) + (", ..." if len(changed) > 5 else "")
        raise ConfigError(
            f"{layout.root} was begun with other tasks: {named or 'the same in another order'}",
            "Use the data set that the run began with, or give another --output-dir.",
        )


def forget_fruitless_start(layout: RunLayout) -> None:
    """Unbind a directory in which earlier sessions left no sample and no result.

    For example, a misspelt model ends a run before its first sample, and the corrected command is
    not another run. Only files of such a session are removed. Its facts are written once the
    directory is bound, and removed last. The caller holds the directory's lock.
    """
    fruits = (layout.samples_log, layout.verdicts_log, layout.manifest)
    if not layout.facts.exists() or any(path.exists() and path.stat().st_size for path in fruits):
        return
    for path in (layout.metadata, layout.tasks, layout.config, layout.prompts_log, layout.facts):
        remove(path)


def differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """Yield one line per value that differs, ``seed: 1 -> 2``; nested keys are joined by dots."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            path = f"{name}.{key}" if name else str(key)
            yield from differences(old.get(key, _ABSENT), new.get(key, _ABSENT), path)
    elif _written(old) != _written(new):
        yield f"{name}: {_written(old)} -> {_written(new)}"


def _written(value: Any) -> str:
    return "(absent)" if value is _ABSENT else canonical_json(value)

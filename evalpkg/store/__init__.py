"""The files of a run: layout, logs, rows, lock, and the configuration that they belong to."""

from evalpkg.store.config_guard import (
    COMPARISON,
    bind_config,
    bind_tasks,
    differences,
    forget_fruitless_start,
    require_own_folder,
    require_own_folders,
)
from evalpkg.store.files import (
    canonical_json,
    not_of_schema,
    pretty_json,
    read_bytes,
    read_json,
    remove,
    replacing,
    write_atomic,
    write_lines,
)
from evalpkg.store.growth import CANONICAL, STUB, TASKS, grown_settings
from evalpkg.store.json_lines import (
    MEND,
    JsonLines,
    cannot_read,
    load_json,
    open_lines,
    read_objects,
)
from evalpkg.store.layout import RunLayout
from evalpkg.store.lock import WriterLock
from evalpkg.store.log import AppendLog
from evalpkg.store.mode_files import Coverage, counts_as_passed, coverage, write_mode_files
from evalpkg.store.prompt_log import PROMPT, PromptKeeper, PromptKey, PromptLog, write_prompts
from evalpkg.store.records import ROW, SAMPLE, TASK, read_rows, read_tasks
from evalpkg.store.sample_log import SampleLog
from evalpkg.store.shards import WHOLE, SampleKey, Shard, expected_keys, parse_shard
from evalpkg.store.verdict_log import ScoredSample, VerdictLog, Verdicts, judgement

__all__ = [
    "CANONICAL",
    "COMPARISON",
    "MEND",
    "PROMPT",
    "ROW",
    "SAMPLE",
    "STUB",
    "TASK",
    "TASKS",
    "WHOLE",
    "AppendLog",
    "Coverage",
    "JsonLines",
    "PromptKeeper",
    "PromptKey",
    "PromptLog",
    "RunLayout",
    "SampleKey",
    "SampleLog",
    "ScoredSample",
    "Shard",
    "VerdictLog",
    "Verdicts",
    "WriterLock",
    "bind_config",
    "bind_tasks",
    "cannot_read",
    "canonical_json",
    "counts_as_passed",
    "coverage",
    "differences",
    "expected_keys",
    "forget_fruitless_start",
    "grown_settings",
    "judgement",
    "load_json",
    "not_of_schema",
    "open_lines",
    "parse_shard",
    "pretty_json",
    "read_bytes",
    "read_json",
    "read_objects",
    "read_rows",
    "read_tasks",
    "remove",
    "replacing",
    "require_own_folder",
    "require_own_folders",
    "write_atomic",
    "write_lines",
    "write_mode_files",
    "write_prompts",
]

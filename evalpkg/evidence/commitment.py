"""A promise made before a run: the digest of its configuration and tasks.

If users publish it first, they cannot choose seed, sampling or tasks after they have seen results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from evalpkg.digests import sha256_file, sha256_hex
from evalpkg.evidence.metadata import EvalMetadata
from evalpkg.models import Task
from evalpkg.store import TASK, RunLayout, canonical_json, read_json

_AUTO = ("max_samples", "noise_share", "precision")
"""The rule of ``--num-samples auto``, promised instead of a number."""


def tasks_sha256(tasks: Iterable[Task]) -> str:
    """Compute the digest that ``tasks.jsonl`` will have."""
    return sha256_hex("".join(map(TASK.line, tasks)))


def commitment_document(
    arguments: Mapping[str, Any], bound: Collection[str], tasks: str, version: str
) -> dict[str, Any]:
    """Build the document that a commitment digests.

    Args:
        arguments: every setting with its value.
        bound: names of the settings that affect a sample or verdict.
        tasks: digest of the tasks.
        version: release of this program that will run.
    """
    promised = {
        name: arguments.get(name)
        for name in sorted(bound)
        # {}: no samples were given, and the run's configuration then leaves the setting out.
        if name != "shard" and arguments.get(name) != {}
    }
    if arguments.get("auto_samples"):
        promised["num_samples"] = {"auto": {name: arguments.get(name) for name in _AUTO}}
    return {
        "schema_version": 1,
        "evalpkg": version,
        "configuration": promised,
        "tasks_sha256": tasks,
    }


def commitment_digest(document: Mapping[str, Any]) -> str:
    """Compute the sha256 of the document in canonical form."""
    return sha256_hex(canonical_json(document))


def commitment_of_run(layout: RunLayout, metadata: EvalMetadata) -> str:
    """Compute the commitment's digest from a run's own files.

    Raises:
        DataError: if a file cannot be read.
    """
    bound = read_json(layout.config).keys()
    tasks = sha256_file(layout.tasks)
    document = commitment_document(metadata.arguments, bound, tasks, metadata.tool.version)
    return commitment_digest(document)

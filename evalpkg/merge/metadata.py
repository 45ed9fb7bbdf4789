"""The metadata of a merged run: the facts that all hosts share, and a record of each host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from evalpkg.evidence import EvalMetadata, Host, SelfCheck
from evalpkg.merge.part import Part
from evalpkg.store import WHOLE

NOTICEABLE = ("python", "packages", "gpus", "cuda", "cpu")
"""Facts about hosts in which a difference can change a sample's text in its last digits."""


def merge_metadata(parts: Sequence[Part]) -> EvalMetadata:
    """Merge the metadata of parts that are sorted and belong to one run."""
    documents = [part.metadata for part in parts]
    # Only a host that worked knows its backend and compiler: start from the one that did most.
    first = max(parts, key=lambda part: part.work).metadata
    working = [part.metadata for part in parts if part.work] or documents
    if len(documents) == 1 and first.shard == str(WHOLE):
        return first.model_copy(update={"arguments": _undivided(first.arguments)})
    shared = {
        key: value
        for key, value in first.arguments.items()
        if key != "shard" and all(other.arguments.get(key) == value for other in documents)
    }
    if any("shard" in document.arguments for document in documents):
        shared["shard"] = None
    # Keyed, because a run may be merged with an earlier merge of some of its parts.
    named = {(host.shard, host.started_at): host for host in _hosts(documents, shared)}
    hosts = list(named.values())
    return first.model_copy(
        update={
            "started_at": min(document.started_at for document in documents),
            "finished_at": _finished(documents),
            "arguments": shared,
            "shard": str(WHOLE),
            "generation": _generation(working),
            "self_check": _self_check(working),
            "warnings": [*_union(document.warnings for document in documents), *_mixed(hosts)],
            "hosts": hosts,
        }
    )


def _undivided(arguments: dict[str, Any]) -> dict[str, Any]:
    """Remove the shard from the arguments, as from the configuration."""
    return {**arguments, "shard": None} if "shard" in arguments else arguments


def _finished(documents: Sequence[EvalMetadata]) -> str:
    """Return the time at which the last host finished; empty if a host has not."""
    ends = [document.finished_at for document in documents]
    return max(ends) if all(ends) else ""


def _hosts(documents: Sequence[EvalMetadata], shared: dict[str, Any]) -> Iterator[Host]:
    for document in documents:
        if document.hosts:
            yield from document.hosts
            continue
        own = {k: v for k, v in document.arguments.items() if k not in shared}
        yield Host(
            shard=document.shard,
            started_at=document.started_at,
            finished_at=document.finished_at,
            environment=document.environment,
            arguments=own,
            warnings=document.warnings,
        )


def _generation(documents: Sequence[EvalMetadata]) -> dict[str, Any]:
    """Return the backend's provenance: once if all hosts agree, else by shard."""
    first = documents[0].generation
    if all(document.generation == first for document in documents):
        return first
    return {document.shard: document.generation for document in documents}


def _self_check(documents: Sequence[EvalMetadata]) -> SelfCheck:
    checks = [document.self_check for document in documents]
    return SelfCheck(
        passed=all(check.passed for check in checks),
        overridden=any(check.overridden for check in checks),
        outcome="; ".join(_union([check.outcome] for check in checks)),
    )


def _union(lists: Any) -> list[str]:
    """List every text once, in the order of first appearance."""
    return list(dict.fromkeys(text for texts in lists for text in texts))


def _mixed(hosts: Sequence[Host]) -> list[str]:
    """List a warning for each fact in which the hosts differ."""
    found = []
    for name in NOTICEABLE:
        values = [getattr(host.environment, name) for host in hosts]
        if any(value != values[0] for value in values):
            found.append(f"hosts differ in {name}: see hosts[].environment")
    return found

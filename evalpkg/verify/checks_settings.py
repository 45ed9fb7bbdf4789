"""Check of the settings: configuration, arguments, seeds and generation agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from evalpkg.store import differences, read_json
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence

SAMPLING = ("temperature", "top_p", "top_k", "max_new_tokens", "stop", "seed")
"""Settings of generation that the backend reports by the same name."""

_TOLD_APART = {
    "num_samples": "num_samples",
    "k_values": "k_values",
    "seed": "seeds.run",
    "dataset_variant": "dataset.variant",
    "prompt_template": "prompt.template",
}
"""Settings that the metadata also hold outside of the arguments, with their place."""

_MACHINES_OWN = {"shard"}
"""Settings that may differ between the machines of a merged run."""


def check_config(
    evidence: Evidence,
    bound: Collection[str] = (),
    refusal: Callable[[Mapping[str, Any]], str] = lambda _: "",
) -> Check:
    """Check that the metadata's arguments are those of the directory's configuration.

    Args:
        evidence: the run.
        bound: settings that a configuration must hold in this release.
        refusal: a function that says why arguments are not a configuration; empty if they are.
    """
    config, metadata = read_json(evidence.layout.config), evidence.metadata
    arguments = metadata.arguments
    problems = [
        f"config.json and eval_metadata.json disagree: {change}"
        for key in config.keys() & arguments.keys()
        for change in differences(config[key], arguments[key], key)
    ]
    problems += [
        f"config.json: {name} is missing"
        for name in bound
        if name not in config and arguments.get(name) != {}  # {}: no samples were given
    ]
    if bound:
        problems += [
            f"eval_metadata.json, arguments: {name} is missing"
            for name in config.keys() - arguments.keys() - _MACHINES_OWN
        ]
    if why := refusal(arguments):
        problems.append(f"eval_metadata.json, arguments: {why}")
    told = metadata.model_dump(mode="json")
    for name, path in _TOLD_APART.items():
        if name in config:
            problems += [
                f"config.json and eval_metadata.json disagree: {change}"
                for change in differences(config[name], _at(told, path), path)
            ]
    problems += _seed_problems(evidence)
    problems += _generation_problems(config, metadata.generation)
    problems += _choice_problems(evidence, config)
    return conclude("configuration", sorted(problems), f"{len(config)} settings")


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value[name]
    return value


def _seed_problems(evidence: Evidence) -> Iterator[str]:
    """Check that every generator of random numbers was seeded from the run's seed."""
    seeds = evidence.metadata.seeds
    expected = {"python": seeds.run, "numpy": seeds.run % 2**32, "torch": seeds.run}
    for name, wanted in expected.items():
        found = getattr(seeds, name)
        if found != wanted and not (found is None and name != "python"):
            yield f"eval_metadata.json, seeds.{name} is {found}, expected {wanted}"


def _generation_problems(config: Mapping[str, Any], generation: Mapping[str, Any]) -> Iterator[str]:
    """Check that the generator's record of its settings equals the configuration, on every host."""
    told = {"": generation} if "backend" in generation else generation
    for host, one in told.items():
        if not isinstance(one, Mapping):
            continue
        where = f"eval_metadata.json, generation{'.' if host else ''}{host}"
        sampling = one.get("sampling") or {}
        pairs = [(name, sampling) for name in SAMPLING] + [("backend", one)]
        for name, holder in pairs:
            if name in holder and name in config:
                for change in differences(config[name], holder[name], name):
                    yield f"{where}: {change}"


def _choice_problems(evidence: Evidence, config: Mapping[str, Any]) -> Iterator[str]:
    """Check that models and modes are those of the configuration."""
    metadata = evidence.metadata
    roles = [name for name in ("base", "finetuned") if not config.get(f"skip_{name}")]
    modes = ["no-policy"] * (not config.get("policy_only"))
    modes += ["policy"] * (not config.get("no_policy_only"))
    for name, wanted in (("roles", roles), ("modes", modes)):
        found = [one.value for one in getattr(metadata, name)]
        if found != wanted:
            yield f"eval_metadata.json, {name}: {found}, expected {wanted} as configured"
    if set(metadata.models) - set(metadata.roles):
        yield "eval_metadata.json, models: names a model that was not run"

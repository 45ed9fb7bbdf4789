"""Checks of digests: the files are those that the manifest names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.evidence import build_inputs, covered_files, digest_of
from evalpkg.models import Mode, Role
from evalpkg.store import differences
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence

OURS = frozenset(mode.value for mode in Mode)
"""Folders of a run; a foreign file in one of them is always named."""


def check_files(evidence: Evidence) -> Check:
    """Check that every file has its digest in the manifest, and that none is missing or added."""
    root = evidence.layout.root
    expected = evidence.manifest.files
    present = {path.relative_to(root).as_posix(): path for path in covered_files(evidence.layout)}
    problems = [f"{name}: missing, and the manifest names it" for name in expected.keys() - present]
    problems += [f"{name}: not in the manifest" for name in present.keys() - expected]
    for name in expected.keys() & present.keys():
        problems += _digest_problems(name, present[name], expected[name].sha256)
    size = sum(file.bytes for file in expected.values())
    held = f"{len(expected)} files, {size:,} bytes"
    left_out = list(_foreign(present.keys() - _known_names(evidence)))
    return conclude("files", sorted(problems), held, left_out)


def _foreign(names: Collection[str]) -> Iterator[str]:
    """Name the files that evalpkg does not write; a folder with several of them in one line."""
    folders = Counter(name.partition("/")[0] for name in names if "/" in name)
    several = {folder for folder, count in folders.items() if count > 1 and folder not in OURS}
    for folder in sorted(several):
        yield f"{folder}/: {folders[folder]} files that evalpkg does not write for this run"
    for name in sorted(names):
        if name.partition("/")[0] not in several:
            yield f"{name}: not a file that evalpkg writes for this run"


def _known_names(evidence: Evidence) -> set[str]:
    """Return the files that other checks read."""
    layout = evidence.layout
    paths = [layout.summary, layout.metadata, layout.html, layout.tasks, layout.config]
    paths += [layout.prompts, layout.answers]
    try:
        modes, roles = evidence.modes, evidence.roles
    except DataError:  # told by the checks that need the metadata
        modes, roles = list(Mode), list(Role)
    for mode in modes:
        paths += [layout.metrics(mode), layout.comparison(mode)]
        paths += [layout.samples(mode, role) for role in roles]
    return {path.relative_to(layout.root).as_posix() for path in paths}


def _digest_problems(name: str, path: Path, expected: str) -> Iterator[str]:
    try:
        found = digest_of(path)
    except DataError as error:
        yield f"{name}: {error.cause}"
        return
    if found.sha256 != expected:
        yield f"{name}: sha256 is {found.sha256}, expected {expected}"


def check_inputs(evidence: Evidence) -> Check:
    """Check the manifest's digests of data set, prompts, models and tools against the metadata."""
    rebuilt = build_inputs(evidence.metadata, evidence.row_files).model_dump(mode="json")
    stored = evidence.manifest.inputs.model_dump(mode="json")
    problems = [f"manifest.json, inputs.{change}" for change in differences(stored, rebuilt)]
    if evidence.manifest.tool != evidence.metadata.tool:
        problems.append("manifest.json, tool: not the one in eval_metadata.json")
    return conclude("inputs", problems, "data set, prompts, models, toolchain, sandbox")


def check_merkle_root(evidence: Evidence) -> Check:
    """Check that the Merkle root over the samples is the manifest's."""
    stored, rebuilt = evidence.manifest.samples, evidence.row_files.tree
    problems = [
        f"manifest.json, samples.{change}"
        for change in differences(stored.model_dump(mode="json"), rebuilt.model_dump(mode="json"))
    ]
    return conclude("Merkle root", problems, f"{rebuilt.size:,} samples, root {rebuilt.root}")

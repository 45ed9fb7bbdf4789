"""``evalpkg verify``: checks the claims of a run. It reads everything and trusts nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.evidence import check_proof, read_proof, require_whole_run
from evalpkg.printable import printable
from evalpkg.store import RunLayout
from evalpkg.verify.check import Check, Report, conclude
from evalpkg.verify.checks_agreement import check_agreement
from evalpkg.verify.checks_files import check_files, check_inputs, check_merkle_root
from evalpkg.verify.checks_metrics import check_metrics
from evalpkg.verify.checks_prompts import check_prompts
from evalpkg.verify.checks_reports import RenderReports, check_reports
from evalpkg.verify.checks_rows import (
    check_completeness,
    check_modes,
    check_passed,
    check_rows,
)
from evalpkg.verify.checks_settings import check_config
from evalpkg.verify.checks_signature import check_commitment, check_signature, check_statement
from evalpkg.verify.checks_tasks import check_tasks
from evalpkg.verify.checks_told import check_told
from evalpkg.verify.files import Evidence
from evalpkg.verify.recheck import (
    NO_RECHECKS,
    Rechecks,
    check_extraction,
    check_policy,
    check_programs,
    check_verdicts,
    policy_left_out,
)
from evalpkg.verify.regenerate import Regeneration, check_samples

Checks = list[tuple[str, Callable[[Evidence], Check]]]


def verify_run(
    root: Path,
    *,
    verify_key: Path | None = None,
    render_reports: RenderReports | None = None,
    rebuild_to: Path | None = None,
    rechecks: Rechecks = NO_RECHECKS,
    made_by: Regeneration | None = None,
    tell: Callable[[Check], None] | None = None,
) -> Report:
    """Check a run against its manifest, and everything that can be computed again.

    Args:
        root: output directory of a run.
        verify_key: public key (PEM) that must have signed the manifest.
        render_reports: makes the reports again; None skips the comparison.
        rebuild_to: file for the page that is made again, to be read instead of the run's page.
        rechecks: the work to repeat: extraction, policy, scoring.
        made_by: generates samples again; None skips this.
        tell: receives each check as soon as it is made, because many rows take a while.

    Raises:
        ConfigError: if there is no such directory, it holds only a part of a run, or the key
            cannot be used.
    """
    tell = tell or (lambda check: None)
    plain = _check_plain(root)  # before anything is read, because reading a pipe would block
    if not plain.ok:
        tell(plain)
        return Report((plain,))
    require_whole_run(root)
    evidence = Evidence(RunLayout(root))
    done: list[Check] = []
    checks = [*_from_files(verify_key, rechecks), *_from_rows(evidence, rechecks)]
    if render_reports:
        again = partial(check_reports, render_reports=render_reports, rebuild_to=rebuild_to)
        checks.append(("reports", again))
    checks += _again(rechecks)
    if made_by is not None:
        anew = partial(
            check_samples, made_by=made_by, count=rechecks.regenerate, seed=rechecks.seed
        )
        checks.append(("samples", anew))
    for name, check in checks:
        done.append(_attempt(name, check, evidence, done))
        tell(done[-1])
    return Report(tuple(done))


def _check_plain(root: Path) -> Check:
    """Refuse anything but plain files: a pipe would block, a link would lead elsewhere."""
    odd = [
        f"{path.relative_to(root)}: not a plain file"
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or not (path.is_file() or path.is_dir())
    ]
    return conclude("plain files", odd, "nothing else")


def _attempt(
    name: str, check: Callable[[Evidence], Check], evidence: Evidence, done: list[Check]
) -> Check:
    """Return the check's result; a file that cannot be read is a problem, named once."""
    try:
        return check(evidence)
    except DataError as error:
        if any(printable(error.cause) in earlier.problems for earlier in done):
            return Check(name, False, "not checked: a file that it needs is missing or malformed")
        return conclude(name, [error.cause], "")
    except (TypeError, LookupError, AttributeError) as error:
        # The arguments of a run are JSON of any shape: a forged one must not end the other checks.
        return conclude(
            name, [f"a value is of another kind than evalpkg writes: {error!r:.200}"], ""
        )


def _from_files(verify_key: Path | None, rechecks: Rechecks) -> Checks:
    checks: Checks = [
        ("files", check_files),
        ("signature", partial(check_signature, verify_key=verify_key)),
        ("inputs", check_inputs),
        ("configuration", partial(check_config, bound=rechecks.bound, refusal=rechecks.refusal)),
        ("metadata", check_told),
        ("Merkle root", check_merkle_root),
        ("statement", check_statement),
        ("commitment", partial(check_commitment, expected=rechecks.commitment)),
    ]
    if rechecks.known_sets:
        checks.append(("tasks", partial(check_tasks, known=rechecks.known_sets)))
    return checks


def _from_rows(evidence: Evidence, rechecks: Rechecks) -> Checks:
    try:
        modes = evidence.modes
    except DataError:
        modes = []
    return [
        ("rows", check_rows),
        ("completeness", check_completeness),
        ("modes", check_modes),
        ("passed", check_passed),
        ("prompts", check_prompts),
        ("agreement", check_agreement),
        *(
            (
                f"metrics ({mode.value})",
                partial(check_metrics, mode=mode, find_touched=rechecks.touched),
            )
            for mode in modes
        ),
    ]


def _again(rechecks: Rechecks) -> Checks:
    chosen: Checks = []
    if rechecks.extract:
        chosen.append(("extraction", partial(check_extraction, extract=rechecks.extract)))
    if rechecks.violations:
        chosen.append(("policy", partial(check_policy, violations=rechecks.violations)))
    elif rechecks.no_policy:
        chosen.append(("policy", lambda _: policy_left_out(rechecks.no_policy)))
    if rechecks.digest:
        chosen.append(("programs", partial(check_programs, digest=rechecks.digest)))
    if rechecks.rescore:
        chosen.append(("verdicts", partial(check_verdicts, rechecks=rechecks)))
    return chosen


def verify_proof(root: Path, proof: Path, verify_key: Path | None = None) -> Report:
    """Check that a sample is one of those under the root of the manifest in ``root``.

    Only ``manifest.json`` is needed there, and its signature if a key is given.

    Raises:
        ConfigError: if the key cannot be used.
        DataError: if the manifest, the proof or the signature is missing or malformed.
    """
    evidence = Evidence(RunLayout(root))
    checks = [_check_proof(evidence, proof)]
    if verify_key is not None:
        checks.append(check_signature(evidence, verify_key))
    return Report(tuple(checks))


def _check_proof(evidence: Evidence, path: Path) -> Check:
    trusted = evidence.manifest.samples.root
    try:
        proven = check_proof(read_proof(path), trusted)
    except ValueError as error:
        return conclude("proof", [f"{path}: {error}"], "")
    row = proven.row
    name = printable(f"{proven.role.value} {row.task_id} {row.index}")
    return Check("proof", True, f"{name} ({row.verdict.value}) is a sample under root {trusted}")

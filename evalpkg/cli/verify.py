"""``evalpkg verify``: a check of everything that a result claims."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import CRATES, sandbox_mode_option
from evalpkg.cli.types import EXISTING_FILE, FILE, RUN_FOLDER
from evalpkg.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from evalpkg.verify import Check, Report


@click.command(name="verify", cls=EvalCommand)
@click.argument("directory", type=RUN_FOLDER)
@click.option(
    "--rescore",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Judge N random samples again, and say what that proves.",
)
@click.option(
    "--regenerate",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Generate N random samples again from the recorded seeds and weights, and say what that "
    "proves.",
)
@click.option(
    "--base-model",
    default="",
    metavar="NAME",
    help="--regenerate: the base model on this machine.  [default: the run's name for it]",
)
@click.option(
    "--checkpoint-path",
    default="",
    metavar="NAME",
    help="--regenerate: the fine-tuned model on this machine.  [default: the run's name for it]",
)
@click.option(
    "--replay-file",
    "replayed",
    type=EXISTING_FILE,
    multiple=True,
    help="--regenerate: file that the run replayed, recognised by its digest. May be repeated.",
)
@click.option(
    "--trust-remote-code",
    is_flag=True,
    help="--regenerate: run Python code that comes with the model, outside any sandbox.",
)
@click.option(
    "--seed",
    type=int,
    help="Seed of the random draw, to repeat an earlier one.  [default: a new one, printed]",
)
@sandbox_mode_option("Sandbox for samples that are judged again.")
@CRATES
@click.option(
    "--verify-key",
    type=FILE,
    help="Public ed25519 key (PEM) that must have signed the manifest.",
)
@click.option(
    "--dataset-file",
    "files",
    type=EXISTING_FILE,
    multiple=True,
    help="Data set file to compare the tasks with, recognised by its digest; not needed for named "
    "sets. May be repeated.",
)
@click.option(
    "--contamination",
    type=EXISTING_FILE,
    help="File from 'evalpkg contamination --output' that 'report' was given; checks that it names "
    "the tasks that the result without touched tasks leaves out.",
)
@click.option(
    "--rebuild-to",
    type=FILE,
    metavar="FILE",
    help="Rebuild the report from the rows and write it to FILE; the run's own report is then not "
    "compared.",
)
@click.option(
    "--commitment",
    default="",
    metavar="SHA256",
    help="Digest that was published before the run; the run's configuration must have it.",
)
@click.option(
    "--strict", is_flag=True, help="Fail, too, if a part of the result could not be compared."
)
@click.option(
    "--prove",
    metavar="ROLE/TASK/INDEX",
    help="Print a proof that one sample belongs to the result; nothing else is checked.",
)
@click.option(
    "--check-proof",
    type=FILE,
    help="Check a proof from --prove against the manifest of DIRECTORY; nothing else is checked.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def command(
    directory: Path,
    *,
    rescore: int,
    regenerate: int,
    base_model: str,
    checkpoint_path: str,
    replayed: tuple[Path, ...],
    trust_remote_code: bool,
    seed: int | None,
    sandbox_mode: str,
    crates: Path | None,
    verify_key: Path | None,
    files: tuple[Path, ...],
    contamination: Path | None,
    rebuild_to: Path | None,
    commitment: str,
    strict: bool,
    prove: str | None,
    check_proof: Path | None,
    as_json: bool,
) -> int:
    r"""Recompute a result from its rows and check every digest.

    Recomputes every metric, extracts every program again, applies the policy again and
    compares every file with the manifest. Prints each check with its result.

    \b
    Examples:
      evalpkg verify humaneval_results
      evalpkg verify humaneval_results --rescore 50 --seed 7
      evalpkg verify humaneval_results --regenerate 16
      evalpkg verify humaneval_results --verify-key team.pub
      evalpkg verify humaneval_results --prove finetuned/CodeGen/53bba69a5d80/3 > proof.json
      evalpkg verify humaneval_results --check-proof proof.json
    """
    if prove is not None:
        return _print_proof(directory, prove)
    if check_proof is not None:
        from evalpkg.verify import verify_proof

        report = verify_proof(directory, check_proof, verify_key)
        if not as_json:
            for check in report.checks:
                _show(check)
    else:
        from evalpkg.pipeline.regenerate import Weights
        from evalpkg.pipeline.status import require_finished
        from evalpkg.pipeline.verify import VerifyRequest, verify_with_rechecks
        from evalpkg.store import RunLayout

        if not RunLayout(directory).manifest.exists():
            require_finished(directory)

        request = VerifyRequest(
            rescore=rescore,
            regenerate=regenerate,
            weights=Weights(base_model, checkpoint_path, trust_remote_code, replayed),
            seed=seed,
            sandbox_mode=sandbox_mode,
            crates=crates,
            verify_key=verify_key,
            files=files,
            contamination=contamination,
            rebuild_to=rebuild_to,
            commitment=commitment,
        )
        report = verify_with_rechecks(
            directory,
            request,
            None if as_json else _show,
            lambda text: click.echo(text, err=True),
        )
    return _conclude(report, as_json, strict)


def _show(check: Check) -> None:
    """Print one check: its result, its problems, and the parts that were not compared."""
    word = "FAIL" if not check.ok else "part" if check.left_out else "ok  "
    click.echo(f"{word}  {check.name:<22} {check.detail}")
    for problem in check.problems:
        click.echo(f"      {problem}")
    for text in check.left_out:
        click.echo(f"      not compared: {text}")


def _conclude(report: Report, as_json: bool, strict: bool) -> int:
    """Print the overall result, and return the exit code."""
    left_out = len(report.left_out)
    if as_json:
        whole = {"ok": report.ok, "complete": not left_out}
        click.echo(json.dumps({**whole, "checks": [asdict(c) for c in report.checks]}))
    elif not report.ok:
        click.echo("the result does not hold: see FAIL above")
    elif left_out:
        parts = "1 part was" if left_out == 1 else f"{left_out} parts were"
        click.echo(f"all that was compared holds; {parts} not compared (see above)")
    else:
        click.echo("everything holds")
    holds = report.ok and not (strict and left_out)
    return ExitCode.OK if holds else ExitCode.MISMATCH


def _print_proof(directory: Path, name: str) -> int:
    from evalpkg.evidence import prove
    from evalpkg.models import Role
    from evalpkg.store import RunLayout

    role, _, rest = name.partition("/")
    task_id, _, index = rest.rpartition("/")
    if role not in list(Role) or not task_id or not index.isdigit():
        raise ConfigError(
            f"--prove {name}: expected ROLE/TASK/INDEX",
            "For example: finetuned/CodeGen/53bba69a5d80/3",
        )
    proof = prove(RunLayout(directory), Role(role), task_id, int(index))
    click.echo(proof.model_dump_json(indent=2))
    return ExitCode.OK

"""``evalpkg verify``: does a result hold what it claims?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from evalpkg.verify.check import Check, Report


@click.command(name="verify", cls=EvalCommand)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--rescore",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Compile and run N samples again, drawn at random.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of that draw.")
@click.option(
    "--sandbox-mode",
    default="auto",
    envvar="SANDBOX_MODE",
    show_default=True,
    help="Sandbox for the samples that are scored again.",
)
@click.option(
    "--verify-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Public ed25519 key (PEM) that must have signed the manifest.",
)
@click.option(
    "--prove",
    metavar="ROLE/TASK/INDEX",
    help="Print a proof that one sample belongs to the result, and check nothing else.",
)
@click.option(
    "--check-proof",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Check such a proof against the manifest of DIRECTORY, and nothing else.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def command(
    directory: Path,
    rescore: int,
    seed: int,
    sandbox_mode: str,
    verify_key: Path | None,
    prove: str | None,
    check_proof: Path | None,
    as_json: bool,
) -> int:
    r"""Recompute a result from its rows and check every digest.

    Recomputes every metric, extracts every program again, applies the policy again,
    compares every file with the manifest, and says what holds and what does not.

    \b
    Examples:
      evalpkg verify humaneval_results
      evalpkg verify humaneval_results --rescore 50 --seed 7
      evalpkg verify humaneval_results --verify-key team.pub
      evalpkg verify humaneval_results --prove finetuned/CodeGen/53bba69a5d80/3 > proof.json
      evalpkg verify humaneval_results --check-proof proof.json
    """
    if prove is not None:
        return _print_proof(directory, prove)
    if check_proof is not None:
        from evalpkg.verify.run import verify_proof

        report = verify_proof(directory, check_proof, verify_key)
        if not as_json:
            for check in report.checks:
                _show(check)
    else:
        from evalpkg.pipeline.status import require_finished
        from evalpkg.pipeline.verify import verify_with_rechecks
        from evalpkg.store.layout import RunLayout

        if not RunLayout(directory).manifest.exists():
            require_finished(directory)

        report = verify_with_rechecks(
            directory,
            rescore,
            seed,
            sandbox_mode,
            verify_key,
            lambda text: click.echo(text, err=True),
            None if as_json else _show,
        )
    return _conclude(report, as_json)


def _show(check: Check) -> None:
    """Print what was compared, and what is wrong."""
    click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<22} {check.detail}")
    for problem in check.problems:
        click.echo(f"      {problem}")


def _conclude(report: Report, as_json: bool) -> int:
    """Print the answer and return the exit code."""
    if as_json:
        click.echo(json.dumps({"ok": report.ok, "checks": [asdict(c) for c in report.checks]}))
    else:
        click.echo("everything holds" if report.ok else "this does not hold")
    return ExitCode.OK if report.ok else ExitCode.MISMATCH


def _print_proof(directory: Path, name: str) -> int:
    from evalpkg.evidence.sample_tree import prove
    from evalpkg.models import Role
    from evalpkg.store.layout import RunLayout

    role, _, rest = name.partition("/")
    task_id, _, index = rest.rpartition("/")
    if role not in list(Role) or not task_id or not index.isdigit():
        raise ConfigError(
            f"--prove {name}: expected role, task and index joined by slashes",
            "For example: finetuned/CodeGen/53bba69a5d80/3",
        )
    proof = prove(RunLayout(directory), Role(role), task_id, int(index))
    click.echo(proof.model_dump_json(indent=2))
    return ExitCode.OK

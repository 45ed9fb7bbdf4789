"""``evalpkg serve``: the judge as an HTTP service on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import CRATES, dataset_option, sandbox_mode_option
from evalpkg.cli.types import SECONDS
from evalpkg.errors import EnvironmentUnfitError, ExitCode
from evalpkg.scoring import ScoringSettings

DEFAULTS = ScoringSettings()


@click.command(name="serve", cls=EvalCommand)
@dataset_option("Task set: a name or a JSONL file.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="TCP port; 0 takes a free one.",
)
@click.option(
    "--token",
    envvar="EVALPKG_TOKEN",
    help="Secret that every request must send. Set it by the variable: other users can see "
    "options.  [default: a new one, printed]",
)
@click.option(
    "--max-pending",
    type=click.IntRange(min=1),
    default=4096,
    show_default=True,
    help="The most completions in progress; further requests get status 503 and should be retried.",
)
@click.option(
    "--own-tasks",
    is_flag=True,
    help="Accept requests with their own prompt and tests. Such tests run outside the sandbox.",
)
@sandbox_mode_option("Sandbox in which programs run.")
@click.option(
    "--timeout",
    type=SECONDS,
    default=DEFAULTS.timeout_s,
    show_default=True,
    help="Time limit of a program in seconds.",
)
@click.option(
    "--n-workers",
    type=click.IntRange(min=1),
    help="Number of batches judged in parallel.  [default: CPUs minus 2, at least 1]",
)
@CRATES
def command(
    dataset: str,
    port: int,
    token: str | None,
    max_pending: int,
    own_tasks: bool,
    sandbox_mode: str,
    timeout: float,
    n_workers: int | None,
    crates: Path | None,
) -> int:
    r"""Judge completions over HTTP on 127.0.0.1, for trainers in other processes or languages.

    POST /judge with {"task_id": ..., "completions": [...]} returns {"verdicts": [...]}, one
    for each completion, in the same order. GET /tasks lists the tasks. GET /metrics serves
    Prometheus. GET /health needs no token. Stop the service with Ctrl-C.

    \b
    Example:
      EVALPKG_TOKEN=secret evalpkg serve --port 8765 &
      curl -H "Authorization: Bearer secret" http://127.0.0.1:8765/judge \
        -d '{"task_id": "CodeGen/53bba69a5d80", "completions": ["    false\n}"]}'
    """
    import secrets

    try:
        from evalpkg.serving.app import Service
        from evalpkg.serving.listen import bound, serve
    except ImportError as error:
        raise EnvironmentUnfitError(
            f"serving needs a package that is not installed: {error.name}",
            "pip install 'evalpkg[serve]'",
        ) from error
    from evalpkg.scoring import Judge

    settings = ScoringSettings(
        sandbox_mode=sandbox_mode, timeout_s=timeout, workers=n_workers, crates=crates
    )
    with bound(port) as listener, Judge(dataset, settings=settings) as judge:
        if not token:
            token = secrets.token_urlsafe(24)
            click.echo(f"token: {token}")
        address = "{}:{}".format(*listener.getsockname())
        click.echo(f"{len(judge.task_ids):,} tasks on http://{address}")
        serve(Service(judge, token, max_pending, own_tasks).app(), listener)
    return ExitCode.OK

"""``evalpkg completion``: tab completion for commands, options and their choices."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from evalpkg.cli.help import EvalCommand


@click.command(name="completion", cls=EvalCommand)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    r"""Print the completion script for SHELL.

    \b
    Examples:
      eval "$(evalpkg completion bash)"                                      # this shell only
      evalpkg completion fish > ~/.config/fish/completions/evalpkg.fish      # permanently
    """
    from evalpkg.cli.app import app

    completion = get_completion_class(shell)
    if completion is None:  # cannot happen: click supports all choices above
        raise click.UsageError(f"no completion for {shell}")
    click.echo(completion(app, {}, "evalpkg", "_EVALPKG_COMPLETE").source())

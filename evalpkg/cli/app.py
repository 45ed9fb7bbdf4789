"""The ``evalpkg`` command group, and the error output that all commands share."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import sys
import warnings
from typing import NoReturn

import click

from evalpkg import __version__
from evalpkg.cli.help import EXIT_CODE_TABLE, HELP
from evalpkg.cli.streams import is_unread, open_closed_streams
from evalpkg.errors import ConfigError, EnvironmentUnfitError, EvalError, ExitCode

COMMANDS = {
    "run": "Evaluate a base model and its fine-tune: generate, judge, report.",
    "generate": "Write the completions of both models, and nothing else.",
    "score": "Judge a JSONL of completions with real rustc in a real sandbox.",
    "explain": "Show how one completion came to its verdict, step by step.",
    "serve": "Judge completions over HTTP on this machine.",
    "report": "Rebuild the reports of a run, or compare several runs.",
    "gate": "Check a run against a condition, for CI: the exit code is the answer.",
    "export": "Convert a run to the formats of pandas, Inspect, MLflow and others.",
    "verify": "Recompute a result from its rows and check every digest.",
    "status": "Show the progress of a run.",
    "commit": "Print the digest of a configuration, to publish it before the run.",
    "plan": "Estimate what runs of other sizes would detect and cost.",
    "merge": "Join the shards of one run into one result.",
    "compare-scorers": "Show where two scorers disagree, and why.",
    "tasks": "List and export task sets, and check one of your own.",
    "contamination": "Find tasks that a corpus, such as training data, contains.",
    "fleet": "Evaluate on many hosts: rent, provision, watch, terminate.",
    "doctor": "Check whether this machine can run an evaluation.",
    "completion": "Print the shell completion script.",
}
"""The commands with their one-line help, in display order; modules are ``evalpkg.cli.<name>``."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OUT_OF_REACH = {
    errno.EACCES: "Give this user the right to it, or name another place.",
    errno.EPERM: "Give this user the right to it, or name another place.",
    errno.EROFS: "Name a place that can be written to.",
    errno.ENAMETOOLONG: "Choose a shorter name, or a folder nearer to the root.",
    errno.ELOOP: "Symbolic links lead in a circle: mend them, or name another place.",
    errno.EIO: "The disk or the network file system fails: look into the system's log.",
    errno.ESTALE: "The network file system has lost it: mount it again.",
    errno.ENOTCONN: "The file system's server has ended: mount it again.",
}
"""Cures for a path that the system refuses, by its reason."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # what is loaded lives as long as the process: no need to look at it
        module = importlib.import_module(f"evalpkg.cli.{cmd_name.replace('-', '_')}")
        gc.freeze()
        gc.enable()
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands in ``--help`` without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings=HELP,
    epilog="'evalpkg COMMAND --help' shows the options and examples of a command.\n\n"
    + EXIT_CODE_TABLE,
)
@click.version_option(__version__)
def app() -> None:
    """Is this fine-tuned model better at Rust than its base model, and by how much?

    Samples completions of HumanEval-Rust from both, judges each with real rustc
    inside a sandbox, and reports the paired difference with its uncertainty.
    """


def main() -> NoReturn:
    """Run the command line and exit with one of ``ExitCode``."""
    open_closed_streams()
    if not sys.warnoptions:  # users cannot act on the deprecation warnings of libraries
        warnings.simplefilter("ignore")
    for name in (signal.SIGTERM, signal.SIGHUP):  # handled like Ctrl-C
        if signal.getsignal(name) is not signal.SIG_IGN:  # nohup ignores SIGHUP: keep that
            signal.signal(name, signal.default_int_handler)
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:  # else child exit statuses are lost
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.umask(os.umask(0o077) & 0o077)  # the compiler, in its box, reads files as their owner
    # Another package's plugin has no part in what we accept, and the search for it takes 10 ms.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _show_warnings()
    sys.exit(run())


def _show_warnings() -> None:
    """Print the scorer's warnings about this machine to stderr, one line each."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("note: %(message)s"))
    logging.getLogger("evalpkg.scoring").addHandler(handler)


def run() -> int:
    """Run the command that ``sys.argv`` names, and return its exit code."""
    try:
        status = app.main(prog_name="evalpkg", standalone_mode=False)
    except EvalError as error:
        return show_error(error)
    except click.exceptions.Abort:
        click.echo("\ninterrupted; finished work is kept: resume with the same command", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        return _show_usage_error(error)
    except SystemExit:  # click ends a command so when it meets a pipe without a reader
        if is_unread():
            return ExitCode.UNREAD
        raise
    except MemoryError:
        return show_error(
            EnvironmentUnfitError(
                "this machine has too little memory for what was read",
                "Split the files, or use a machine with more. Finished work is kept.",
            )
        )
    except OSError as error:
        told = _of_place(error)
        if told is None:
            raise
        return show_error(told)
    return status if isinstance(status, int) else ExitCode.OK


def _of_place(error: OSError) -> EvalError | None:
    """Make the error about a path that the system refuses; None if the failure is another one."""
    if error.errno in _FULL:
        place = error.filename or "standard output, or a file of this run,"
        return EnvironmentUnfitError(
            f"{place} cannot be written: {error.strerror}",
            "Make room, or raise the limit (`ulimit -f`). Finished work is kept: resume with "
            "the same command.",
        )
    if error.filename and error.errno in _OUT_OF_REACH:
        return EnvironmentUnfitError(
            f"{error.filename} cannot be used: {error.strerror}", _OUT_OF_REACH[error.errno]
        )
    return None


def _show_usage_error(error: click.ClickException) -> int:
    """Print an error of click in the form of ours, and return the exit code."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # from click 8.2 on
        error.show()
        return ExitCode.USAGE
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "evalpkg"
    message = error.format_message().rstrip(".")
    return show_error(ConfigError(message, f"'{where} --help' lists the options."))


def show_error(error: EvalError) -> int:
    """Print cause and cure to stderr, and return the exit code."""
    click.echo(f"error: {error.cause}", err=True)
    if error.cure:
        click.echo(f"  {error.cure}", err=True)
    return int(error.exit_code)

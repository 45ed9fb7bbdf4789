"""The parts of help texts that all commands share."""

from typing import Any

import click

from evalpkg.errors import ExitCode

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""Context settings of every command."""

MEANING = {
    ExitCode.OK: "done",
    ExitCode.BUG: "a bug: a traceback is printed, please report it",
    ExitCode.USAGE: "an option, variable or configuration value cannot be used",
    ExitCode.ENVIRONMENT: "this machine lacks something: rustc, a sandbox, weights, disk space",
    ExitCode.DATA: "an input file is missing, malformed or contradicts another one",
    ExitCode.GATE: "the self-check before the run failed",
    ExitCode.INCOMPLETE: "finished, but some samples have no verdict (infrastructure errors)",
    ExitCode.MISMATCH: "verify found something that does not hold",
    ExitCode.NOT_MET: "gate: the run does not meet the condition",
    ExitCode.INTERRUPTED: "interrupted; the same command resumes",
    ExitCode.UNREAD: "the reader of standard output is gone (| head); what was done is kept",
}

EXIT_CODE_TABLE = "\b\nExit codes:\n" + "\n".join(
    f"  {code.value:>3}  {meaning}" for code, meaning in MEANING.items()
)
"""The table of exit codes for an epilog; ``\\b`` keeps click from rewrapping it."""


class EvalCommand(click.Command):
    """A command with the settings and the epilog that all commands share."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes.setdefault("context_settings", HELP)
        attributes.setdefault("epilog", EXIT_CODE_TABLE)
        super().__init__(*args, **attributes)
        self.help = _unraw(self.help)


class EvalGroup(click.Group):
    """A group of commands with the settings and the epilog that all commands share."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes.setdefault("context_settings", HELP)
        attributes.setdefault("epilog", EXIT_CODE_TABLE)
        super().__init__(*args, **attributes)
        self.help = _unraw(self.help)


def _unraw(text: str | None) -> str | None:
    r"""Replace ``\b`` of a raw docstring by the character that tells click not to rewrap."""
    return text.replace("\\b\n", "\b\n") if text else None

"""The command line. The module of a command is imported only when the command is used."""

from evalpkg.cli.app import main

__all__ = ["main"]

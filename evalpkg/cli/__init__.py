"""The command line. A command's module is imported only when that command is used."""

from evalpkg.cli.app import main

__all__ = ["main"]

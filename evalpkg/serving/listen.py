"""Serves the judge at a port, until Ctrl-C."""

from __future__ import annotations

import os
import socket
from types import FrameType

import click
import uvicorn
from starlette.applications import Starlette

from evalpkg.errors import EnvironmentUnfitError


def bound(port: int) -> socket.socket:
    """Return a socket at a port of this machine; 0 takes a free one.

    Raises:
        EnvironmentUnfitError: if the port cannot be had.
    """
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise EnvironmentUnfitError(
            f"port {port} cannot be used: {os.strerror(error.errno or 0)}",
            "Name another one (--port), or 0 for a free one.",
        ) from error


def serve(app: Starlette, listener: socket.socket) -> None:
    """Answer requests until the user stops the service."""
    settings = uvicorn.Config(app, log_level="warning", access_log=False)
    try:
        _Server(settings).run(sockets=[listener])
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


class _Server(uvicorn.Server):  # type: ignore[misc]  # uvicorn is untyped here
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Say at once what Ctrl-C does: a program may run for seconds before it is judged."""
        click.echo(
            "\nstopping when the requests in progress are answered; Ctrl-C again stops at once",
            err=True,
        )
        super().handle_exit(sig, frame)

"""Starts or joins the Ray cluster that the workers run on.

Anyone who can connect to a Ray cluster can run programs on it. So every cluster asks for a token, a
cluster that is started here listens on the loopback address only, and none has a dashboard.
"""

from __future__ import annotations

import os
import secrets
import socket
from functools import cache
from importlib.util import find_spec
from typing import Any

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation.generation_settings import GenerationSettings

LOCAL, AUTO = "local", "auto"
TOKEN_VARIABLES = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
CONNECT_SECONDS = 30
START_TRIES = 3

_LAST_PORT = 65535
_CURE = (
    "Is the head running, is its address right, is the token the one it was started with, and has "
    "it the same versions of Ray and Python?"
)


def connect(settings: GenerationSettings) -> Any:
    """Connect as ``settings.cluster`` says, and return the ``ray`` module.

    ``local`` starts a cluster of this machine's GPUs (or CPUs). ``auto`` joins the cluster that
    ``RAY_ADDRESS`` names, or whose head runs here. Anything else is the address of a head.

    Raises:
        EnvironmentUnfitError: if Ray is not installed, or the cluster cannot be reached.
        ConfigError: if there is no token for a cluster that somebody else started.
    """
    require_head(settings)
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if settings.cluster == LOCAL:
        os.environ["RAY_AUTH_TOKEN"] = _own_token()
        return _start_here()
    if not os.environ.get("RAY_ADDRESS"):  # Ray takes an empty one for an address
        os.environ.pop("RAY_ADDRESS", None)
    os.environ.setdefault("RAY_gcs_server_request_timeout_seconds", str(CONNECT_SECONDS))
    # The tries to connect, and not of Redis, which is not used. Ray reads it when it is imported.
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "2")
    import ray

    try:
        ray.init(address=settings.cluster, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        # Of other versions, the lines after the first name both.
        reason = " ".join(str(error).split())[:300]
        raise EnvironmentUnfitError(
            f"the cluster {settings.cluster} cannot be joined: {reason}", _CURE
        ) from error
    return ray


def require_head(settings: GenerationSettings) -> None:
    """Refuse a cluster that cannot be joined, without Ray: it would ask again for minutes.

    Raises:
        EnvironmentUnfitError: if Ray is not installed, or nothing listens at the address.
        ConfigError: if the address is none, or there is no token.
    """
    if find_spec("ray") is None:
        raise EnvironmentUnfitError(
            "--cluster needs Ray, which is not installed", "pip install 'evalpkg[cluster]'"
        )
    if settings.cluster == LOCAL:
        return
    address = settings.cluster
    if address == AUTO:
        address = os.environ.get("RAY_ADDRESS") or AUTO
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if address != AUTO and (not host or not port.isdigit() or int(port) > _LAST_PORT):
        raise ConfigError(
            f"the cluster is {address!r}",
            "Choose local, auto, or the address of a head, such as 10.0.0.1:6379.",
        )
    if not any(os.environ.get(name) for name in TOKEN_VARIABLES):
        raise ConfigError(
            f"the cluster {settings.cluster} asks for a token, and none is given",
            "Set RAY_AUTH_TOKEN_PATH to the file with the token that the head was started with.",
        )
    if address == AUTO:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cluster {address} cannot be joined: {error.strerror or error}", _CURE
        ) from error


@cache
def _own_token() -> str:
    """Make the token of the clusters that this process starts; Ray reads it once in a process."""
    return secrets.token_hex(32)


def _start_here() -> Any:
    """Start a cluster of this machine alone.

    Ray gives a node 30 s to start. A busy machine can need longer, so this tries again.
    """
    # Ray replaces the loopback address by one that other machines reach, unless this switch is
    # off. It is named after the systems where it is off by default.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    import ray

    for tries_left in reversed(range(START_TRIES)):
        try:
            ray.init(
                address="local",
                include_dashboard=False,
                log_to_driver=False,
                logging_level="ERROR",
                _node_ip_address="127.0.0.1",
            )
        except Exception as error:  # Ray raises the bare class here
            ray.shutdown()
            if not tries_left:
                raise EnvironmentUnfitError(
                    f"Ray did not start on this machine in {START_TRIES} tries: {error}",
                    "Is the machine overloaded, or its /dev/shm or /tmp full? Ray's logs are in "
                    "/tmp/ray/session_latest/logs.",
                ) from error
        else:
            break
    return ray


def places(ray: Any, settings: GenerationSettings) -> int:
    """Return how many workers the cluster has room for now.

    Raises:
        EnvironmentUnfitError: if there is room for none.
    """
    has = ray.cluster_resources()
    gpus, cpus = has.get("GPU", 0.0), has.get("CPU", 0.0)
    if gpus:
        room = int(gpus / settings.gpus_per_worker + 1e-9)
        if not room:
            raise EnvironmentUnfitError(
                f"a worker needs {settings.gpus_per_worker:g} GPUs, and the cluster has {gpus:g}",
                "Lower --gpus-per-worker.",
            )
        return room
    if not settings.cpus_per_worker:
        raise EnvironmentUnfitError(
            "the cluster has no GPU", "Workers without one need --cpus-per-worker N."
        )
    room = int(cpus // settings.cpus_per_worker)
    if not room:
        raise EnvironmentUnfitError(
            f"a worker needs {settings.cpus_per_worker} CPUs, and the cluster has {cpus:g}",
            "Lower --cpus-per-worker.",
        )
    return room


def needs(ray: Any, settings: GenerationSettings) -> dict[str, float]:
    """Return the resources that Ray is to reserve for one worker."""
    if ray.cluster_resources().get("GPU", 0.0):
        return {"num_gpus": settings.gpus_per_worker, "num_cpus": settings.cpus_per_worker or 1}
    return {"num_cpus": settings.cpus_per_worker}

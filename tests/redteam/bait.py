"""Bait for the leak cases: a file, a variable, servers, shared memory, a process, all findable.

A leak case is right if and only if it finds one of these, so that ``passed`` means a leak. That
each of them can find its bait is shown by running it unconfined (``test_controls.py``).
"""

from __future__ import annotations

import ctypes
import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.redteam.corpus import NO_BAIT

_IPC_CREAT, _IPC_RMID = 0o1000, 0
_PLACES = (".", "/tmp", "/var/tmp", "/dev/shm", "/run")


@contextmanager
def laid_out() -> Iterator[Mapping[str, str]]:
    """Set up the bait, yield the marks of ``corpus`` with their values, and remove all of it."""
    name = f"evalpkg-redteam-{secrets.token_hex(6)}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evalpkg-canary-")))
        secret = secrets.token_hex(12)
        _files(folder, secret)
        stack.enter_context(_variable(name.upper().replace("-", "_")))
        port = stack.enter_context(_servers(folder, name))
        stack.enter_context(_shared_file(name))
        key = stack.enter_context(_shared_segment())
        stack.callback(_remove_markers, name)
        yield {
            **NO_BAIT,
            "@CANARY_FILE@": str(folder / "secret.txt"),
            "@CANARY_DIR@": str(folder),
            "@CANARY_SECRET@": secret,
            "@CANARY_ENV@": name.upper().replace("-", "_"),
            "@CANARY_PID@": str(os.getpid()),
            "@CANARY_PORT@": str(port),
            "@CANARY_ABSTRACT@": name,
            "@CANARY_SHM_KEY@": str(key),
            "@CANARY_SHM_NAME@": name,
            "@MARKER@": f"{name}.mark",
        }


def markers(bait: Mapping[str, str]) -> list[Path]:
    """Files that samples left for each other."""
    places = [*_PLACES, os.environ.get("HOME", "/")]
    paths = [Path(place) / bait["@MARKER@"] for place in places]
    return [path for path in paths if path.exists() or path.is_symlink()]


def _remove_markers(name: str) -> None:
    for path in markers({"@MARKER@": f"{name}.mark"}):
        path.unlink(missing_ok=True)


def _files(folder: Path, secret: str) -> None:
    (folder / "secret.txt").write_text(f"{secret}\n")
    (folder / "code.rs").write_text("|a: i32, b: i32| a.wrapping_add(b)\n")
    (folder / "module.rs").write_text(
        "pub fn sum(a: i32, b: i32) -> i32 {\n    a.wrapping_add(b)\n}\n"
    )


@contextmanager
def _variable(name: str) -> Iterator[None]:
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]


@contextmanager
def _servers(folder: Path, name: str) -> Iterator[int]:
    """TCP and UDP on one port, a named and an abstract local socket; UDP answers."""
    with ExitStack() as stack:
        tcp = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=64)))
        port = int(tcp.getsockname()[1])
        udp = stack.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
        udp.bind(("127.0.0.1", port))
        udp.settimeout(0.2)
        for address in (str(folder / "socket"), f"\0{name}"):
            server = stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
            server.bind(address)
            server.listen(64)
        done = threading.Event()
        echo = threading.Thread(target=_echo, args=(udp, done))
        echo.start()
        try:
            yield port
        finally:
            done.set()
            echo.join()


def _echo(udp: socket.socket, done: threading.Event) -> None:
    while not done.is_set():
        try:
            _, sender = udp.recvfrom(64)
        except TimeoutError:
            continue
        udp.sendto(b"!", sender)


@contextmanager
def _shared_file(name: str) -> Iterator[None]:
    path = Path("/dev/shm") / name
    path.write_bytes(b"canary")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _shared_segment() -> Iterator[int]:
    """A System V segment; the queue and the semaphore that samples may leave go with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    key = 0x5254_0000 + secrets.randbelow(0x7FFF) * 2
    segment = libc.shmget(key, 4096, _IPC_CREAT | 0o600)
    try:
        yield key
    finally:
        libc.shmctl(segment, _IPC_RMID, None)
        for get, control in ((libc.msgget, libc.msgctl), (libc.semget, libc.semctl)):
            extra = (1, 0) if get is libc.semget else (0,)
            left = get(key + 1, *extra)
            if left >= 0:
                control(left, *((0, _IPC_RMID) if get is libc.semget else (_IPC_RMID, None)))

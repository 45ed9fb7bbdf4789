"""Sandboxes work wherever the cache lies, for root and for an ordinary user.

What hides a folder from the completion must not hide our own programs with it.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.redteam.test_redteam import FULL, REPOSITORY, as_root, full, providers, usable_by

CHECK = """
import json
from evalpkg.sandbox import check_providers
print(json.dumps({check.name: "" if check.confines else check.detail
                  for check in check_providers() if check.available}))
"""
PLACES = ["/tmp", "/var/tmp", "/home", "~"]


@pytest.mark.parametrize("place", PLACES if FULL else ["/tmp", "/var/tmp"])
def test_every_provider_works_with_a_cache_anywhere(place: str) -> None:
    with _cache(place) as cache:
        environment = {**os.environ, "EVALPKG_CACHE": cache, "PYTHONPATH": str(REPOSITORY)}
        found = _checked([sys.executable], environment)
    elsewhere = {name for name, fault in providers().items() if not fault}
    assert {name for name, fault in found.items() if not fault} >= elsewhere, found


@full
@as_root
@pytest.mark.parametrize("place", PLACES)
def test_and_for_an_ordinary_user(place: str, account: pwd.struct_passwd) -> None:
    interpreter, environment = usable_by(account.pw_uid)
    with _cache(place.replace("~", account.pw_dir)) as cache:
        os.chown(cache, account.pw_uid, account.pw_gid)
        given = {"PATH": os.defpath, "HOME": account.pw_dir, "USER": account.pw_name, **environment}
        found = _checked([interpreter], {**given, "EVALPKG_CACHE": cache}, account)
    # An engine without its helpers for users (newuidmap, subuid) says so itself.
    assert {name for name, fault in found.items() if not fault} >= found.keys() - {"podman"}, found


@pytest.fixture(scope="module")
def account() -> Iterator[pwd.struct_passwd]:
    """A user with a home of its own; gone afterwards, with all that it runs."""
    name = f"evalpkg-{secrets.token_hex(4)}"
    if shutil.which("useradd") is None:
        pytest.skip("no useradd here")
    subprocess.run(["useradd", "--create-home", name], check=True, capture_output=True)
    user = pwd.getpwnam(name)
    try:
        yield user
    finally:
        for process in Path("/proc").glob("[0-9]*"):
            if process.exists() and process.stat().st_uid == user.pw_uid:
                os.kill(int(process.name), signal.SIGKILL)
        subprocess.run(["userdel", "--force", "--remove", name], check=False, capture_output=True)


def _cache(place: str) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(dir=Path(place).expanduser(), prefix="evalpkg-cache-")
    except OSError as error:
        pytest.skip(f"no folder can be made there: {error}")


def _checked(
    interpreter: list[str], environment: Mapping[str, str], user: pwd.struct_passwd | None = None
) -> dict[str, str]:
    """Every provider that could be started there, with what is wrong with it."""
    becoming: dict[str, Any] = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    )
    done = subprocess.run(
        [*interpreter, "-c", CHECK],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        **becoming,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    return said

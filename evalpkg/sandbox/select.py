"""Selects a provider: the strongest that proves itself here, or the one that was named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evalpkg.errors import SandboxUnavailableError, require_choice
from evalpkg.rust import Runtime, Toolchain, build_runtime, find_toolchain
from evalpkg.sandbox.base import Provider
from evalpkg.sandbox.bubblewrap import Bubblewrap
from evalpkg.sandbox.conformance import violations
from evalpkg.sandbox.container import Docker, Podman
from evalpkg.sandbox.firejail import Firejail
from evalpkg.sandbox.host import prepare_host, why_root_is_not_counted
from evalpkg.sandbox.landlock import Landlock
from evalpkg.sandbox.unconfined import Unconfined

PROVIDERS: dict[str, Callable[[Toolchain, Runtime], Provider]] = {
    "landlock": Landlock,
    "bubblewrap": Bubblewrap,
    "firejail": Firejail,
    "podman": Podman,
    "docker": Docker,
}
"""The providers, strongest and cheapest first."""

MODES = ("auto", *PROVIDERS, "none")
"""Values of ``--sandbox-mode``."""


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """The result of checking one provider on this machine.

    Attributes:
        name: name of the provider.
        available: whether it can be started.
        confines: whether it has just passed every conformance check.
        detail: what is missing, or what left the box.
    """

    name: str
    available: bool
    confines: bool
    detail: str


def check_providers() -> list[ProviderCheck]:
    """Run the conformance checks under every provider.

    Raises:
        EnvironmentUnfitError: if there is no usable rustc to build the checks with, or a limit of
            this process is too small.
    """
    prepare_host(workers=1)
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    return [_check(make(toolchain, runtime), toolchain, runtime) for make in PROVIDERS.values()]


def _check(provider: Provider, toolchain: Toolchain, runtime: Runtime) -> ProviderCheck:
    missing = provider.missing()
    if missing is not None:
        return ProviderCheck(provider.name, False, False, missing)
    found = violations(provider, toolchain, runtime)
    detail = "; ".join(found) or "every check held"
    return ProviderCheck(provider.name, True, not found, detail)


def select_provider(mode: str, toolchain: Toolchain, runtime: Runtime) -> Provider:
    """Return the provider for ``mode``, after it has proved itself.

    Raises:
        ConfigError: if there is no such mode.
        SandboxUnavailableError: if it does not confine here; for ``auto``, if none does.
    """
    if mode == "none":
        return Unconfined(toolchain, runtime)
    require_choice(mode, MODES, f"unknown sandbox mode '{mode}'")
    tried = []
    for name in PROVIDERS if mode == "auto" else (mode,):
        provider = PROVIDERS[name](toolchain, runtime)
        check = _check(provider, toolchain, runtime)
        if check.confines:
            return provider
        tried.append(f"{name}: {check.detail}")
    raise SandboxUnavailableError(
        "no sandbox proved that it confines here. " + " | ".join(tried), _cure()
    )


def _cure() -> str:
    unconfined = (
        "or, if you accept that what the model wrote runs unconfined, say so with "
        "--sandbox-mode none."
    )
    if reason := why_root_is_not_counted():
        return (
            f"The kernel does not limit root's threads, and {reason}. Run evalpkg as an ordinary "
            "user, or start the container with more users (subordinate ids) and the capabilities "
            f"SETUID and SETGID, {unconfined}"
        )
    return f"Install bubblewrap ('apt-get install bubblewrap'), {unconfined}"

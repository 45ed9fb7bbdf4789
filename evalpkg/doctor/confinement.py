"""Check of the sandboxes: hostile programs are run in each."""

from __future__ import annotations

from collections.abc import Iterator

from evalpkg.doctor.check import Diagnosis
from evalpkg.errors import EvalError


def sandboxes() -> Iterator[Diagnosis]:
    """Check each sandbox; the last diagnosis says whether at least one confines."""
    from evalpkg.sandbox import check_providers

    found = []
    try:
        providers = check_providers()
    except EvalError as error:
        yield Diagnosis("sandbox", False, error.cause, error.cure, required=True)
        return
    for provider in providers:
        if provider.confines:
            found.append(provider.name)
        yield Diagnosis(f"sandbox: {provider.name}", provider.confines, provider.detail)
    yield Diagnosis(
        "sandbox",
        bool(found),
        f"confines here: {', '.join(found)}" if found else "none that confines",
        "Install bubblewrap ('apt-get install bubblewrap') or use a kernel with Landlock.",
        required=True,
    )

"""Checks that a run holds what it claims."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalpkg.verify.run import verify_run

__all__ = ["verify_run"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: most users need one module of this package."""
    if name != "verify_run":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from evalpkg.verify.run import verify_run

    return verify_run

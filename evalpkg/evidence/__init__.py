"""The proof of a run: metadata, manifest, Merkle tree, signatures."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalpkg.evidence.statement import seal_run

__all__ = ["seal_run"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: most users need one module of this package."""
    if name != "seal_run":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from evalpkg.evidence.statement import seal_run

    return seal_run

"""evalpkg: is this fine-tuned model better at Rust than its base model, and by how much?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from evalpkg.scoring import Judge

__all__ = ["Judge", "__version__"]


def __getattr__(name: str) -> Any:
    """Import ``Judge`` on first use, so that ``import evalpkg`` stays fast."""
    if name != "Judge":
        raise AttributeError(f"module 'evalpkg' has no attribute '{name}'")
    from evalpkg.scoring import Judge

    return Judge

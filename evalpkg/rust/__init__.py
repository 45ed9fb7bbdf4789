"""The host's Rust toolchain, and our own trusted programs, which it builds."""

from evalpkg.rust.crate_set import CrateSet, build_crates
from evalpkg.rust.runtime import BOXED_PROGRAMS, Runtime, build_runtime
from evalpkg.rust.toolchain import Toolchain, find_toolchain

__all__ = [
    "BOXED_PROGRAMS",
    "CrateSet",
    "Runtime",
    "Toolchain",
    "build_crates",
    "build_runtime",
    "find_toolchain",
]

"""The host's Rust toolchain, and our own trusted programs built with it."""

from evalpkg.rust.runtime import Runtime, build_runtime
from evalpkg.rust.toolchain import Toolchain, find_toolchain

__all__ = ["Runtime", "Toolchain", "build_runtime", "find_toolchain"]

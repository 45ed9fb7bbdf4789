"""Every sample of a run, packed so that one HTML file can carry and show them."""

from evalpkg.reporting.bundle.pack import Bundle, Chunk, pack_run

__all__ = ["Bundle", "Chunk", "pack_run"]

"""One number per sample, from which all of its randomness follows."""

from __future__ import annotations

from hashlib import blake2b

from evalpkg.models import Role


def sample_key(seed: int, role: Role, task_id: str, index: int) -> int:
    """Return 64 bits that identify a sample's noise, as a signed integer.

    The parts are joined with a separator that occurs in no number and no role, so that two samples
    never hash the same text.
    """
    text = "\x1f".join((str(seed), role.value, str(index), task_id))
    digest = blake2b(text.encode(), digest_size=8, person=b"evalpkg.sample").digest()
    return int.from_bytes(digest, "little", signed=True)


def request_seed(key: int) -> int:
    """Fold ``key`` to 31 bits, which every server accepts as a seed."""
    return (key ^ (key >> 32)) & 0x7FFFFFFF

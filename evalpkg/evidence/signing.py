"""Ed25519 signatures (RFC 8032) of the manifest, with keys in PEM files.

``openssl genpkey -algorithm ed25519 -out key.pem`` makes a key, and
``openssl pkey -in key.pem -pubout -out key.pub`` its public half.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.errors import COPY_AGAIN, ConfigError, DataError
from evalpkg.store import read_bytes, write_atomic

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )


def load_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read an unencrypted PKCS #8 key.

    Raises:
        ConfigError: if the file holds no such key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    cure = "Make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except TypeError as error:
        raise ConfigError(f"{path}: the key is encrypted", "Give an unencrypted copy.") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is no signing key that can be read: {error}", cure) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path} is not an ed25519 key", cure)
    return key


def load_verify_key(path: Path) -> Ed25519PublicKey:
    """Read a public key in PEM form.

    Raises:
        ConfigError: if the file holds no such key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    cure = "Make it from the signing key: openssl pkey -in key.pem -pubout -out key.pub"
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is no public key that can be read: {error}", cure) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{path} is not an ed25519 key", cure)
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Compute the sha256 of the public key in DER form (SubjectPublicKeyInfo), in hex."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def verifies(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    """Tell whether ``signature`` over ``data`` was made with the private half of ``key``."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def sign_file(path: Path, signature_path: Path, key: Ed25519PrivateKey) -> None:
    """Write the signature of a file's bytes, in base64.

    Raises:
        EnvironmentUnfitError: if it cannot be written.
    """
    signature = key.sign(path.read_bytes())
    write_atomic(signature_path, base64.b64encode(signature) + b"\n")


def read_signature(path: Path) -> bytes:
    """Read the bytes of a signature file.

    Raises:
        DataError: if it is missing or not base64.
    """
    try:
        return base64.b64decode(read_bytes(path).strip(), validate=True)
    except binascii.Error as error:
        raise DataError(f"{path}: not base64 ({error})", COPY_AGAIN) from error

"""Signatures of the Standard Webhooks convention: a secret and what is sent in, `webhook-signature` out. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final

PREFIX: Final = "whsec_"


def read_secret(secret: str) -> bytes:
    """Return the key: what `whsec_` is followed by is base64, any other text stands for its UTF-8; ValueError."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ValueError("what follows whsec_ is not base64; copy it anew, or give any other text without whsec_")
    return key


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of version 1 over id, time (Unix seconds) and body."""
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(read_secret(secret), content, "sha256")).decode()

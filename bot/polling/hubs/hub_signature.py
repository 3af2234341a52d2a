"""The signature of a content: an HMAC with the secret that only the hub and we know. Pure.

SHA-1 is taken too: the largest hubs sign with nothing else, and what is broken of it (collisions) does not weaken HMAC.
"""

from __future__ import annotations

import hashlib
import hmac

METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # of the specification


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Return whether `header`, as `METHOD=HEX`, is the signature of this body."""
    method, _, said = header.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    found = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(found.encode(), said.strip().lower().encode("utf-8", "replace"))

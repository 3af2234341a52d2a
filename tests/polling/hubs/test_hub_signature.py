"""The signature of what a hub sends."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from bot.polling.hubs.hub_signature import METHODS, is_signed

SECRET, BODY = "a secret", b"<feed>\xff</feed>"


def sign(method: str, body: bytes = BODY, secret: str = SECRET) -> str:
    """Return the header of a hub."""
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_of_the_specification_is_known(method: str) -> None:
    """In any case of letters; sha1 too, which the largest hubs use."""
    assert is_signed(BODY, sign(method), SECRET)
    assert is_signed(BODY, sign(method).upper(), SECRET)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256",
        "sha256=",
        "sha256=é",
        "md5=" + hmac.new(SECRET.encode(), BODY, hashlib.md5).hexdigest(),
        "sha256=" + hashlib.sha256(BODY).hexdigest(),
        sign("sha256", secret="another"),
        sign("sha256", body=BODY + b" "),
        sign("sha256").removeprefix("sha256="),
        sign("sha512")[:80],
    ],
)
def test_anything_else_is_no_signature(header: str) -> None:
    """Of another secret, another body, another method, cut, or none at all."""
    assert not is_signed(BODY, header, SECRET)

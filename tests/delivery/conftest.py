"""The newsroom of the tests of the delivery loop, for what else is sent."""

from tests.delivery.newsroom import room

__all__ = ["room"]

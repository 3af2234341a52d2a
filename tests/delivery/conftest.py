"""The newsroom of the tests of the delivery loop, for what else is sent."""

from tests.delivery.test_loop import room

__all__ = ["room"]

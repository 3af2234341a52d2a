"""Fixtures that several folders of tests share come as plugins, because tests cannot import one another."""

pytest_plugins = ["tests.plugins.telegram"]

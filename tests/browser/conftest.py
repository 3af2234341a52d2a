"""The fixtures of a real browser, for the tests of this folder alone: who runs others need not wait for its library."""

from tests.plugins.browser import browser, library, serve_pages

__all__ = ("browser", "library", "serve_pages")

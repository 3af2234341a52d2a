"""What people call the browser that calls itself `Mozilla/5.0 (…) AppleWebKit/537.36 (…) …`. Pure."""

from __future__ import annotations

from typing import Final

# The first that is found counts: most call themselves by their forerunners' names, too.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST: Final = 60  # characters of another name


def browser_name(user_agent: str) -> str:
    """Return a short name, such as "Firefox, Android"; what is no browser we know, as it calls itself."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), None)
    if browser is None:
        return user_agent if len(user_agent) <= _LONGEST else f"{user_agent[:_LONGEST]}…"
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    return f"{browser}, {system}" if system else browser

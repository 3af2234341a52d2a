"""Sites that show their posts to people with an account alone: what to paste instead.

https://x.com/NAME, https://www.facebook.com/NAME, https://www.instagram.com/NAME … → refused with a sentence
"""

from __future__ import annotations

from bot.errors import ParseError
from bot.sources.sites.site_address import PastedAddress

_NAMES = {
    "x.com": "X",
    "twitter.com": "X",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "instagram.com": "Instagram",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "linkedin.com": "LinkedIn",
    "tiktok.com": "TikTok",
}


def find(address: PastedAddress) -> None:
    """Raise ParseError for a site that needs a login; None for all others."""
    name = _NAMES.get(address.host)
    if name and not address.url.lower().partition("?")[0].endswith((".xml", ".rss", ".atom")):
        raise ParseError(
            f"{name} shows its posts only to people with an account, and has no feeds; "
            "paste the outlet's own site, or its channel on Telegram, Mastodon, Bluesky or YouTube"
        )

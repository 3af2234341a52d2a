"""YouTube: a channel, a user or a playlist becomes its feed of videos.

https://www.youtube.com/channel/UCabc… → …/feeds/videos.xml?channel_id=UCabc…
https://www.youtube.com/playlist?list=PLabc… → …/feeds/videos.xml?playlist_id=PLabc…
https://www.youtube.com/user/NAME → …/feeds/videos.xml?user=NAME
https://www.youtube.com/@NAME, /c/NAME → the page as it stands: only it knows the channel's id, and names the feed

The forms of a channel's address: YouTube's help, "Understand your channel URLs".
"""

from __future__ import annotations

import re

from bot.errors import ParseError
from bot.sources.sites.site_address import PastedAddress, SiteAddress

_FEED = "https://www.youtube.com/feeds/videos.xml"
_CHANNEL = re.compile(r"UC[\w-]{22}")
_LIST = re.compile(r"[\w-]{2,64}")
_USER = re.compile(r"[\w.-]{1,64}")
_ONE_VIDEO = frozenset({"watch", "shorts", "live", "embed", "v", "clip"})


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the feed of a channel, user or playlist. ParseError for a single video."""
    if address.host == "youtu.be":
        raise ParseError("this is one video of YouTube; paste the address of its channel or of a playlist")
    if address.host not in {"youtube.com", "youtube-nocookie.com"}:
        return None
    if address.first == "channel" and _CHANNEL.fullmatch(address.part(1)):
        return SiteAddress(f"{_FEED}?channel_id={address.part(1)}")
    if address.first == "user" and _USER.fullmatch(address.part(1)):
        return SiteAddress(f"{_FEED}?user={address.part(1)}")
    listed = address.query.get("list", "")
    if address.first in {"playlist", "watch"} and _LIST.fullmatch(listed):
        return SiteAddress(f"{_FEED}?playlist_id={listed}")
    if address.first in _ONE_VIDEO:
        raise ParseError("this is one video of YouTube; paste the address of its channel or of a playlist")
    return None

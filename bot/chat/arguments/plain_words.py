"""What plain words in a private chat ask for: help, a stop, why, or a link. Words in, a command's name out. Pure."""

from __future__ import annotations

import re
from typing import Final, Literal

Wish = Literal["help", "stop", "why", "link"]

# In the six languages that the bot speaks; without punctuation, in lower case.
_WISHES: Final[dict[Wish, str]] = {
    "help": "help|help me|?|помощь|помоги|помогите|справка|допомога|допоможи|довідка|hilfe|aide|aidez-moi|ayuda",
    "stop": "stop|stop it|enough|unsubscribe|стоп|хватит|отпишись|отписаться|досить|відписатися|stopp|aufhören|"
    "abbestellen|arrête|arrêter|arrêtez|se désabonner|para|parar|basta|cancelar suscripción",
    "why": "why|why this|почему|зачем|чому|навіщо|warum|wieso|pourquoi|por qué|por que|porqué",
}
_LINK: Final = re.compile(r"https?://[^\s<>]+")


def find_wish(words: str) -> tuple[Wish, str] | None:
    """Return what somebody wishes, with the link where one is meant; None for any other words."""
    plain = " ".join(words.lower().split()).strip(" !.…¡¿") or words.strip()
    plain = plain.rstrip("?").rstrip() or plain
    for wish, phrases in _WISHES.items():
        if plain in phrases.split("|"):
            return wish, ""
    if (found := _LINK.search(words)) and len(words) - len(found[0]) < len(words) / 2 + 1:
        return "link", found[0].rstrip(".,;)")
    return None

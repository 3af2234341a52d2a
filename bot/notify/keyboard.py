"""The buttons under an alert: labels in the chat's language, and ids that mean nothing by themselves. Pure."""

from __future__ import annotations

from bot.button_ids import alert_button_id
from bot.i18n import words
from bot.model import TERMINAL, Delivery, DisplayPreferences

Key = tuple[str, str]  # label, plain text; what it says when it is pressed


def keyboard(delivery: Delivery, home: DisplayPreferences) -> tuple[tuple[Key, ...], ...]:
    """Return the rows of buttons; none under notices, replies, what had to be simpler, or by the chat's wish."""
    alert, key = delivery.alert, delivery.key
    if not delivery.look.buttons:
        return ()
    if key is None or alert.part or not alert.watchlists or delivery.form != "rich" or alert.chat == TERMINAL:
        return ()
    _ = words(delivery.look.language or home.language or "en")
    return (
        (
            (_("Mute story"), alert_button_id(delivery.id, key, "mute")),
            (_("Mute word ▾"), alert_button_id(delivery.id, key, "words")),
        ),
        ((_("Why?"), alert_button_id(delivery.id, key, "why")), (_("More"), alert_button_id(delivery.id, key, "more"))),
    )

"""What /settings, /language and /forget say, and the labels of their buttons. HTML out; nothing is decided here.

Written as `bot.chat.texts.basics` says.
"""

from __future__ import annotations

from datetime import datetime

from bot.chat.texts import schedule as schedule_texts
from bot.chat.texts.basics import safe
from bot.i18n import LANGUAGES, Translator
from bot.model import DisplayPreferences, Doubt, Layout, ModelChoice, Preview, Priority
from bot.preferences import Preferences


def panel(
    _: Translator,
    display: DisplayPreferences,
    preferences: Preferences,
    now: datetime,
    mutes: int,
    *,
    topic: bool,
    has_model: bool = False,
) -> str:
    """Show all settings; `preferences` has a pause only if that is not over."""
    head = _("⚙️ <b>Settings of this topic</b>") if topic else _("⚙️ <b>Settings of this chat</b>")
    lines = [
        head,
        "",
        _("🌐 Language: {language}", language=LANGUAGES[_.language]),
        _("🕒 Time zone: {zone}", zone=schedule_texts.zone_now(_, preferences.zone, now)),
        _("📐 Layout: {layout}", layout=layout(_, display.layout)),
        _("🌙 Quiet hours: {hours}", hours=schedule_texts.windows(_, preferences.quiet)),
        _("🗞 Digest: {rhythm}", rhythm=schedule_texts.rhythm(_, preferences.digest)),
        schedule_texts.pausing(_, preferences, now) if preferences.paused else _("▶️ Not paused"),
        _.ngettext("🔇 {number} mute", "🔇 {number} mutes", mutes),
        doubted(_, display.doubt),
        still(_, preferences.still),
    ]
    if has_model or display.model != "off":
        lines.append(_("✨ What the model adds: {choice}", choice=model_choice(_, display.model)))
    if topic:
        lines += ["", _("Language, zone and layout are those of the whole group; the rest is this topic's own.")]
    return "\n".join(lines)


def doubted(_: Translator, doubt: Doubt) -> str:
    """Say what happens when it is unknown whether a message arrived."""
    if doubt == "hold":
        return _("❔ When it is unknown whether a message arrived: it is not sent again")
    return _("❔ When it is unknown whether a message arrived: it is sent again")


def still(_: Translator, minute: int | None) -> str:
    """Say whether a daily sign of life comes."""
    if minute is None:
        return _("💓 Daily “still watching”: off")
    return _("💓 Daily “still watching”: {time}", time=schedule_texts.clock(minute))


def layout(_: Translator, chosen: Layout) -> str:
    """Return what a layout shows."""
    if chosen == "compact":
        return _("compact (headline and outlets)")
    if chosen == "full":
        return _("full (every sentence that matched)")
    return _("standard (with the lead, and why)")


def language_panel(_: Translator) -> str:
    """Ask for the language."""
    return _("🌐 In which language shall I speak in this chat?")


def zone_panel(_: Translator, zone: str, now: datetime) -> str:
    """Ask for the zone."""
    return "\n".join(
        [
            _("🕒 <b>Time zone</b>: {zone}", zone=schedule_texts.zone_now(_, zone, now)),
            _("Press a button, or write yours, such as <code>/settings zone Asia/Almaty</code>"),
        ]
    )


def layout_panel(_: Translator, chosen: Layout) -> str:
    """Ask for the layout."""
    return _("📐 <b>Layout of alerts</b>: {layout}", layout=layout(_, chosen))


def preview(_: Translator, chosen: Preview) -> str:
    """Return how the article of an alert is previewed."""
    names: dict[Preview, str] = {
        "auto": _("as Telegram sees fit"),
        "small": _("small picture"),
        "large": _("large picture"),
        "above": _("large, above the text"),
        "off": _("none"),
    }
    return names[chosen]


def preview_panel(_: Translator, chosen: Preview) -> str:
    """Ask for the preview."""
    return _("🖼 <b>Preview of the article</b>: {preview}", preview=preview(_, chosen))


def label_buttons(_: Translator, *, shown: bool) -> str:
    """Label the button that hides the buttons below alerts, or shows them."""
    return _("🔘 Hide the buttons below alerts") if shown else _("🔘 Show the buttons below alerts")


def model_choice(_: Translator, chosen: ModelChoice) -> str:
    """Return what a language model adds to alerts."""
    names: dict[ModelChoice, str] = {
        "off": _("nothing"),
        "summary": _("one sentence"),
        "translation": _("a translation"),
        "both": _("both"),
    }
    return names[chosen]


def model_panel(_: Translator, chosen: ModelChoice) -> str:
    """Ask what a language model is to add."""
    return "\n".join(
        [
            _("✨ <b>What the language model adds to alerts</b>: {choice}", choice=model_choice(_, chosen)),
            _(
                "The alert comes first; the line is added later, without a sound, marked ✨: one sentence about the "
                "story, or its headline and lead in the language of this chat. What no report says is left out."
            ),
        ]
    )


def no_model(_: Translator) -> str:
    """Say that there is no language model."""
    return _("There is no language model here. Who runs this bot sets one: NEWSWATCH_MODEL_URL and NEWSWATCH_MODEL.")


def saved(_: Translator) -> str:
    """Confirm any setting."""
    return _("✅ Saved.")


def no_language(_: Translator, words: str) -> str:
    """Say which languages there are."""
    known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
    return _("I do not speak “{words}”. I speak {languages}.", words=safe(words), languages=known)


def no_setting(_: Translator, words: str) -> str:
    """Say that there is no such setting."""
    return _("I know no setting “{words}”. Send /settings alone: its buttons lead to all of them.", words=safe(words))


def no_time(_: Translator, words: str) -> str:
    """Say how a time is written."""
    return _("I do not understand “{words}”. Write a time such as 09:00, or off.", words=safe(words))


def loudness(_: Translator, wanted: Priority | None) -> str:
    """Return how loud a watchlist is for a chat."""
    if wanted is None:
        return _("🔔 As the watchlist says")
    names = {
        "low": _("🔕 Silently"),
        "normal": _("🔔 With a sound"),
        "urgent": _("🚨 Urgent, even in quiet hours"),
    }
    return names[wanted]


def loud_one(_: Translator, title: str, wanted: Priority | None) -> str:
    """Show how loud a watchlist is for this chat."""
    return _("🔊 <b>{title}</b>: {loudness}", title=safe(title), loudness=loudness(_, wanted))


def not_loud(_: Translator, words: str) -> str:
    """Say how that is written."""
    return _(
        "I do not understand “{words}”. Write /settings loud, the ID of a watchlist of this chat, and low, "
        "normal, urgent or default.",
        words=safe(words),
    )


def resume(_: Translator) -> str:
    """Label a button."""
    return _("▶️ Resume")


def label_doubt(_: Translator, doubt: Doubt) -> str:
    """Label the button that changes what is done in doubt."""
    return _("❔ In doubt, send again") if doubt == "hold" else _("❔ In doubt, do not send again")


def label_still(_: Translator, *, on: bool) -> str:
    """Label the button that changes the sign of life."""
    return _("💓 No daily “still watching”") if on else _("💓 Daily “still watching”")


def short_layout(_: Translator, chosen: Layout) -> str:
    """Label the button of a layout."""
    return {"compact": _("compact"), "standard": _("standard"), "full": _("full")}[chosen]


def still_watching(_: Translator, well: int, sources: int, alerts: int) -> str:
    """Say that the bot is watching. Plain text."""
    watched = _.ngettext(
        "Still watching: {well} of {number} source",
        "Still watching: {well} of {number} sources",
        sources,
        well=_.number(well),
    )
    return f"{watched}, {_.ngettext('{number} alert since yesterday', '{number} alerts since yesterday', alerts)}"


# ---------------------------------------------------------------------------------------------- forgetting


def forget(_: Translator) -> str:
    """Ask whether a chat is to be forgotten."""
    return _(
        "🧹 <b>Forget this chat?</b>\n"
        "Everything that I keep about it goes: subscriptions, own queries, settings, mutes, what was sent, and that it "
        "was let in. In a forum that means all topics. Messages in the chat stay. This cannot be undone."
    )


def forget_yes(_: Translator) -> str:
    """Label the button that does it."""
    return _("Yes, forget everything")


def forgotten(_: Translator, *, fixed: bool) -> str:
    """Say good-bye."""
    lines = [_("🧹 Forgotten. /start begins anew.")]
    if fixed:
        lines.append(_("Watchlists whose deliver_to names this chat go on: whoever runs this bot can change that."))
    return "\n".join(lines)

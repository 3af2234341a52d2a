"""What Telegram's server would say to a request: parameters in, the description of a refusal out, or None.

As strict as the real one where a mistake of ours would show: unknown parameters, lengths in UTF-16 units, entities out
of bounds or through the middle of a character, markup that Telegram's own parser refuses, money spent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

SPEC = Path(__file__).parents[3] / "shared" / "data" / "telegram" / "bot-api.min.json"
MOST_UNITS, MOST_ENTITIES, MOST_DATA = 4096, 100, 64


@lru_cache(maxsize=1)
def spec() -> Mapping[str, Any]:
    """Read the machine-readable Bot API, empty where it is absent."""
    found: Mapping[str, Any] = json.loads(SPEC.read_text(encoding="utf-8")) if SPEC.exists() else {}
    return found


def unknown(method: str, params: Mapping[str, Any]) -> str | None:
    """Name a parameter that the method does not have, or one that it needs and was not given."""
    methods = spec().get("methods")
    if not methods:
        return None
    if method not in methods:
        return f"Not Found: method {method}"
    fields = {one["name"]: one for one in methods[method].get("fields", ())}
    strange = sorted(set(params) - set(fields))
    missing = sorted(name for name, one in fields.items() if one["required"] and name not in params)
    if strange or missing:
        return f"{method}: unknown {strange}, missing {missing}"
    wrong = [
        f"{name} is no {fields[name]['types']}"
        for name, value in params.items()
        if not _fits(value, fields[name]["types"])
    ]
    return ", ".join(wrong) or None


def _fits(value: Any, kinds: list[str]) -> bool:
    """Return whether a value has one of these types, as far as its plain type tells."""
    plain = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": (int, float)}
    wanted = [plain.get(kind, list if kind.startswith("Array of") else dict) for kind in kinds]
    return any(isinstance(value, one) and (one is not int or not isinstance(value, bool)) for one in wanted)  # type: ignore[arg-type]  # a table of types


def message(params: Mapping[str, Any]) -> str | None:
    """Refuse a text that Telegram would refuse, in its words."""
    if params.get("allow_paid_broadcast"):
        return "PAID: a broadcast that costs Stars"
    text = params.get("text", "")
    if params.get("parse_mode") and (broken := _markup(text, params["parse_mode"])):
        return f"Bad Request: can't parse entities: {broken}"
    if not text.strip():
        return "Bad Request: message text is empty"
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) // 2 > MOST_UNITS:
        return "Bad Request: message is too long"
    entities = params.get("entities", ())
    if len(entities) > MOST_ENTITIES:
        return "Bad Request: entities_too_long"
    wrong = next((wrong for one in entities if (wrong := _entity(one, encoded))), None)
    return wrong or _keyboard(params.get("reply_markup") or {})


def _keyboard(markup: Mapping[str, Any]) -> str | None:
    """Refuse buttons that say too much, or that show nothing."""
    for key in (one for row in markup.get("inline_keyboard", ()) for one in row):
        if not 1 <= len(key["callback_data"].encode()) <= MOST_DATA:
            return "Bad Request: BUTTON_DATA_INVALID"
        if not key["text"].strip():
            return "Bad Request: BUTTON_TEXT_INVALID"
    return None


def _markup(text: str, mode: str) -> str | None:
    """Ask Telegram's own parser."""
    import tdjson

    kinds = {"HTML": {"@type": "textParseModeHTML"}, "MarkdownV2": {"@type": "textParseModeMarkdown", "version": 2}}
    asked = {"@type": "parseTextEntities", "text": text, "parse_mode": kinds[mode]}
    answer = json.loads(tdjson.td_execute(json.dumps(asked).encode()) or b"{}")
    return str(answer["message"]) if answer["@type"] == "error" else None


def _entity(entity: Mapping[str, Any], encoded: bytes) -> str | None:
    """Refuse a span that is not within the text, or cuts a character in two."""
    start, end = entity["offset"], entity["offset"] + entity["length"]
    if start < 0 or entity["length"] <= 0 or 2 * end > len(encoded):
        return f"Bad Request: ENTITY_BOUNDS_INVALID {start}-{end}"
    try:
        encoded[2 * start : 2 * end].decode("utf-16-le")
    except UnicodeDecodeError:
        return f"Bad Request: ENTITY_BOUNDS_INVALID {start}-{end} cuts a character"
    if entity["type"] == "text_link" and not str(entity.get("url", "")).startswith(("http://", "https://")):
        return f"Bad Request: wrong HTTP URL specified: {entity.get('url')}"
    return None

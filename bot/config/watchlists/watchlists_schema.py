"""What watchlists.yaml may say: its keys, their types, limits and defaults.

In: the plain data of a YAML file. Out: a strict pydantic model of it, and the JSON Schema that editors complete and
check from. Nothing is read or substituted here; what one place says about another is the affair of
`bot.config.watchlists.watchlists_file`.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema, model_validator
from pydantic.json_schema import GenerateJsonSchema

from bot.config.watchlists import yaml_values
from bot.model import Follow, FullText, Kind, OutputLayout, Priority
from bot.notify.media import find_media

CLOSED: Final[dict[str, JsonValue]] = {"additionalProperties": False}  # for editors: keys of the pattern only

Text: TypeAlias = Annotated[str, BeforeValidator(yaml_values.text)]
Query: TypeAlias = Annotated[Text, Field(description="A keyword expression: Kremlin, 'A AND B', '\"peace talks\"', …")]
Interval: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(yaml_values.interval),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[smhdw]$"}),
    Field(json_schema_extra={"default": "10m"}),
]
Backlog: TypeAlias = Annotated[
    int | None,
    BeforeValidator(yaml_values.backlog),
    WithJsonSchema({"anyOf": [{"enum": ["none", "all"]}, {"type": "integer", "minimum": 0}]}),
    Field(json_schema_extra={"default": "none"}),
]
Language: TypeAlias = Annotated[
    str, BeforeValidator(yaml_values.language), WithJsonSchema({"type": "string", "pattern": "^[a-z]{2}$"})
]
ChatId: TypeAlias = Annotated[int, BeforeValidator(yaml_values.chat_id)]
WatchlistId: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]
OutputId: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]
HeaderName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]


class Section(BaseModel):
    """One mapping of the file: no other keys, no guessing of types; a key without a value counts as left out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, data: object) -> object:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


class DefaultsSection(Section):
    """What holds where a source or chat says nothing else. Every key may be left out."""

    every: Interval = Field(
        default=timedelta(minutes=10),
        description="How often a source is asked, from 1s to 24h. Quiet ones are asked less often.",
    )
    backlog: Backlog = Field(
        default=0, description="At first sight of a source: tell none of its items, this many, or all."
    )
    full_text: FullText = Field(
        default="matched",
        description="Whose pages are fetched: of items that matched, always of every new item, or never.",
    )
    max_per_hour: int = Field(
        default=30, ge=0, description="Messages to one chat; more are folded into one rolling message. 0 = no limit."
    )
    timezone: Annotated[str, BeforeValidator(yaml_values.timezone)] = Field(
        default="UTC", description="Of the times in alerts, such as Europe/Berlin."
    )
    language: Annotated[
        str, BeforeValidator(yaml_values.own_language), WithJsonSchema({"type": "string", "pattern": "^[a-z]{2}$"})
    ] = Field(default="en", description="Of the bot's own words, such as en.")


class SourceSection(Section):
    """A place to poll."""

    name: Text = Field(description="Unique. Shown in alerts.")
    url: Annotated[str, Field(pattern="^[Hh][Tt][Tt][Pp][Ss]?://"), BeforeValidator(yaml_values.address)] = Field(
        description="A feed, a news sitemap, a page that leads to them, or a channel, account or search as pasted; "
        "http or https. ${NAME} is taken from the environment."
    )
    tags: list[Text] = Field(default=[], description="Words by which watchlists choose sources.")
    every: Interval = Field(default=timedelta(minutes=10), description="Instead of every under defaults.")
    backlog: Backlog = Field(default=0, description="Instead of backlog under defaults.")
    full_text: FullText = Field(default="matched", description="Instead of full_text under defaults.")
    kind: Kind = Field(default="auto", description="What the address is; auto finds out.")
    select: Text = Field(default="", description="For a page: a CSS selector of the article links, such as main h2 a.")
    publisher: Text = Field(default="", description="Who stands behind it. Left out: the domain of the address.")
    proxy: Text = Field(
        default="", description="Address of a proxy, or none. Left out: that of the settings. ${NAME} as in headers."
    )
    headers: dict[HeaderName, str] = Field(
        default={},
        description="Sent with each request to this host; ${NAME} is taken from the environment.",
        json_schema_extra=CLOSED,
    )


class ChatSection(Section):
    """A chat, or one topic of a forum."""

    chat: ChatId
    topic: int | None = Field(default=None, ge=1)


Reader: TypeAlias = Annotated[
    ChatSection,
    BeforeValidator(yaml_values.chat),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer"},
                {
                    "type": "object",
                    "properties": {"chat": {"type": "integer"}, "topic": {"type": "integer", "minimum": 1}},
                    "required": ["chat"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class WatchlistSection(Section):
    """Named queries and where they apply."""

    title: Text = Field(default="", description="The heading of its alerts. Left out: the id.")
    keywords: list[Query] = Field(min_length=1, description="Any of these makes an alert.")
    exclude: list[Query] = Field(default=[], description="None of these may be in the item.")
    sources: list[Text] = Field(default=[], description="Names or tags of sources. Left out: all.")
    languages: list[Language] = Field(
        default=[], description="Of the items, and for the inflection of the keywords. Left out: all."
    )
    priority: Priority = Field(default="normal", description="low: silent. urgent: goes before the others.")
    confirm: int = Field(default=1, ge=1, description="Speak when this many publishers report the story.")
    urgent_at: int = Field(default=0, ge=0, description="Make it urgent when this many publishers do. 0 = never.")
    spike: Annotated[Literal["on", "off"], BeforeValidator(yaml_values.switch)] = Field(
        default="off", description="on: say once when an hour brings far more matches than its last 14 days would."
    )
    follow: Annotated[Follow, BeforeValidator(yaml_values.follow)] = Field(
        default="edits",
        description="Later reports: edits folds them in without a ping, replies answers silently when there is news.",
    )
    deliver_to: list[Reader] = Field(
        default=[], description="Fixed readers, besides those who subscribe: chat numbers, or {chat: …, topic: …}."
    )
    also_to: list[Text] = Field(default=[], description="Ids of outputs that get its alerts as well.")
    only: Annotated[Text, Field(max_length=500)] = Field(
        default="", description="What a story is to be about, in a sentence for the language model, if one is set."
    )


class FileSection(Section):
    """The news sources that Newswatch polls, and the watchlists that people subscribe to."""

    defaults: DefaultsSection = Field(default_factory=DefaultsSection)
    sources: list[SourceSection] = Field(default=[], description="The places to poll.")
    sources_from: list[Text] = Field(
        default=[],
        description="Files with more sources, beside this one: lists of feeds (world.opml) and YAML files that hold "
        "sources; a pattern such as sources/*.yaml names many.",
    )
    watchlists: dict[WatchlistId, WatchlistSection] = Field(
        default={}, description="By id, as in /subscribe ID: up to 32 of a-z, 0-9, _ and -.", json_schema_extra=CLOSED
    )
    # Which keys an output may have depends on the media that there are: see `output_checks`.
    outputs: dict[OutputId, dict[str, Text]] = Field(
        default={},
        description="Ways out besides Telegram, by id; watchlists choose them by also_to.",
        json_schema_extra=CLOSED,
    )


class SourcesSection(Section):
    """A file that `sources_from` names: sources and nothing else."""

    sources: list[SourceSection] = Field(min_length=1, description="As in watchlists.yaml.")


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of names: editors show them instead of the names."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the library's signature
        return False


def _output_schema() -> dict[str, JsonValue]:
    """Return what one output may say: the address of one medium, and what goes with it."""
    media = find_media()
    keys: dict[str, JsonValue] = {name: {"type": "string", "description": one.hint} for name, one in media.items()}
    keys["secret"] = {"type": "string", "description": "What a webhook is signed with: whsec_… or any text. ${NAME}."}
    keys["layout"] = {"enum": list(get_args(OutputLayout)), "default": "full", "description": "How much is told."}
    one_of: list[JsonValue] = [{"required": [name]} for name in media]
    return {"type": "object", "properties": keys, "additionalProperties": False, "oneOf": one_of}


def schema_text() -> str:
    """Return watchlists.schema.json."""
    schema = FileSection.model_json_schema(schema_generator=_Untitled)
    pattern = next(iter(schema["properties"]["outputs"]["patternProperties"]))
    schema["properties"]["outputs"]["patternProperties"][pattern] = _output_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **schema, "title": "watchlists.yaml of Newswatch"}, indent=2, ensure_ascii=False) + "\n"

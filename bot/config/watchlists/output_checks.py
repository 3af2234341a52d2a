"""The outputs of watchlists.yaml: checked, and read.

In: the nodes of the file, and the media that say what their addresses look like. Out: `Findings`, and the outputs with
their variables filled in. No address and no secret is ever repeated in a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast, get_args

import yaml

from bot.config.watchlists.checks import Findings, check_variables, fill_variables, texts
from bot.config.watchlists.yaml_file import child, pairs, reading, shown
from bot.config.watchlists.yaml_values import nearest
from bot.model import Output, OutputLayout
from bot.notify.media import find_media

LAYOUTS = get_args(OutputLayout)
_KEYS = ("secret", "layout")  # beside the address, whose key is the name of the medium


def check_outputs(found: Findings, environ: Mapping[str, str]) -> None:
    """Find outputs that cannot work, those of `also_to` that there are not, and those that nobody uses."""
    outputs = child(found.document.root, "outputs")
    known = {str(key.value) for key, _ in pairs(outputs)}
    used = set[str]()
    for name in _chosen(found.document.root):
        used.add(str(name.value))
        if name.value not in known:
            hint = nearest(str(name.value), known) or "write the id of one under outputs"
            found.wrong(name, f"unknown output '{shown(name.value)}'; {hint}")
    for key, section in pairs(outputs):
        _check_output(found, key, section, environ)
        if key.value not in used:
            found.warn(key, f"no watchlist names '{shown(key.value)}' in its also_to, so nothing goes there")


def _chosen(root: yaml.Node) -> Iterator[yaml.ScalarNode]:
    for _, watchlist in pairs(child(root, "watchlists")):
        yield from texts(child(watchlist, "also_to"))


def _check_output(found: Findings, key: yaml.ScalarNode, section: yaml.Node, environ: Mapping[str, str]) -> None:
    media = find_media()
    names = [*media, *_KEYS]
    unknown = [each for each, _ in pairs(section) if each.value not in names]
    for each in unknown:
        hint = nearest(str(each.value), names) or f"an output has one of {', '.join(media)}, and {', '.join(_KEYS)}"
        found.wrong(each, f"unknown key '{shown(each.value)}'; {hint}")
    layout = child(section, "layout")
    if isinstance(layout, yaml.ScalarNode) and layout.value not in LAYOUTS:
        found.wrong(layout, f"layout: not one of {', '.join(LAYOUTS)}; {nearest(layout.value, LAYOUTS) or 'write one'}")
    addresses = [(str(each.value), value) for each, value in pairs(section) if each.value in media]
    if not addresses and unknown:
        return  # it is one of these
    if len(addresses) != 1:
        say = "no address" if not addresses else "two addresses"
        found.wrong(key, f"'{shown(key.value)}' has {say}; an output has exactly one of {', '.join(media)}")
        return
    name, address = addresses[0]
    secret = child(section, "secret")
    filled = [_fill(found, one, environ) for one in (address, secret)]
    if filled[0] is None or (filled[1] is None and secret is not None):
        return
    medium = media[name]
    if secret is not None and not medium.needs_secret:
        found.wrong(secret, f"secret is for media that sign what they send, and {name} does not; remove it")
    elif secret is None and medium.needs_secret:
        found.wrong(key, f"'secret' is missing: {name} signs what it sends; write secret: ${{NAME}}")
    elif filled[1] and (mistake := medium.find_secret_mistake(filled[1])):
        found.wrong(cast("yaml.Node", secret), f"secret: {mistake}")
    if mistake := medium.find_mistake(filled[0]):
        found.wrong(address, f"{name}: {mistake}")


def _fill(found: Findings, node: yaml.Node | None, environ: Mapping[str, str]) -> str | None:
    """Return a text with its variables; None where there is none, or it is wrong, which is then said."""
    if not isinstance(node, yaml.ScalarNode) or reading(node) is not None or not node.value.strip():
        return None  # what is no text, the schema says
    return fill_variables(node.value, environ).strip() if check_variables(found, node, environ) else None


def read_outputs(sections: Mapping[str, Mapping[str, str]], environ: Mapping[str, str]) -> tuple[Output, ...]:
    """Return the outputs of sections that were found to be right."""
    media = find_media()
    found = []
    for id_, section in sections.items():
        name = next(one for one in section if one in media)
        secret = section.get("secret")
        found.append(
            Output(
                id_,
                name,
                fill_variables(section[name], environ).strip(),
                fill_variables(secret, environ).strip() if secret else None,
                cast("OutputLayout", section.get("layout", "full")),
            )
        )
    return tuple(found)

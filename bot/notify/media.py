"""The media: what each folder of `notify` says about itself, found by looking at the folders.

A folder that has a module `medium` with a MEDIUM in it is a medium. Its name is the name of the folder, and where it
can be an output, the key of its address in watchlists.yaml. Nothing else in the tree knows a medium by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from bot import notify
from bot.model import Output
from bot.ports.output_store import Capabilities, OutputSender, OutputServices


@dataclass(frozen=True, slots=True)
class Medium:
    """One medium. What it finds wrong is said without the address or secret itself."""

    hint: str  # what stands under its key in watchlists.yaml, for editors
    describe: Callable[[str], Capabilities]  # what it can, at an address
    find_mistake: Callable[[str], str | None]  # of an address
    open_sender: Callable[[Output, OutputServices], AbstractAsyncContextManager[OutputSender]]
    needs_secret: bool = False
    find_secret_mistake: Callable[[str], str | None] = lambda _: None


@cache
def find_media() -> Mapping[str, Medium]:
    """Return the media that can be outputs, by name."""
    names = sorted(one.name for one in iter_modules(notify.__path__) if one.ispkg)
    found = (f"{notify.__name__}.{name}.medium" for name in names)
    modules = {one.split(".")[-2]: import_module(one) for one in found if find_spec(one)}
    return {name: module.MEDIUM for name, module in modules.items()}

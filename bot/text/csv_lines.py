"""Lines of CSV that open in any spreadsheet: UTF-8 with its mark, and no text that is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

BOM: Final = "\ufeff"  # by it, spreadsheets know UTF-8
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_FORMULA: Final = re.compile(r"\s*[=+\-@\t\r]")


def csv_line(cells: Sequence[str]) -> str:
    """Return cells as one record; a number stays one."""
    out = io.StringIO()
    csv.writer(out).writerow(list(map(_harmless, cells)))
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell

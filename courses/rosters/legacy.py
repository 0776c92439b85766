"""Reading the binary xls, in a process of its own with bounded memory and time: it cannot be checked beforehand.

Run as a file (`python -I legacy.py ROWS COLUMNS`): the workbook on standard input, JSON on standard output. Knows
nothing of the service.
"""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

MEMORY_BYTES = 1024 * 1024 * 1024
SECONDS = 20


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    rows_most, columns_most = int(sys.argv[1]), int(sys.argv[2])
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    except PasswordError:
        json.dump({"refused": "password"}, sys.stdout)
        return
    names = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    sheet = book.get_sheet_by_name(names[0])
    if sheet.total_height > rows_most or sheet.total_width > columns_most:
        refused = "too_many_rows" if sheet.total_height > rows_most else "too_wide"
        json.dump({"refused": refused}, sys.stdout)
        return
    cells = [
        [row, column, *_plain(value)]
        for row, line in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        for column, value in enumerate(line, start=1)
        if value != ""
    ]
    merged = [[a + 1, b + 1, c + 1, d + 1] for (a, b), (c, d) in sheet.merged_cell_ranges or []]
    others = [name for name in book.sheet_names if name != names[0]]
    json.dump({"cells": cells, "merged": merged, "others": others}, sys.stdout)


def _plain(value: Any) -> tuple[str, bool]:
    """Text, and whether it is a number."""
    if isinstance(value, bool):
        return str(int(value)), False
    if isinstance(value, float):
        return (f"{value:.0f}" if value.is_integer() else repr(value)), True
    if isinstance(value, int):
        return str(value), True
    if isinstance(value, datetime | date):
        return value.isoformat()[:10], False
    return str(value), False


if __name__ == "__main__":
    main()

"""Reading a stranger's workbook, in a process of its own with bounded memory and time: it cannot be checked beforehand.

Run as a file (`python -I sheet.py ROWS COLUMNS`): the workbook on standard input, JSON on standard output. Knows
nothing of the service. A cell is its kind and its text, so that dates and times stay what they were.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineWorkbook

MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 10
CELL_CHARACTERS = 500


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    rows_most, columns_most = int(sys.argv[1]), int(sys.argv[2])
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    if sheet.total_height > rows_most:
        told: dict[str, Any] = {"refused": "too_many_rows"}
    elif sheet.total_width > columns_most:
        told = {"refused": "too_wide"}
    else:
        told = {"rows": [[_told(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]}
    json.dump(told, sys.stdout)


def _told(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return ["text", str(value)]
    if isinstance(value, int | float):
        return ["number", value]
    # A moment is a day as well, so it is asked first.
    for kind, of in (("moment", datetime), ("day", date), ("time", time)):
        if isinstance(value, of):
            return [kind, value.isoformat()]
    return ["text", str(value)[:CELL_CHARACTERS]]


if __name__ == "__main__":
    main()

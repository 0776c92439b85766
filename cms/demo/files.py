"""The editable texts and tables that the demo city is made of."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def table(name: str) -> list[dict[str, str]]:
    """Rows of `data/<name>.csv`, by the headings of its first line."""
    with (HERE / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def facts(name: str) -> dict[str, Any]:
    """`data/<name>.json`."""
    found: dict[str, Any] = json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8"))
    return found


@cache
def course_texts() -> dict[str, dict[str, Any]]:
    """What each course page says, by the course's number; one file of `texts/` for each brand."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((HERE / "texts").glob("*.json")):
        found.update(json.loads(path.read_text(encoding="utf-8")))
    return found

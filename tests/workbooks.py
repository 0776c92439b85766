"""A workbook computed anew, so that a formula is held against what it gives and not against what its file claims.

Knows what our own formulas use: + - * /, INT, SUM and cells of the same sheet. Anything else is an error, which is the
point: a formula that nobody wrote is found.
"""

import ast
import re
from typing import Any

CELL = re.compile(r"\b([A-Z]{1,2})(\d+)\b")
RANGE = re.compile(r"SUM\(([A-Z]{1,2})(\d+):([A-Z]{1,2})(\d+)\)")
ALLOWED = (ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Constant, ast.Call, ast.Name, ast.Load,
           ast.UnaryOp, ast.USub)  # fmt: skip


def formulas(sheet: Any) -> dict[str, str]:
    """Every formula of a sheet that openpyxl read without values."""
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}


def computed(sheet: Any, formula: str) -> float:
    """What it gives, with the formulas that it rests on computed as well."""
    text = RANGE.sub(lambda found: str(_sum(sheet, found)), formula.removeprefix("="))
    text = CELL.sub(lambda found: f"({_value(sheet, found[0])!r})", text)
    tree = ast.parse(text, mode="eval")
    strange = [node for node in ast.walk(tree) if not isinstance(node, ALLOWED)]
    assert strange == [], formula
    return float(eval(compile(tree, "<cell>", "eval"), {"__builtins__": {}, "INT": int}))


def _value(sheet: Any, cell: str) -> float:
    value = sheet[cell].value
    if isinstance(value, str) and value.startswith("="):
        return computed(sheet, value)
    assert value is None or isinstance(value, int | float), (cell, value)
    return value or 0


def _sum(sheet: Any, found: re.Match[str]) -> float:
    first, begin, last, end = found.groups()
    assert first == last, found[0]
    return sum(_value(sheet, f"{first}{row}") for row in range(int(begin), int(end) + 1))

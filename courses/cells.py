"""Text that goes into a spreadsheet by way of a csv file: what a program would compute or round is made inert."""

from typing import Any

FORMULA_BEGINS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
BLANKS = " \t\r\n\f\v\0\u00a0\u3000\ufeff"
# Blanks that some programs skip before they look for a formula.
SKIPPED = ("\t", "\r")
# Digits that a spreadsheet would round or shorten when it reads text.
ROUNDED_FROM = 12


def inert(value: Any) -> Any:
    """Text that a spreadsheet would compute or round gets an apostrophe before it; a name may begin with anything."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    bare = text.lstrip(BLANKS)
    rounded = bare.isdigit() and (len(bare) >= ROUNDED_FROM or (bare.startswith("0") and len(bare) > 1))
    risky = bare.startswith(FORMULA_BEGINS) or text.startswith(SKIPPED)
    return f"'{text}" if risky or rounded else text

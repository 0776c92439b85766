"""What a file holds, before anybody says how it is written: tables, their definitions, and what is left out and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise

Row = TypeVar("Row")
Words = str | Promise
Pair = tuple[Words, Any]


@dataclass(frozen=True)
class Formula:
    """A cell that a spreadsheet computes: nothing but this is ever written as a formula. `value` is what it gives,
    computed here; text and print show it."""

    text: str
    value: int | float
    percent: bool = False


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a form: its heading, how a row gives its cell, and what the word means where that is not plain."""

    title: Words
    value: Callable[[Row], Any]
    about: Words = ""


@dataclass(frozen=True)
class Sheet:
    """A table with lines above and below it. `rows` may be asked for once only."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    head: Sequence[Pair] = ()
    foot: Sequence[Pair] = ()


@dataclass(frozen=True)
class Sealed:
    """What a file of a closed month says in the place of who takes it and when: the close's number and moment."""

    number: str
    at: datetime


@dataclass(frozen=True)
class Book:
    """A whole file. `absent` are columns of the usual form that the service has no facts for, each with the reason;
    `total` is how many rows are to come, as far as known beforehand; `mark` stands over every sheet. One that is
    `sealed` is the same byte for byte whoever takes it and whenever."""

    title: str
    sheets: Sequence[Sheet]
    definitions: Sequence[Pair] = ()
    absent: Sequence[tuple[Words, Words]] = ()
    total: int = 0
    mark: str = ""
    sealed: Sealed | None = None


def sheet_of(
    *,
    name: Words,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    head: Sequence[Pair] = (),
    foot: Sequence[Pair] = (),
) -> Sheet:
    header = [str(column.title) for column in columns]
    return Sheet(str(name), header, ([column.value(row) for column in columns] for row in rows), head, foot)


def meanings(columns: Sequence[Column[Row]]) -> list[Pair]:
    """The definitions of a form's columns, those that say something beyond their heading."""
    return [(column.title, column.about) for column in columns if column.about]

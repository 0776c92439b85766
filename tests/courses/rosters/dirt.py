"""Rosters spoiled at random, each with the cells that must be named: a seed decides everything.

`python -m tests.drill rosters` runs a thousand, the suite twenty.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from courses import rosters
from courses.models import Enrolment, Learner, TrainingClass, User
from courses.people.documents import check_character
from courses.refusals import Refused
from courses.rosters.staging import give_up
from tests.factories import people, sheets
from tests.factories.classes import training_class
from tests.races import Arena, Figures

THIS = "tests.courses.rosters.dirt"
ROSTERS = 1_000
BATCH = 50
Spoil = Callable[[random.Random, list[list[Any]], int], set[str]]


@dataclass
class Dirty:
    """A file, and the addresses of its bad cells (a whole line is its row number alone). `refused`: as a whole."""

    content: bytes
    bad: set[str] = field(default_factory=set)
    refused: bool = False


def _cell(column: str, place: int) -> str:
    return f"{column}{place + 2}"


def rounded(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    number = int(rows[place][4][:15] + "000")
    rows[place][4] = rng.choice([float(number), f"{number:.5E}", str(number)])
    # As text, one number in eleven still ends right: nobody can tell.
    text = str(number)
    harmless = rows[place][4] == text and check_character(text[:17]) == text[17]
    return set() if harmless else {_cell(sheets.NUMBER, place)}


def mistyped(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    number = rows[place][4]
    rows[place][4] = number[:-1] + ("1" if number[-1] != "1" else "2")
    return {_cell(sheets.NUMBER, place)}


def shortened(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    rows[place][4] = rows[place][4][: rng.randrange(1, 18)]
    return {_cell(sheets.NUMBER, place)}


def nameless(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    rows[place][1] = rng.choice([None, " ", "　"])
    return {_cell(sheets.NAME, place)}


def unlisted(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    rows[place][7] = rng.choice(["登记失业", "村民", "=1+1x"])
    return {_cell(sheets.CATEGORY, place)}


def another_day(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    rows[place][5] = rng.choice([40_000, "2001年2月30日", "1950-05-05"])
    return {_cell(sheets.BORN_ON, place)}


def landline(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    rows[place][8] = rng.choice(["0535-6601234", "12345", "一三八"])
    return {_cell(sheets.PHONE, place)}


def formula(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    column = rng.choice([1, 4, 8])
    rows[place][column] = "=A1"
    return {_cell({1: sheets.NAME, 4: sheets.NUMBER, 8: sheets.PHONE}[column], place)}


def twice(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    rows.append(list(rows[place]))
    return {_cell(sheets.NUMBER, len(rows) - 1)}


def day_as_number(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    """Harmless: read as the day it is."""
    rows[place][5] = (date.fromisoformat(rows[place][5]) - date(1899, 12, 30)).days
    return set()


SPOILS: tuple[Spoil, ...] = (
    rounded, mistyped, shortened, nameless, unlisted, another_day, landline, formula, twice, day_as_number,
)  # fmt: skip


def dirty(seed: int) -> Dirty:
    rng = random.Random(seed)
    rows: list[list[Any]] = [list(sheets.person(seed * 40 % 9000 + place)) for place in range(rng.randrange(5, 30))]
    places = rng.sample(range(len(rows)), rng.randrange(1, 4))
    bad: set[str] = set()
    spoilt = [rng.choice(SPOILS) for _place in places]
    for place, spoil in zip(places, spoilt, strict=True):
        bad |= spoil(rng, rows, place)
    form = rng.choice(["xlsx", "xlsx", "utf-8", "gb18030", "broken"])
    if form == "xlsx":
        extra: set[str] = set()
        content = sheets.xlsx(rows, change=lambda page: extra.update(_bend(rng, page, len(rows))))
        return Dirty(content, bad | extra)
    if form == "broken":
        content = sheets.xlsx(rows)
        start = rng.randrange(4, len(content) - 400)
        return Dirty(content[:start] + rng.randbytes(200) + content[start + 200 :], refused=True)
    if formula in spoilt:
        # Text holds no formulas: what begins with = is a name or a number that cannot be.
        bad -= {cell for cell in bad if cell[0] == sheets.NAME}
    texts = [["" if value is None else value for value in row] for row in rows]
    return Dirty(sheets.text(texts, encoding=form), bad)


def run(arena: Arena, *, many: int) -> Figures:
    figures = Figures("rosters")
    crowd, database = arena.crowd, arena.ground.name
    for first in range(0, many, BATCH):
        told = crowd.call(database, f"{THIS}:check", first=first, many=min(BATCH, many - first))
        figures.faults += told["faults"]
        figures.add(rosters=told["rosters"], bad_cells=told["bad_cells"])
    return figures


def check(*, first: int, many: int) -> dict[str, Any]:
    """Inside a process of the crowd: send each roster of these seeds, and say what did not hold."""
    now = datetime.now(UTC)
    sheets.lists()
    a_class, sender = training_class(now=now, seats=100), people.user()
    faults: list[str] = []
    cells = 0
    for seed in range(first, first + many):
        made = dirty(seed)
        cells += len(made.bad)
        faults += faults_of(made, seed=seed, training_class=a_class, by=sender, now=now)
    return {"faults": faults, "rosters": many, "bad_cells": cells}


def faults_of(made: Dirty, *, seed: int, training_class: TrainingClass, by: User, now: datetime) -> list[str]:
    """What of the promise is broken: each bad cell named and no other, and nobody registered or enrolled."""
    before = (Enrolment.objects.count(), Learner.objects.count())
    found = []
    try:
        roster = rosters.receive(
            content=made.content, file_name="", training_class=training_class, consent=True, by=by, now=now
        )
    except Refused as refusal:
        return [] if made.refused else [f"seed {seed}: refused as a whole, {refusal.code}"]
    # Two hundred random bytes may have hit nothing that is read: then it is a roster like any other.
    named = {slip.cell or str(slip.row_no) for slip in rosters.slips(roster=roster)}
    if not made.refused and named != made.bad:
        found.append(f"seed {seed}: named {sorted(named - made.bad)}, missed {sorted(made.bad - named)}")
    if named:
        try:
            rosters.commit(roster=roster, by=by, now=now)
        except Refused:
            pass
        else:
            found.append(f"seed {seed}: imported with bad cells")
    give_up(roster)
    if (Enrolment.objects.count(), Learner.objects.count()) != before:
        found.append(f"seed {seed}: imported in part")
    return found


def _bend(rng: random.Random, page: Any, many: int) -> set[str]:
    """A hidden line or a merged area, or neither."""
    row = rng.randrange(2, many + 1)
    kind = rng.choice(["hidden", "merged", "neither"])
    if kind == "hidden":
        page.row_dimensions[row].hidden = True
        return {str(row)}
    if kind == "merged":
        page.merge_cells(f"H{row}:H{row + 1}")
        return {f"H{row}", f"H{row + 1}"}
    return set()

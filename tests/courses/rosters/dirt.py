"""Rosters spoiled at random: the cells that must be named, and those of people nearly known, who must be asked about; a
seed decides everything.

`python -m tests.drill rosters` runs a thousand, the suite twenty.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from courses import rosters
from courses.models import Enrolment, Learner, RosterImport, TrainingClass, User
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


@dataclass(frozen=True)
class Known:
    """Somebody on record before the roster comes; `phone` is that of their login, where they have one."""

    name: str
    number: str
    born_on: date
    phone: str = ""

    def register(self, now: datetime) -> None:
        people.learner(
            name=self.name, born_on=self.born_on, document=self.number, phone=self.phone,
            sex="1" if int(self.number[16]) % 2 else "2", with_login=bool(self.phone), now=now,
        )  # fmt: skip


@dataclass
class Dirty:
    """A file, who is known before it comes, and the addresses of its bad cells (a whole line is its row number alone)
    and of those that must be asked about. `refused`: as a whole."""

    content: bytes
    bad: set[str] = field(default_factory=set)
    refused: bool = False
    asked: set[str] = field(default_factory=set)
    known: list[Known] = field(default_factory=list)


def _cell(column: str, place: int) -> str:
    return f"{column}{place + 2}"


def rounded(rng: random.Random, rows: list[list[Any]], place: int) -> set[str]:
    number = int(rows[place][4][:15] + "000")
    rows[place][4] = rng.choice([float(number), f"{number:.5E}", str(number)])
    # As text, one number in eleven still ends right: nobody can tell, but by the sex of a man, which is a woman's now.
    text = str(number)
    if rows[place][4] != text or check_character(text[:17]) != text[17]:
        return {_cell(sheets.NUMBER, place)}
    return {_cell(sheets.SEX, place)} if rows[place][2] == "男" else set()


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
    """Text holds no formulas: there it is a name, a number or a phone that cannot be."""
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


@dataclass(frozen=True)
class Akin:
    """A line like that of somebody known: who, and whether its cell is asked about, wrong, or neither."""

    known: Known
    asked: str = ""
    bad: str = ""


Near = Callable[[random.Random, list[Any], int], Akin]
TRADITIONAL = {"刘晓强": "劉曉強", "张国华": "張國華", "陈艳": "陳艷", "孙丽群": "孫麗羣"}


def _slipped(rng: random.Random, name: str) -> str:
    """One character off, missing or too many; of a single one nobody can say what it is near to."""
    place = rng.randrange(len(name))
    shorter = name[:place] + name[place + 1 :]
    return rng.choice([name[:place] + "魁" + name[place + 1 :], shorter if len(shorter) > 1 else name, name + "魁"])


def _held(row: list[Any], name: str) -> Known:
    """The person of the line, on record under another name."""
    return Known(name, row[4], date.fromisoformat(row[5]))


def _under_another(row: list[Any], name: str, *, days: int = 0) -> Known:
    """Who signs in with the phone of the line, by a document of their own; `days` younger."""
    born_on = date.fromisoformat(row[5]) + timedelta(days=days)
    number = people.resident_number(born_on=born_on, serial=int(row[4][14:17]) + 2)
    return Known(name, number, born_on, phone=row[8])


def a_slip_off(rng: random.Random, row: list[Any], place: int) -> Akin:
    row[1] = "欧阳晓波"
    return Akin(_held(row, _slipped(rng, row[1])), asked=_cell(sheets.NAME, place))


def in_other_characters(rng: random.Random, row: list[Any], place: int) -> Akin:
    row[1] = rng.choice(list(TRADITIONAL))
    return Akin(_held(row, TRADITIONAL[row[1]]), asked=_cell(sheets.NAME, place))


def somebody_else(rng: random.Random, row: list[Any], place: int) -> Akin:
    row[1] = "欧阳晓波"
    return Akin(_held(row, "慕容大海"), bad=_cell(sheets.NAME, place))


def by_another_document(rng: random.Random, row: list[Any], place: int) -> Akin:
    row[1] = rng.choice(["欧阳晓波", *TRADITIONAL])
    name = rng.choice([row[1], TRADITIONAL.get(row[1], row[1]), _slipped(rng, row[1])])
    return Akin(_under_another(row, name), asked=_cell(sheets.PHONE, place))


def of_one_family(rng: random.Random, row: list[Any], place: int) -> Akin:
    """Harmless: they share a phone and are told apart by their birth dates."""
    row[1] = "欧阳晓波"
    return Akin(_under_another(row, _slipped(rng, row[1]), days=400))


NEAR: tuple[Near, ...] = (a_slip_off, in_other_characters, somebody_else, by_another_document, of_one_family)


def _near(rng: random.Random, rows: list[list[Any]], seed: int) -> list[Akin]:
    """Up to two lines more, of people whom no other roster names: their days and serial numbers are their own."""
    found = []
    for turn in range(rng.randrange(3)):
        day = seed % ROSTERS * 3 + turn
        born_on = date(1966, 1, 1) + timedelta(days=day)
        row: list[Any] = sheets.person(day, number=people.resident_number(born_on=born_on, serial=day + 500))
        row[8] = f"198{day:08d}"
        rows.append(row)
        found.append(rng.choice(NEAR)(rng, row, len(rows) - 1))
    return found


def dirty(seed: int) -> Dirty:
    rng = random.Random(seed)
    rows: list[list[Any]] = [list(sheets.person(seed * 40 % 9000 + place)) for place in range(rng.randrange(5, 30))]
    places = rng.sample(range(len(rows)), rng.randrange(1, 4))
    bad: set[str] = set()
    spoilt = [rng.choice(SPOILS) for _place in places]
    for place, spoil in zip(places, spoilt, strict=True):
        bad |= spoil(rng, rows, place)
    akin = _near(rng, rows, seed)
    made = _written(rng, rows, bad)
    if made.refused:
        return made
    # Of a line that is wrong in itself nobody is looked up.
    wrong = {_row_of(cell) for cell in made.bad}
    made.asked = {one.asked for one in akin if one.asked and _row_of(one.asked) not in wrong}
    made.bad |= {one.bad for one in akin if one.bad and _row_of(one.bad) not in wrong}
    made.known = [one.known for one in akin]
    return made


def _row_of(cell: str) -> str:
    return cell.lstrip("ABCDEFGHI")


def _written(rng: random.Random, rows: list[list[Any]], bad: set[str]) -> Dirty:
    """As a file, maybe hidden or merged in part, or broken."""
    form = rng.choice(["xlsx", "xlsx", "utf-8", "gb18030", "broken"])
    if form == "xlsx":
        extra: set[str] = set()
        content = sheets.xlsx(rows, change=lambda page: extra.update(_bend(rng, page, len(rows))))
        return Dirty(content, bad | extra)
    if form == "broken":
        content = sheets.xlsx(rows)
        start = rng.randrange(4, len(content) - 400)
        return Dirty(content[:start] + rng.randbytes(200) + content[start + 200 :], refused=True)
    texts = [["" if value is None else value for value in row] for row in rows]
    return Dirty(sheets.text(texts, encoding=form), bad)


def run(arena: Arena, *, many: int) -> Figures:
    figures = Figures("rosters")
    crowd, database = arena.crowd, arena.ground.name
    for first in range(0, many, BATCH):
        told = crowd.call(database, f"{THIS}:check", first=first, many=min(BATCH, many - first))
        figures.faults += told["faults"]
        figures.add(rosters=told["rosters"], bad_cells=told["bad_cells"], asked_cells=told["asked_cells"])
    return figures


def check(*, first: int, many: int) -> dict[str, Any]:
    """Inside a process of the crowd: send each roster of these seeds, and say what did not hold."""
    now = datetime.now(UTC)
    sheets.lists()
    a_class, sender = training_class(now=now, seats=100), people.user()
    faults: list[str] = []
    bad = asked = 0
    for seed in range(first, first + many):
        made = dirty(seed)
        bad, asked = bad + len(made.bad), asked + len(made.asked)
        faults += faults_of(made, seed=seed, training_class=a_class, by=sender, now=now)
    return {"faults": faults, "rosters": many, "bad_cells": bad, "asked_cells": asked}


def faults_of(made: Dirty, *, seed: int, training_class: TrainingClass, by: User, now: datetime) -> list[str]:
    """What of the promise is broken: each bad cell named and no other, each doubtful one asked about and no other, and
    nobody registered or enrolled as long as one of them is left."""
    for one in made.known:
        one.register(now)
    before = (Enrolment.objects.count(), Learner.objects.count())
    try:
        roster = rosters.receive(
            content=made.content, file_name="", training_class=training_class, consent=True, by=by, now=now
        )
    except Refused as refusal:
        return [] if made.refused else [f"seed {seed}: refused as a whole, {refusal.code}"]
    found = [f"seed {seed}: {fault}" for fault in _misnamed(made, roster)]
    if rosters.slips(roster=roster) or rosters.questions(roster=roster):
        try:
            rosters.commit(roster=roster, by=by, now=now)
        except Refused:
            pass
        else:
            found.append(f"seed {seed}: imported with bad cells or questions")
    give_up(roster)
    if (Enrolment.objects.count(), Learner.objects.count()) != before:
        found.append(f"seed {seed}: imported in part")
    return found


def _misnamed(made: Dirty, roster: RosterImport) -> list[str]:
    if made.refused:
        # Two hundred random bytes may have hit nothing that is read: then it is a roster like any other.
        return []
    named = {slip.cell or str(slip.row_no) for slip in rosters.slips(roster=roster)}
    asked = {one.slip.cell for one in rosters.questions(roster=roster)}
    return [
        f"{word} {sorted(told - due)}, missed {sorted(due - told)}"
        for word, told, due in (("named", named, made.bad), ("asked about", asked, made.asked))
        if told != due
    ]


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

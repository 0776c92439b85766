"""One figure everywhere: pages, workbook, letter, API, command and roll-ups against the lines counted anew, and the
lines against the evidence of full chains: difference 0."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from secrets import token_hex
from typing import Any

from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from courses import exports, ledger, tally
from courses.exports import Wanted
from courses.models import CountEntry, District, Line, User
from courses.people import clients
from courses.policy import local_date
from courses.tally.breakdown import names
from courses.tally.cells import LINES
from courses.tally.entries import ONLINE
from tests import ground
from tests.drill.lists import past_the_second_factor
from tests.drill.tally import plant
from tests.races import Arena, Figures

THIS = "tests.drill.agree"
ROWS, CHAINS, ALTERATIONS = 5_000_000, 100_000, 200
WHOLE = "全市"
Cells = dict[tuple[str, str], int]


def run(
    arena: Arena, *, rows: int = ROWS, chains: int = CHAINS, alterations: int = ALTERATIONS, share: float = 1.0
) -> Figures:
    """`share` of the rows and chains, and every alteration."""
    figures, crowd, database = Figures("agree"), arena.crowd, arena.ground.name
    rows, chains = int(rows * share), int(chains * share)
    with ground.fresh() as own:
        planted = crowd.call(own.name, "tests.drill.chains:plant", chains=chains)
        figures.add(chains=chains, **planted)
        told = crowd.call(own.name, "tests.drill.chains:compare")
        altered = crowd.call(own.name, "tests.drill.chains:alter", alterations=alterations)
        figures.add(counted_from_evidence=told["counted"], altered=alterations, found=altered["found"])
        figures.add(check_s=altered["seconds"])
        figures.faults += told["faults"] + altered["faults"]
    figures.add(rows=rows, load_s=round(crowd.call(database, f"{THIS}:load", rows=rows)))
    found = crowd.call(database, f"{THIS}:compare")
    figures.add(compared=found["compared"], differences=len(found["faults"]))
    figures.faults += found["faults"]
    return figures


def this_year() -> int:
    return local_date(datetime.now(UTC)).year


def load(*, rows: int) -> float:
    seconds = plant(rows=rows)
    tally.record_check(differences=0, now=datetime.now(UTC))
    return seconds


def compare() -> dict[str, Any]:
    """Every source's cells beside the lines; how many cells were held against them, and each that differs."""
    compared, faults = 0, []
    for source, told, known in _sources():
        for key in sorted(known.keys() | told.keys()):
            compared += 1
            if known.get(key, 0) != told.get(key, 0):
                faults.append(f"{source} {' '.join(key)}: {told.get(key, 0)}, the lines say {known.get(key, 0)}")
    faults += [f"{row}: {what}" for row, what in ledger.differences()]
    return {"compared": compared, "faults": faults}


def _sources() -> Iterator[tuple[str, Cells, Cells]]:
    now = datetime.now(UTC)
    today, by = local_date(now), User.objects.get(username="drill-city")
    year = today.year
    whole, people = recounted(year, today), heads(year)
    command, api = _command(year), _api(year, now)
    for source, told in (("command", command), ("API", api)):
        yield source, verified_in(told), whole
        yield f"{source} people", {(WHOLE, row["line"]): row["people"] for row in told["lines"]}, people
    with past_the_second_factor():
        client = Client()
        client.force_login(by, backend="allauth.account.auth_backends.AuthenticationBackend")
        yield "page of the year", page_of_year(client, year), whole
        month = {"year": year, "month": today.month}
        yield "page of the month", page_of_month(client, month), whole
        for dimension in tally.By:
            yield f"page by {dimension}", page_by(client, year, dimension), recounted_by(year, dimension)
    for dimension in tally.By:
        yield f"command by {dimension}", _command_by(year, dimension), recounted_by(year, dimension)
    yield from _files(by, month, whole, people, now)


def _files(by: User, month: dict[str, int], whole: Cells, people: Cells, now: datetime) -> Iterator[Any]:
    of_month = recounted(month["year"], local_date(now), month=month["month"])
    given = {
        kind: exports.take(by=by, wanted=Wanted("monthly", kind, month), now=now).file for kind in ("xlsx", "docx")
    }
    with given["xlsx"] as file:  # type: ignore[union-attr]
        book = load_workbook(file, data_only=True)
    yield "workbook", _of_sheet(book["区市"], "累计"), whole
    yield "workbook, month", _of_sheet(book["区市"], "本月"), of_month
    first = {(WHOLE, line.value): row for line, row in zip(LINES, book["月报"].iter_rows(min_row=5), strict=False)}
    yield "workbook people", {key: row[7].value for key, row in first.items()}, people
    with given["docx"] as file:  # type: ignore[union-attr]
        letter = Document(file)
    cells = [[cell.text for cell in row.cells] for row in letter.tables[0].rows][1:]
    for name, own, place in (("letter", whole, 4), ("letter, month", of_month, 3)):
        told = {(row[1], line.value): int(row[place + 5 * at]) for row in cells for at, line in enumerate(LINES)}
        yield name, told, own


# ── The lines, counted anew ───────────────────────────────────────────────────────────────────────────────────────────


def recounted(year: int, today: date, *, month: int | None = None) -> Cells:
    """人次 by the name of the district, and of the whole city, and by line."""
    called = dict(District.objects.values_list("key", "name"))
    rows = CountEntry.objects.filter(year=year, posted_on__lte=today)
    rows = rows if month is None else rows.filter(month=month)
    found: Counter[tuple[str, str]] = Counter()
    for district, line, count in rows.order_by().values_list("district", "line").annotate(Sum("amount")):
        found[called[district], line] += count
        found[WHOLE, line] += count
    return dict(found)


def heads(year: int) -> Cells:
    standing = CountEntry.objects.filter(year=year).order_by().values("person").annotate(told=Sum("amount"))
    return {(WHOLE, line.value): standing.filter(line=line, told__gt=0).count() for line in LINES}


def recounted_by(year: int, by: tally.By) -> Cells:
    """By the name of each value, as the page has it."""
    rows = CountEntry.objects.filter(year=year).order_by()
    if by == tally.By.ONLINE:
        counted = {
            (key, line.value): rows.filter(which, line=line).aggregate(told=Sum("amount", default=0))["told"]
            for key, which in ONLINE.items()
            for line in LINES
        }
    else:
        counted = {
            (str(value), line): count
            for value, line, count in rows.values_list(by.value, "line").annotate(Sum("amount"))
        }
    words = names(by=by, values=sorted({value for value, _line in counted}))
    return {(words[value], line): count for (value, line), count in counted.items() if count}


# ── What each source says ─────────────────────────────────────────────────────────────────────────────────────────────


def _command(*asked: Any) -> Any:
    out = StringIO()
    call_command("tally", *asked, "--json", stdout=out)
    return json.loads(out.getvalue())


def _command_by(year: int, by: tally.By) -> Cells:
    told = _command(year, "--by", by.value)
    return {(row["label"], line.value): row[line.value] for row in told for line in LINES if row[line.value]}


def _api(year: int, now: datetime) -> Any:
    _client, token = clients.issue(by=None, name=token_hex(4), scopes=[clients.Scope.TALLY], now=now)
    return Client().get(f"/api/v1/tally/{year}", headers={"Authorization": f"Bearer {token}"}).json()


def verified_in(told: dict[str, Any]) -> Cells:
    districts = {(row["name"], row["line"]): row["verified"] for row in told["districts"]}
    return districts | {(WHOLE, row["line"]): row["verified"] for row in told["lines"]}


def _rows(client: Client, name: str, asked: dict[str, Any], table: str) -> list[list[str]]:
    page = BeautifulSoup(client.get(reverse(name), asked).content.decode(), "lxml")
    found = page.select_one(table)
    assert found is not None, f"{name} shows no {table}"
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in found.select("tr")]


def _number(text: str) -> int:
    """21,408 / 30,000 as 21408."""
    return int(text.split("/", maxsplit=1)[0].replace(",", "").strip() or 0)


def page_of_year(client: Client, year: int) -> Cells:
    """The league with its last line: after rank and name four cells of each line, the first with its figure."""
    rows = [row for row in _rows(client, "desk_tally", {"year": year}, "table.league") if len(row) > 9]
    return {
        (row[1], line.value): _number(row[2 + 4 * at])
        for row in rows
        if row[2][:1].isdigit()
        for at, line in enumerate(LINES)
    }


def page_of_month(client: Client, month: dict[str, int]) -> Cells:
    """After rank and name four cells of each line, the second with its figure."""
    rows = [row for row in _rows(client, "desk_reports", month, "table.report-table") if len(row) > 9]
    return {
        (row[1], line.value): _number(row[3 + 4 * at])
        for row in rows
        if row[3][:1].isdigit()
        for at, line in enumerate(LINES)
    }


def page_by(client: Client, year: int, by: tally.By) -> Cells:
    rows = _rows(client, "tally_breakdown", {"year": year, "by": by.value}, "table.slices tbody")
    wide = (len(rows[0]) - 1) // len(LINES) if rows else 1
    told = {(row[0], line.value): _number(row[1 + wide * at]) for row in rows for at, line in enumerate(LINES)}
    return {key: count for key, count in told.items() if count}


def _of_sheet(sheet: Any, what: str) -> Cells:
    """The league of the workbook, with what the ledger says of the whole."""
    heading = [cell.value for cell in sheet[4]]
    found = {}
    for row in sheet.iter_rows(min_row=5, values_only=True):
        told = dict(zip(heading, row, strict=True))
        name = {"已核": WHOLE}.get(told["区市"], told["区市"])
        if name not in ("合计", "核对"):
            found |= {(name, line.value): told[f"{Line(line).label}{what}"] for line in LINES}
    return found

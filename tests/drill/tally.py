"""The tally over a ledger of millions of lines: every page as people ask for it, and the bare look-up beside it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from courses import tally
from courses.models import District, Line, Post, Target, User
from courses.policy import local_date
from courses.tally.cells import LINES
from tests.bench import tally as bench
from tests.drill.lists import Question, measured, past_the_second_factor
from tests.factories import catalogue, people
from tests.races import Arena, Figures

THIS = "tests.drill.tally"
ROWS = 5_000_000
ROUNDS = 20
MOST_MS = 300
# Issue of the year's figures: the dials, the league and the curve together, against the one look-up they cannot spare.
MOST_RATIO = 1.5
DISTRICTS, INSTITUTIONS = 14, 60
PAGE_FAR_DOWN = 400


def run(arena: Arena, *, rows: int = ROWS, rounds: int = ROUNDS, timed: bool = True) -> Figures:
    figures, crowd, database = Figures("tally"), arena.crowd, arena.ground.name
    figures.add(rows=rows, load_s=round(crowd.call(database, f"{THIS}:plant", rows=rows)))
    for line in crowd.call(database, f"{THIS}:ask", rounds=rounds):
        label = f"{line['who']} {line['list']}"
        figures.add(**{f"{label} queries": line["queries"]})
        if line["status"] != 200:
            figures.faults.append(f"{label}: answered {line['status']}")
        if timed:
            figures.add(**{f"{label} p50": line["p50"], f"{label} p95": line["p95"]})
            if line["p95"] > MOST_MS:
                figures.faults.append(f"{label}: {line['p95']} ms at the 95th of 100, {MOST_MS} at most")
    found = crowd.call(database, "tests.bench.tally:measure")
    if timed:
        figures.add(**{name: round(value, 2) for name, value in found.items()})
        if found["ratio"] > MOST_RATIO:
            figures.faults.append(f"{found['ratio']:.2f} times the bare look-up, {MOST_RATIO} at most")
    return figures


def plant(*, rows: int) -> float:
    """A city with its targets and officers, and the ledger; gives the seconds of the load."""
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=300)
    catalogue.policy()
    where = [catalogue.district(f"d{number}", f"区{number}", "") for number in range(DISTRICTS)]
    for number in range(INSTITUTIONS):
        catalogue.institution(f"J{number:03d}", f"学校{number}", where[number % DISTRICTS])
    catalogue.kind("skill", line="skills")
    catalogue.kind("syb", line="entrepreneurship", module="syb", name="SYB", letter="S")
    year = local_date(now).year
    for line in LINES:
        Target.objects.create(year=year, line=line, amount=rows // 4, source="演练", at=long_ago)
        for district in where:
            Target.objects.create(
                year=year, line=line, district=district, amount=rows // 4 // DISTRICTS, source="演练", at=long_ago
            )
    people.staff(role=Post.Role.CITY, now=long_ago, username="drill-city")
    people.staff(role=Post.Role.DISTRICT, now=long_ago, username="drill-district", district=where[0])
    return bench.load(rows=rows)


def questions(who: str) -> list[Question]:
    year = str(local_date(datetime.now(UTC)).year)

    def get(name: str, **query: str) -> Question:
        label = f"{name}?{'&'.join(f'{key}={value}' for key, value in query.items())}"
        return Question(label, lambda client: client.get(reverse(name), {"year": year, **query}))

    found = [
        get("desk_tally"),
        get("tally_entries"),
        get("tally_entries", line=Line.SKILLS.value),
        get("tally_entries", line=Line.SKILLS.value, page=str(PAGE_FAR_DOWN)),
        get("tally_entries", sex="1", page=str(PAGE_FAR_DOWN)),
        get("tally_entries", occupation="trade-7", line=Line.SKILLS.value),
        get("tally_entries", institution="J000", page="7"),
    ]
    found += [get("tally_breakdown", by=by.value) for by in tally.By]
    return [*found, get("tally_entries", district=District.objects.order_by("pk")[0].key, month="3")]


def ask(*, rounds: int) -> list[dict[str, Any]]:
    told = []
    with past_the_second_factor():
        for who in ("city", "district"):
            client = Client(raise_request_exception=False)
            client.force_login(
                User.objects.get(username=f"drill-{who}"), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            told += [{"who": who, **measured(client, question, rounds)} for question in questions(who)]
    return told

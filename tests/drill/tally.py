"""The tally over a ledger of millions of lines: every page as people ask for it, the bare look-up beside it, and the
pages that are looked at most in a browser: from the press to the drawn page."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from courses import tally
from courses.models import District, Line, Post, Target, User
from courses.policy import local_date
from courses.tally.cells import LINES
from lms import memory
from tests import lines
from tests.bench import plant as bench_plant
from tests.drill.lists import Question, measured, past_the_second_factor
from tests.factories import catalogue, people
from tests.races import Arena, Figures
from tests.served import Served

THIS = "tests.drill.tally"
ROWS = 5_000_000
ROUNDS = 20
MOST_MS = 300
# Issue of the year's figures: the dials, the league and the curve together, against the one look-up they cannot spare.
MOST_RATIO = 1.5
DISTRICTS, INSTITUTIONS = 14, 60
PAGE_FAR_DOWN = 400
# Dials, curves and league; one breakdown; the rows behind a figure and behind a district's.
LOOKED_AT = {
    "dials and league": "/desk/tally/",
    "breakdown": "/desk/tally/breakdown/?by=age_band",
    "drill-down": "/desk/tally/entries/",
    "drill-down far": f"/desk/tally/entries/?line=skills&page={PAGE_FAR_DOWN}",
}
# Told by the page itself: the second frame after it was loaded, since the press.
WHEN_DRAWN = """addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(
  () => { window.drawnAfter = performance.now() })))"""
PATIENCE_MS = 60_000


def run(arena: Arena, *, rows: int = ROWS, rounds: int = ROUNDS, timed: bool = True) -> Figures:
    figures, crowd, database = Figures("tally"), arena.crowd, arena.ground.name
    figures.add(rows=rows, load_s=round(crowd.call(database, f"{THIS}:plant", rows=rows)))
    for line in crowd.call(database, f"{THIS}:ask", rounds=rounds if timed else 0):
        label = f"{line['who']} {line['list']}"
        figures.add(**{f"{label} queries": line["queries"]})
        if line["status"] != 200:
            figures.faults.append(f"{label}: answered {line['status']}")
        if timed:
            figures.add(**{f"{label} p50": line["p50"], f"{label} p95": line["p95"]})
            if line["p95"] > MOST_MS:
                figures.faults.append(f"{label}: {line['p95']} ms at the 95th of 100, {MOST_MS} at most")
    _in_browser(arena, figures, rounds=rounds, timed=timed)
    found = crowd.call(database, "tests.bench.tally:measure")
    if timed:
        figures.add(**{name: round(value, 2) for name, value in found.items()})
        if found["ratio"] > MOST_RATIO:
            figures.faults.append(f"{found['ratio']:.2f} times the bare look-up, {MOST_RATIO} at most")
    return figures


def _in_browser(arena: Arena, figures: Figures, *, rounds: int, timed: bool) -> None:
    from tests.journeys.browser import NAMES

    if not (os.environ.get("CHROMIUM") or any(map(shutil.which, NAMES))):
        print("  no Chromium was found: the time to the drawn page is not measured")
        return
    session = arena.crowd.call(arena.ground.name, f"{THIS}:session", username="drill-city")
    environment = arena.ground.environment("lms.settings.test")
    with Served("lms.wsgi", environment, folder=Path(arena.ground.folder), processes=1) as web:
        web.wait()
        # On a thread of its own: a process that runs browser tests has a loop of theirs on the main one.
        with ThreadPoolExecutor(1) as alone:
            found = alone.submit(_drawn, web.origin, session, rounds if timed else 1).result()
    for label, took in found.items():
        if not timed:
            continue
        p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
        figures.add(**{f"drawn {label} p50": round(median(took), 1), f"drawn {label} p95": round(p95, 1)})
        if p95 > MOST_MS:
            figures.faults.append(f"{label}: drawn in {p95:.0f} ms at the 95th of 100, {MOST_MS} at most")


def _drawn(origin: str, session: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from the press to the drawn page, sorted; the first round fills the browser and is forgotten."""
    from playwright.sync_api import sync_playwright

    from tests.journeys.browser import DESK, launch

    found: dict[str, list[float]] = {label: [] for label in LOOKED_AT}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(viewport=DESK, locale="zh-CN")
        context.add_cookies([{"name": "sessionid", "value": session, "url": origin}])
        context.add_init_script(WHEN_DRAWN)
        page = context.new_page()
        for number in range(rounds + 1):
            for label, path in LOOKED_AT.items():
                answer = page.goto(f"{origin}{path}", timeout=PATIENCE_MS)
                if answer is None or answer.status != 200 or page.locator("main h1").count() != 1:
                    raise RuntimeError(f"{path} was not shown")
                while (after := page.evaluate("window.drawnAfter")) is None:
                    page.wait_for_timeout(10)
                if number:
                    found[label].append(after)
        browser.close()
    return {label: sorted(took) for label, took in found.items()}


def session(*, username: str) -> str:
    """A session that has proved its second factor."""
    user = User.objects.get(username=username)
    store = import_module(settings.SESSION_ENGINE).SessionStore(bench_plant.session(user))
    store["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    store.save()
    return str(store.session_key)


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
    return lines.load(rows=rows)


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
    # As deploy/gunicorn.conf.py does before it serves: the collector's walk over what is loaded falls into no request.
    memory.settle()
    with past_the_second_factor():
        for who in ("city", "district"):
            client = Client(raise_request_exception=False)
            client.force_login(
                User.objects.get(username=f"drill-{who}"), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            told += [{"who": who, **measured(client, question, rounds)} for question in questions(who)]
    return told

"""Numbers that count up: classes of one district are planned, and institutions entered, at the same moment."""

import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from courses import classes, institutions
from courses.classes import ClassFacts, planning
from courses.institutions import Facts
from courses.models import Course, District, Institution, User
from courses.people.credit_codes import credit_check_character
from tests.factories import catalogue, people
from tests.factories.classes import plans
from tests.races import Arena, Figures, latency, raised

THIS = "tests.races.numbers"
CONTENDERS = 100
ROUNDS = 50


def run(arena: Arena, *, rounds: int, contenders: int = CONTENDERS) -> Figures:
    figures, answers, told = Figures("numbers"), [], []
    crowd, database = arena.crowd, arena.ground.name
    for _ in range(rounds):
        planted = crowd.call(database, f"{THIS}:plant")
        heard = crowd.race(database, f"{THIS}:contend", [{**planted, "serial": place} for place in range(contenders)])
        answers += heard
        told += [answer.value for answer in heard if not answer.raised]
        figures.faults += raised(heard)
        figures.add(rounds=1, contenders=contenders)
    figures.faults += faults(told, rounds * contenders)
    figures.numbers |= latency(answers)
    return figures


def plant() -> dict[str, Any]:
    """The names of a round differ from those of the rounds before."""
    catalogue.policy()
    number = User.objects.count()
    return {
        "round_no": number,
        "course_id": catalogue.course().pk,
        "district_id": catalogue.district().pk,
        "institution_id": catalogue.institution("Z900").pk,
        "by_id": people.user(username=f"planner{number}").pk,
    }


def contend(*, round_no: int, course_id: int, district_id: int, institution_id: int, by_id: int, serial: int) -> str:
    """Even places plan a class, odd ones enter an institution."""
    now, by, district = datetime.now(UTC), User.objects.get(pk=by_id), District.objects.get(pk=district_id)
    school = Institution.objects.select_related("kind").get(pk=institution_id)
    if serial % 2:
        code = f"91370600MA{round_no % 1000:03d}{serial:04d}"
        return institutions.register(
            by=by,
            credit_code=code + credit_check_character(code),
            facts=Facts(f"第 {serial} 职业培训学校", district, school.kind, "迎春大街 1 号"),
            now=now,
        ).number
    return classes.plan(
        by=by,
        institution=school,
        facts=ClassFacts(
            course=Course.objects.select_related("kind").get(pk=course_id),
            district=district,
            venue=None,
            room="",
            seats=10,
        ),
        lessons=plans(first=now + timedelta(days=9), lessons=1),
        now=now,
    ).number


def faults(told: list[str], contenders: int) -> list[str]:
    found = [] if len(set(told)) == len(told) else ["one number was given twice"]
    if len(told) != contenders:
        found.append(f"{contenders - len(told)} of {contenders} got none")
    return found


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

RIVALS = 4
_all_have_read = threading.Barrier(RIVALS)
_module: Any = planning
_own = (_module.next_in_series, _module.transaction)


def unprotect() -> None:
    """The highest number and one, as read; without the one statement and its transaction."""
    _module.next_in_series = _read_then_write
    _module.transaction = SimpleNamespace(atomic=nullcontext)


def protect() -> None:
    """The process serves other races after this one."""
    _module.next_in_series, _module.transaction = _own


def _read_then_write(*, key: str, above: int) -> int:
    _all_have_read.wait(timeout=30)
    return above + 1

"""Two prints of one lesson, signed by the same people and confirmed at the same moment: each counts once."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count

from courses.attendance import paper
from courses.attendance.paper import confirming
from courses.models import Evidence, PaperEntry, PaperLine, User
from tests.factories import classes, crowds, people

THIS = "tests.races.papers"
SIGNED = 4


def plant() -> list[dict[str, Any]]:
    """A lesson that is over, and two entries that say the same of everybody but the minute."""
    now = datetime.now(UTC)
    before = now - timedelta(days=3)
    signed = crowds.learners(count=SIGNED, now=before)
    class_of = crowds.class_of(people=signed, now=before, first=now - timedelta(hours=8))
    lesson, trainer = classes.first_lesson(class_of), people.user()
    return [_entered(lesson, trainer, minutes, now) for minutes in (0, 5)]


def _entered(lesson: Any, trainer: User, minutes: int, now: datetime) -> dict[str, Any]:
    sheet = paper.print_sign_in(by=trainer, lesson=lesson, now=lesson.starts_at)
    entry = PaperEntry.objects.create(number=f"N{minutes}{lesson.pk}", sheet=sheet, entered_by=trainer, entered_at=now)
    came = lesson.starts_at + timedelta(minutes=minutes)
    PaperLine.objects.bulk_create(
        PaperLine(entry=entry, row=row, came_at=came, left_at=lesson.ends_at) for row in sheet.rows.all()
    )
    return {"entry_id": entry.pk, "officer_id": people.user().pk}


def contend(*, entry_id: int, officer_id: int) -> int:
    entry = PaperEntry.objects.select_related("sheet__lesson").get(pk=entry_id)
    everybody = set(range(1, SIGNED + 1))
    return paper.confirm(by=User.objects.get(pk=officer_id), entry=entry, positions=everybody, now=datetime.now(UTC))


def twice(*, entry_id: int) -> int:
    """How often somebody came or left more than once, by paper."""
    own = Evidence.objects.filter(lesson__paper_sheets__entries=entry_id, kind=Evidence.Kind.PAPER).order_by()
    return own.values("learner", "direction").annotate(times=Count("pk")).filter(times__gt=1).count()


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_own = (confirming._hold, confirming._facts)


def unprotect() -> None:
    """Nobody is held, and both have begun before either has written."""
    assert connection.vendor == "postgresql"

    def facts(*given: Any) -> Any:
        found = _own[1](*given)
        time.sleep(0.2)
        return found

    confirming._hold, confirming._facts = lambda *_given: None, facts


def protect() -> None:
    """The process serves other races after this one."""
    confirming._hold, confirming._facts = _own

"""Rooms of the demo city that an inspector came into, and the cards that came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.demo.history import Staged
from cms.demo.timetable import office_hours
from courses import attendance, supervision
from courses.models import Card, Lesson, RoomCheck, RoomCount, User
from courses.supervision import Inspected, cards
from courses.supervision.cards import Proposal

FACTS = "抽查末次课，签到 %(here)s 人，教室里清点 %(found)s 人，低于%(least)s。"
FOUND = "签到在场 %(here)s 人，清点 %(found)s 人，其余说不清去向。"
HANDLING = "当场告知机构负责人，三日内书面说明。"
OBJECTION = "当天有学员在隔壁实训车间上机，没有数进去，附车间的签到。"
# The last of them waits for the visitor.
RED_CLASS, YELLOW_CLASS = 17, 23


def show_cards(counted: Sequence[Staged], *, staff: dict[str, User], now: datetime) -> None:
    """A red card, a yellow one that its institution objects to, and one that nobody has decided on yet."""
    red, yellow = (counted[place % len(counted)] for place in (RED_CLASS, YELLOW_CLASS))
    by = staff["demo-inspector"]
    card, at = _proposed(red, Card.Colour.RED, percent=66, least="八成", by=by, now=now)
    cards.confirm(by=staff["bureau-15"], card=card, now=at)
    card, at = _proposed(yellow, Card.Colour.YELLOW, percent=87, least="九成", by=by, now=now)
    cards.confirm(by=staff["bureau-15"], card=card, now=at)
    cards.object_to(by=yellow.office.institution, card=card, text=OBJECTION, now=at + timedelta(minutes=30))
    others = [one for one in counted if one not in (red, yellow)]
    _proposed(others[-1], Card.Colour.YELLOW, percent=84, least="九成", by=by, now=now)


def _proposed(
    one: Staged, colour: Card.Colour, *, percent: int, least: str, by: User, now: datetime
) -> tuple[Card, datetime]:
    """After heads were counted in the last lesson: fewer than had scanned. Gives when another may decide on it."""
    row = one.run.row
    last = row.lessons.select_related("training_class").order_by("starts_at").last()
    assert last is not None
    here = last.attendance.filter(in_at__isnull=False).count()
    found = here * percent // 100
    told = {"here": here, "found": found, "least": least}
    check = _checked(last, found, here, FOUND % told, by)
    proposal = Proposal(colour, Card.Reason.ATTENDANCE, FACTS % told, training_class=row, room_check=check)
    at = min(office_hours(last.ends_at + timedelta(minutes=20)), now - timedelta(hours=2))
    card = cards.propose(by=by, institution=row.institution, proposal=proposal, now=at)
    return card, min(office_hours(at + timedelta(hours=1)), now - timedelta(hours=1))


def _checked(lesson: Lesson, found: int, here: int, words: str, by: User) -> RoomCheck:
    """The count as it was made while the lesson went on, which its own door would not take any more."""
    at = lesson.starts_at + timedelta(minutes=40)
    members = list(attendance.current_members(training_class=lesson.training_class).values_list("number", flat=True))
    RoomCount.objects.create(
        lesson=lesson, counted=found, register_here=here, register_awaiting=0, due=len(members), by=by, at=at
    )
    inspected = Inspected(
        RoomCheck.Conclusion.SERIOUS if found * 10 < here * 8 else RoomCheck.Conclusion.MEND,
        absent=members[: len(members) - found], teacher_matches=True, course_matches=True, found=words,
        handling=HANDLING,
    )  # fmt: skip
    return supervision.record_check(by=by, lesson=lesson, inspected=inspected, now=at + timedelta(minutes=10))

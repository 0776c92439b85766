"""Whether an institution may teach something on a date, who teaches for it, and whether its cards block it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from courses import policy as policies
from courses.models import (
    Card,
    Course,
    Institution,
    RegisteredProgramme,
    RegisteredTrade,
    RegisteredTrainer,
    Registration,
    User,
)
from courses.policy import Policy


@dataclass(frozen=True)
class Block:
    """Cards of one calendar year that block an institution up to `until`; `red` and `yellow` are those still shown."""

    year: int
    red: int
    yellow: int
    until: date


@dataclass(frozen=True)
class File:
    """What stands in the version of an institution's file that holds; who has no approved file has an empty one."""

    trades: list[RegisteredTrade] = field(default_factory=list)
    programmes: list[RegisteredProgramme] = field(default_factory=list)
    trainers: list[RegisteredTrainer] = field(default_factory=list)


def in_force(*, institution: Institution) -> Registration | None:
    """The version that holds: the latest approved one."""
    approved = Registration.objects.filter(institution=institution, status=Registration.Status.APPROVED)
    return approved.select_related("kind", "district").order_by("-version").first()


def files_in_force(*, institutions: Iterable[int]) -> dict[int, File]:
    """The version that holds, by institution; those without an approved file are left out. Four statements."""
    approved = Registration.objects.filter(institution__in=set(institutions), status=Registration.Status.APPROVED)
    latest = dict(approved.order_by("version").values_list("institution_id", "pk"))
    of = {registration: institution for institution, registration in latest.items()}
    found = {institution: File() for institution in latest}
    for trade in RegisteredTrade.objects.filter(registration__in=of):
        found[of[trade.registration_id]].trades.append(trade)
    for programme in RegisteredProgramme.objects.filter(registration__in=of):
        found[of[programme.registration_id]].programmes.append(programme)
    for trainer in RegisteredTrainer.objects.filter(registration__in=of).defer("certificate_number"):
        found[of[trainer.registration_id]].trainers.append(trainer)
    return found


def certificates_of(*, trainers: Iterable[RegisteredTrainer], trainer: User) -> list[RegisteredTrainer]:
    """Those that were registered for this account. A name proves nothing: two people may share one, so that a
    certificate registered without an account lets nobody teach."""
    return [one for one in trainers if one.login_id == trainer.pk]


def certified_until(*, certificates: Iterable[RegisteredTrainer], occupation: int | None) -> date | None:
    """The last day of those that let teach the occupation (by id), the latest of several; None where none does.

    One without an occupation is for any; a course without one may be taught with any.
    """
    fits = (one.valid_until for one in certificates if occupation is None or one.occupation_id in (None, occupation))
    return max(fits, default=None)


def covers(*, file: File, course: Course, first: date, last: date) -> bool:
    """Whether what the file registers holds for the course from the first to the last day.

    A course with an occupation and a level wants that trade; a higher level does not cover a lower one: each is
    registered by itself. A course without an occupation (专项职业能力) or without a level (创业培训) wants its kind.
    """
    rows: list[RegisteredTrade | RegisteredProgramme]
    if course.occupation_id and course.level_id:
        wanted = (course.occupation_id, course.level_id)
        rows = [one for one in file.trades if (one.occupation_id, one.level_id) == wanted]
    else:
        rows = [one for one in file.programmes if one.kind_id == course.kind_id]
    return any(one.holds(first) and one.holds(last) for one in rows)


def may_teach(*, institution: Institution, course: Course, on: date) -> bool:
    """`covers` for the version of an institution's file that holds."""
    file = files_in_force(institutions=[institution.pk]).get(institution.pk, File())
    return covers(file=file, course=course, first=on, last=on)


def blocked(*, institution: Institution, on: date) -> Block | None:
    return blocks(institutions=[institution.pk], on=on, policy=policies.current(on=on)).get(institution.pk)


def cards_of_year(*, institution: Institution, on: date) -> tuple[int, int]:
    """How many red and how many yellow cards of this calendar year count against an institution."""
    days = (date(on.year, 1, 1), on)
    shown = Card.objects.filter(Card.STANDS, institution=institution, shown_on__range=days)
    colours = Counter(shown.values_list("colour", flat=True))
    return colours[Card.Colour.RED.value], colours[Card.Colour.YELLOW.value]


def blocks(*, institutions: Iterable[int], on: date, policy: Policy) -> dict[int, Block]:
    """2 red or 3 yellow cards shown in a calendar year block an institution for the rest of it and the next one.

    Cards that were withdrawn or that nobody confirmed, and those shown after the date, do not count. One statement.
    """
    shown = Card.objects.filter(
        Card.STANDS,
        institution__in=set(institutions),
        shown_on__gte=date(on.year - 1, 1, 1),
        shown_on__lte=on,
    ).values_list("institution_id", "colour", "shown_on")
    cards = Counter((institution, day.year, colour) for institution, colour, day in shown if day is not None)
    found: dict[int, Block] = {}
    for institution, year, _colour in sorted(cards):
        red, yellow = (cards[institution, year, colour.value] for colour in (Card.Colour.RED, Card.Colour.YELLOW))
        if red >= policy.cards_red_block or yellow >= policy.cards_yellow_block:
            found[institution] = Block(year, red, yellow, until=date(year + 1, 12, 31))
    return found

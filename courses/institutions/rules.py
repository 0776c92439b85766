"""Whether an institution may teach something on a date, and whether its cards block it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from courses import policy as policies
from courses.models import Card, Institution, Occupation, RegisteredTrade, Registration, SkillLevel
from courses.policy import Policy


@dataclass(frozen=True)
class Block:
    """Cards of one calendar year that block an institution up to `until`; `red` and `yellow` are those still shown."""

    year: int
    red: int
    yellow: int
    until: date


def in_force(*, institution: Institution) -> Registration | None:
    """The version that holds: the latest approved one."""
    approved = Registration.objects.filter(institution=institution, status=Registration.Status.APPROVED)
    return approved.select_related("kind").order_by("-version").first()


def trades_in_force(*, institutions: Iterable[int]) -> dict[int, list[RegisteredTrade]]:
    """The trades of the version that holds, by institution; who has no approved file has none. Two statements."""
    approved = Registration.objects.filter(institution__in=set(institutions), status=Registration.Status.APPROVED)
    latest = dict(approved.order_by("version").values_list("institution_id", "pk"))
    of = {registration: institution for institution, registration in latest.items()}
    found: dict[int, list[RegisteredTrade]] = {institution: [] for institution in latest}
    for trade in RegisteredTrade.objects.filter(registration__in=of):
        found[of[trade.registration_id]].append(trade)
    return found


def covers(*, trades: Iterable[RegisteredTrade], occupation: int | None, level: int | None, on: date) -> bool:
    """Whether the occupation at this level, both by id, stands among the trades on that date.

    A course without an occupation (专项职业能力) or without a level (创业培训) is bound to no trade. A higher level does not
    cover a lower one: each is registered by itself.
    """
    if occupation is None or level is None:
        return True
    return any(
        (trade.occupation_id, trade.level_id) == (occupation, level) and trade.valid_from <= on <= trade.valid_until
        for trade in trades
    )


def may_teach(*, institution: Institution, occupation: Occupation | None, level: SkillLevel | None, on: date) -> bool:
    """`covers` for the version of an institution's file that holds."""
    trades = trades_in_force(institutions=[institution.pk]).get(institution.pk, [])
    wanted = (occupation.pk if occupation else None, level.pk if level else None)
    return covers(trades=trades, occupation=wanted[0], level=wanted[1], on=on)


def blocked(*, institution: Institution, on: date) -> Block | None:
    return blocks(institutions=[institution.pk], on=on, policy=policies.current(on=on)).get(institution.pk)


def blocks(*, institutions: Iterable[int], on: date, policy: Policy) -> dict[int, Block]:
    """2 red or 3 yellow cards shown in a calendar year block an institution for the rest of it and the next one.

    Withdrawn cards and cards shown after the date do not count. One statement.
    """
    shown = Card.objects.filter(
        institution__in=set(institutions),
        withdrawn_at__isnull=True,
        shown_on__gte=date(on.year - 1, 1, 1),
        shown_on__lte=on,
    ).values_list("institution_id", "colour", "shown_on")
    cards = Counter((institution, day.year, colour) for institution, colour, day in shown)
    found: dict[int, Block] = {}
    for institution, year, _colour in sorted(cards):
        red, yellow = (cards[institution, year, colour.value] for colour in (Card.Colour.RED, Card.Colour.YELLOW))
        if red >= policy.cards_red_block or yellow >= policy.cards_yellow_block:
            found[institution] = Block(year, red, yellow, until=date(year + 1, 12, 31))
    return found

"""跟踪服务: what became of those who completed, asked some months after their class by the institution that taught it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit, turns
from courses import policy as policies
from courses.models import Completion, FollowUp, User
from courses.people.credit_codes import normalise_credit_code
from courses.people.learners import reveal
from courses.people.numbers import fresh
from courses.refusals import Refused

Outcome = FollowUp.Outcome
BATCH = 500
PEOPLE = Count("completion__enrolment__learner", distinct=True)
TEXT_MAX, EMPLOYER_MAX, JOBS_MAX = 200, 60, 9999


class FollowUpRefusal(StrEnum):
    NOT_OPEN = "not_open"
    OUTCOME_MISSING = "outcome_missing"
    EMPLOYER_MISSING = "employer_missing"
    WRONG_DATE = "wrong_date"
    WRONG_JOBS = "wrong_jobs"


class FollowUpRefused(Refused):
    sentences = {
        FollowUpRefusal.NOT_OPEN: _("没有保存。这次回访还没到时间，或者已经过期，请刷新后再看。"),
        FollowUpRefusal.OUTCOME_MISSING: _("没有保存。请选现在的情况，联系不上也请选上。"),
        FollowUpRefusal.EMPLOYER_MISSING: _("没有保存。已就业或已创业的，请写单位或企业名称。"),
        FollowUpRefusal.WRONG_DATE: _("没有保存。注册日期请填今天或以前的日期，例如 2026-05-08。"),
        FollowUpRefusal.WRONG_JOBS: _("没有保存。带动就业人数请填 0 到 9999 的整数。"),
    }


@dataclass(frozen=True)
class Said:
    """What a learner said; `registered_on` and `jobs` are of a business alone."""

    outcome: str
    employer: str = ""
    credit_code: str = ""
    registered_on: date | None = None
    jobs: int | None = None
    wants: str = ""


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plan_due(*, now: datetime) -> int:
    """Give each approved completion its moments of asking, as the policy of its class says, but for those of erased
    learners; gives how many were added.

    A moment stays open until the next one, the last for `follow_up_days`.
    """
    added = after = 0
    while rows := list(_unplanned(after)[:BATCH]):
        made = [one for row in rows for one in _moments(row, now)]
        FollowUp.objects.bulk_create(made, ignore_conflicts=True)
        added += len(made)
        after = rows[-1].pk
    return added


def _unplanned(after: int) -> QuerySet[Completion]:
    approved = Completion.objects.filter(
        status=Completion.Status.APPROVED, pk__gt=after, enrolment__learner__erased_at__isnull=True
    )
    planned = FollowUp.objects.filter(completion=OuterRef("pk"))
    return approved.exclude(Exists(planned)).select_related("enrolment__training_class").order_by("pk")


def _moments(completion: Completion, now: datetime) -> list[FollowUp]:
    training_class = completion.enrolment.training_class
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    opens = [_start_of(months_after(training_class.ends_on, one)) for one in policy.follow_up_months]
    closes = [*opens[1:], *(last + timedelta(days=policy.follow_up_days) for last in opens[-1:])]
    return [
        FollowUp(
            code=fresh(prefix="", length=26), completion=completion, months=one,
            opens_at=since, closes_at=until, planned_at=now,
        )
        for one, since, until in zip(policy.follow_up_months, opens, closes, strict=True)
    ]  # fmt: skip


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=policies.CITY_TIME)


def number_to_call(*, by: User, follow_up: FollowUp, now: datetime) -> str:
    """The learner's whole phone, of a merged record the surviving one's; logged with its reason and counted like any
    look at one.

    Refused with FollowUpRefused while nobody is to be asked, with RevealRefused beyond the day's limit.
    """
    _refuse_closed(follow_up, now)
    learner = follow_up.completion.enrolment.learner.surviving
    reason = str(_("跟踪服务，结业后 %(months)s 个月") % {"months": follow_up.months})
    return reveal(by=by, learner=learner, field="phone", reason=reason, now=now)


def enter(*, by: User, follow_up: FollowUp, said: Said, now: datetime) -> FollowUp:
    """Keep what became of a learner; a later entry takes the place of an earlier one while it is open.

    Refused with FollowUpRefused: not open, no outcome, a working person without a place of work, a date that is to
    come, a number that is none; with CreditCodeRefused.
    """
    _refuse_closed(follow_up, now)
    values = _checked(said, policies.local_date(now))
    with transaction.atomic():
        # Read anew: an erasure of this moment took the row away, or the learner.
        open_ones = FollowUp.objects.filter(turns.open_follow_ups(now=now), pk=follow_up.pk)
        held = open_ones.select_for_update(of=("self",), no_key=True).first()
        if held is None:
            raise FollowUpRefused(FollowUpRefusal.NOT_OPEN)
        detail = {"months": held.months, "outcome": values["outcome"], "before": held.outcome}
        FollowUp.objects.filter(pk=held.pk).update(by=by, at=now, **values)
        audit.record(by=by, verb="followed_up", target=follow_up.completion, now=now, detail=detail)
    follow_up.refresh_from_db()
    return follow_up


def _refuse_closed(follow_up: FollowUp, now: datetime) -> None:
    completion = follow_up.completion
    stands = completion.status == Completion.Status.APPROVED and completion.enrolment.learner.erased_at is None
    if not stands or not follow_up.opens_at <= now < follow_up.closes_at:
        raise FollowUpRefused(FollowUpRefusal.NOT_OPEN)


def _checked(said: Said, today: date) -> dict[str, Any]:
    """The columns of an entry, as they are kept."""
    if said.outcome not in Outcome.values:
        raise FollowUpRefused(FollowUpRefusal.OUTCOME_MISSING)
    works, business = said.outcome in FollowUp.WORKING, said.outcome == Outcome.BUSINESS
    employer = " ".join(said.employer.split())[:EMPLOYER_MAX]
    if works and not employer:
        raise FollowUpRefused(FollowUpRefusal.EMPLOYER_MISSING)
    if business and said.registered_on is not None and said.registered_on > today:
        raise FollowUpRefused(FollowUpRefusal.WRONG_DATE)
    if business and said.jobs is not None and not 0 <= said.jobs <= JOBS_MAX:
        raise FollowUpRefused(FollowUpRefusal.WRONG_JOBS)
    code = said.credit_code.strip()
    return {
        "outcome": said.outcome,
        "employer": employer if works else "",
        "credit_code": normalise_credit_code(code) if works and code else "",
        "registered_on": said.registered_on if business else None,
        "jobs": said.jobs if business else None,
        "wants": " ".join(said.wants.split())[:TEXT_MAX],
    }


def bounds_of_year(*, year: int) -> tuple[datetime, datetime]:
    """The first moment of a year and its last second, in Asia/Shanghai."""
    return _start_of(date(year, 1, 1)), _start_of(date(year + 1, 1, 1)) - timedelta(seconds=1)


@dataclass(frozen=True)
class Asked:
    """Of one institution, by its number and name: how many moments of asking have come, and what was learnt. `asked`
    holds those that nobody could be reached for."""

    number: str
    institution: str
    due: int
    asked: int
    reached: int
    employed: int
    business: int

    @property
    def working(self) -> int:
        return self.employed + self.business


def by_institution(*, follow_ups: QuerySet[FollowUp], now: datetime) -> list[Asked]:
    """The figures of those moments that have come, by institution in the order of their names; one statement.

    A moment that was over before anybody could know of it is nobody's failure to ask.
    """
    of = "completion__enrolment__training_class__institution"
    come = follow_ups.filter(FollowUp.COULD_BE_ASKED, opens_at__lte=now)
    come = come.filter(completion__status=Completion.Status.APPROVED).order_by()
    told = come.values(number=F(f"{of}__number"), institution=F(f"{of}__name")).annotate(
        due=Count("pk"),
        asked=Count("pk", filter=~Q(outcome="")),
        reached=Count("pk", filter=~Q(outcome__in=["", Outcome.UNREACHABLE])),
        employed=Count("pk", filter=Q(outcome=Outcome.EMPLOYED)),
        business=Count("pk", filter=Q(outcome=Outcome.BUSINESS)),
    )
    return [Asked(**row) for row in told.order_by("institution", "number")]


def working_of(*, completions: QuerySet[Completion], district: str) -> dict[str, dict[str, int]]:
    """By the value of the column `district` of a completion and by outcome: how many people worked when last reached.

    Somebody who completed two classes of one district is one person there.
    """
    rows = _last_reached(completions).order_by().values_list(f"completion__{district}", "outcome")
    found: dict[str, dict[str, int]] = {}
    for place, outcome, people in rows.annotate(people=PEOPLE):
        found.setdefault(place, {})[outcome] = people
    return found


def working_at_all(*, completions: QuerySet[Completion]) -> dict[str, int]:
    """The same of all districts together, where somebody who completed in two of them is one person."""
    return dict(_last_reached(completions).order_by().values_list("outcome").annotate(people=PEOPLE))


def _last_reached(completions: QuerySet[Completion]) -> QuerySet[FollowUp]:
    """The last answer of each that was reached, where it says work."""
    later = FollowUp.objects.filter(completion=OuterRef("completion"), months__gt=OuterRef("months"))
    reached = FollowUp.objects.exclude(outcome__in=["", Outcome.UNREACHABLE])
    last = reached.filter(completion__in=completions).exclude(
        Exists(later.exclude(outcome__in=["", Outcome.UNREACHABLE]))
    )
    return last.filter(outcome__in=FollowUp.WORKING)


def open_now(*, follow_ups: QuerySet[FollowUp], now: datetime) -> QuerySet[FollowUp]:
    """Those that may be entered or corrected now, unanswered ones first."""
    needed = ("completion__enrolment__learner__merge__kept", "completion__enrolment__training_class", "by")
    rows = follow_ups.filter(turns.open_follow_ups(now=now)).select_related(*needed)
    return rows.order_by("outcome", "opens_at", "pk")

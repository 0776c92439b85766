"""月结、年结: figures as a snapshot that one person proposes and another seals; what comes later is an adjustment."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import audit, ledger
from courses import policy as policies
from courses.completion import whole_class
from courses.models import (
    AuditEvent,
    Completion,
    CountEntry,
    DailyTotal,
    MonthClose,
    Revocation,
    SampleLine,
    Undercut,
    User,
    YearClose,
)
from courses.refusals import Refused
from courses.tally.integrity import last_check
from courses.tally.quality import as_kept, of_records, with_proofs
from courses.tally.snapshots import SAID, figures_of, root_of, take

# A check older than this says little about today.
CHECK_HOURS = 48
YEAR_END = 12


class CloseRefusal(StrEnum):
    NOT_OVER = "not_over"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    HAND_IN_IT = "hand_in_it"
    HAND_IN_YEAR = "hand_in_year"
    CHANGED = "changed"
    REPLACED = "replaced"
    NOT_READY = "not_ready"
    DECIDED = "decided"
    REASON_MISSING = "reason_missing"


class CloseRefused(Refused):
    sentences = {
        CloseRefusal.NOT_OVER: _("这个月还没有结束，未保存。请在下月再办理月结。"),
        CloseRefusal.ALREADY: _("这个月已经提出或办完月结，未重复保存。请刷新后查看。"),
        CloseRefusal.SAME_PERSON: _("月结须由另一人确认，未保存。"),
        CloseRefusal.HAND_IN_IT: _("您批准或撤销过这个月的结业，不能办理这个月的月结，未保存。请交他人办理。"),
        CloseRefusal.HAND_IN_YEAR: _("您在这一年已月结的月份里记过或批准过调整，不能办理年结，未保存。请交他人办理。"),
        CloseRefusal.CHANGED: _("现在算出的数字与提出月结时不同，未确认。请先查看校验结果，查明原因后再确认。"),
        CloseRefusal.REPLACED: _("您看到的数字不是这次提出的，未确认。请看过本页现在的数字，再确认。"),
        CloseRefusal.NOT_READY: _("还不能月结：%(items)s。未保存，请先处理。"),
        CloseRefusal.DECIDED: _("这次月结已经确认或收回，未改动。请刷新后查看。"),
        CloseRefusal.REASON_MISSING: _("请写明收回的原因，未改动。"),
    }


class Check(StrEnum):
    NOT_SEALED = "not_sealed"
    DRIFT = "drift"
    MONTHS_OPEN = "months_open"
    UNCHECKED = "unchecked"
    OPEN_COMPLETIONS = "open_completions"
    REVOCATIONS = "revocations"
    UNDERCUTS = "undercuts"
    RED_CARDED = "red_carded"
    SAMPLES = "samples"
    EARLIER_OPEN = "earlier_open"


CHECK_WORDS: dict[Check, str | Promise] = {
    Check.NOT_SEALED: _("今天刚记入、还没有封存的计数"),
    Check.DRIFT: _("最近一次校验发现的不一致"),
    Check.MONTHS_OPEN: _("本年还没有月结的月份"),
    Check.UNCHECKED: _("两天内没有做过校验"),
    Check.OPEN_COMPLETIONS: _("本月结束的班次里还没有办结的结业"),
    Check.REVOCATIONS: _("还没有决定的撤销"),
    Check.UNDERCUTS: _("依据有变、还没有核实的结业"),
    Check.RED_CARDED: _("班次被出示红牌、仍然计数、还没有人决定的结业"),
    Check.SAMPLES: _("还没有核查完的抽查"),
    Check.EARLIER_OPEN: _("本年更早、还没有月结的月份"),
}
BLOCKING = frozenset({Check.NOT_SEALED, Check.DRIFT, Check.MONTHS_OPEN})


@dataclass(frozen=True)
class Found:
    """One line of the check-list: how many there are; none is as it should be."""

    check: Check
    many: int

    @property
    def blocks(self) -> bool:
        return self.many > 0 and self.check in BLOCKING

    @property
    def words(self) -> str:
        return str(CHECK_WORDS[self.check])


def checklist(*, year: int, month: int, now: datetime) -> tuple[Found, ...]:
    """What speaks against closing a month now, and what somebody should know who does."""
    today = policies.local_date(now)
    own = {"year": year, "month": month}
    counted = CountEntry.objects.filter(**own)
    begun, last = date(year, month, 1), last_day(year, month)
    waiting = Completion.objects.filter(
        status__in=(Completion.Status.PROPOSED, Completion.Status.SUBMITTED),
        enrolment__training_class__ends_on__range=(begun, last),
    )
    revocations = Revocation.objects.filter(
        status=Revocation.Status.PROPOSED, completion__in=counted.values("completion")
    )
    undercuts = Undercut.objects.filter(status=Undercut.Status.OPEN, completion__in=counted.values("completion"))
    carded = Completion.objects.filter(whole_class.red_carded_q(), whole_class.undecided_q()).filter(
        pk__in=counted.values("completion")
    )
    samples = SampleLine.objects.filter(sample__year=year, sample__month=month, result=SampleLine.Result.OPEN)
    return (
        Found(Check.NOT_SEALED, counted.filter(posted_on__gte=today).count()),
        Found(Check.DRIFT, last_check().differences or 0),
        Found(Check.UNCHECKED, int(not _checked_lately(now))),
        Found(Check.OPEN_COMPLETIONS, waiting.count()),
        Found(Check.REVOCATIONS, revocations.count()),
        Found(Check.UNDERCUTS, undercuts.count()),
        Found(Check.RED_CARDED, carded.count()),
        Found(Check.SAMPLES, samples.count()),
        Found(Check.EARLIER_OPEN, len(_open_months(year, before=month))),
    )


def year_checklist(*, year: int, now: datetime) -> tuple[Found, ...]:
    """A year closes when each of its months is, and nothing of it was posted today."""
    today = policies.local_date(now)
    unsealed = CountEntry.objects.filter(year=year, posted_on__gte=today).count()
    closed = MonthClose.objects.filter(year=year, closed_at__isnull=False).count()
    return (
        Found(Check.NOT_SEALED, unsealed),
        Found(Check.DRIFT, last_check().differences or 0),
        Found(Check.MONTHS_OPEN, YEAR_END - closed),
        Found(Check.UNCHECKED, int(not _checked_lately(now))),
    )


def _checked_lately(now: datetime) -> bool:
    at = last_check().checked_at
    return at is not None and now - at <= timedelta(hours=CHECK_HOURS)


def _open_months(year: int, *, before: int) -> set[int]:
    """Earlier months of the year in which something counts and that nobody closed."""
    counted = set(DailyTotal.objects.filter(year=year, month__lt=before).values_list("month", flat=True).distinct())
    closed = MonthClose.objects.filter(year=year, closed_at__isnull=False).values_list("month", flat=True)
    return counted - set(closed)


def propose_close(*, by: User, year: int, month: int, now: datetime) -> MonthClose:
    """Seal the books to yesterday and take the month's snapshot: what was posted by then and falls into the month.

    From here on whatever is posted into the month is an adjustment with a reason. Refused with CloseRefused before the
    month's end, a second time, by who approved or revoked anything in the month, and while the check-list holds
    something that blocks (figures posted today, a drift).
    """
    _refuse_interested(by, year, month)
    if policies.local_date(now) <= last_day(year, month):
        raise CloseRefused(CloseRefusal.NOT_OVER)
    # Deriving the attendance of a month takes long, and nobody who posts or checks in waits for that.
    records = of_records(first=date(year, month, 1), last=last_day(year, month), now=now)
    try:
        with transaction.atomic():
            cut_off = _sealed_to_yesterday(now)
            _refuse_unready(checklist(year=year, month=month, now=now))
            quality = as_kept(with_proofs(told=records, year=year, as_of=cut_off))
            snapshot = take(year=year, month=month, cut_off=cut_off) | {"quality": quality}
            close = MonthClose.objects.create(
                year=year,
                month=month,
                cut_off=cut_off,
                snapshot=snapshot,
                root=root_of(snapshot),
                proposed_by=by,
                proposed_at=now,
            )
            audit.record(
                by=by,
                verb="close_proposed",
                target=close,
                now=now,
                detail={"year": year, "month": month, "root": close.root},
            )
    except IntegrityError as error:
        raise CloseRefused(CloseRefusal.ALREADY) from error
    return close


def propose_year_close(*, by: User, year: int, now: datetime) -> YearClose:
    """The same of a year whose twelve months are closed; their adjustments so far are in its figures.

    Refused with CloseRefused as a month is; of those with a hand in it, by who posted or approved an adjustment.
    """
    _refuse_adjusters(by, year)
    if policies.local_date(now) <= last_day(year, YEAR_END):
        raise CloseRefused(CloseRefusal.NOT_OVER)
    try:
        with transaction.atomic():
            cut_off = _sealed_to_yesterday(now)
            _refuse_unready(year_checklist(year=year, now=now))
            snapshot = take(year=year, month=YEAR_END, cut_off=cut_off)
            close = YearClose.objects.create(
                year=year,
                cut_off=cut_off,
                snapshot=snapshot,
                root=root_of(snapshot),
                proposed_by=by,
                proposed_at=now,
            )
            audit.record(by=by, verb="close_proposed", target=close, now=now, detail={"year": year, "root": close.root})
    except IntegrityError as error:
        raise CloseRefused(CloseRefusal.ALREADY) from error
    return close


def _refuse_interested(by: User, year: int, month: int) -> None:
    """Who approves does not close, also where the certificate of another brought the line."""
    of_month = CountEntry.objects.filter(year=year, month=month)
    if of_month.filter(Q(by=by) | Q(completion__approved_by=by)).exists():
        raise CloseRefused(CloseRefusal.HAND_IN_IT)


def _refuse_adjusters(by: User, year: int) -> None:
    """What the months were closed with, others have looked at; what came after, only who posted or approved it."""
    later = CountEntry.objects.filter(year=year, is_adjustment=True)
    if later.filter(Q(by=by) | Q(completion__approved_by=by, amount=1)).exists():
        raise CloseRefused(CloseRefusal.HAND_IN_YEAR)


def _sealed_to_yesterday(now: datetime) -> date:
    """Nobody posts from here to the end of the transaction; the last day that a snapshot may know."""
    ledger.exclude()
    cut_off = policies.local_date(now) - timedelta(days=1)
    ledger.seal_through(day=cut_off, now=now)
    return cut_off


def _refuse_unready(found: tuple[Found, ...]) -> None:
    if against := [f"{one.words}（{one.many}）" for one in found if one.blocks]:
        raise CloseRefused(CloseRefusal.NOT_READY, items="、".join(against))


def confirm_close(*, by: User, close: MonthClose | YearClose, seen: str, now: datetime) -> None:
    """Confirm it, by another person, while ledger and targets still give the figures of the snapshot. `seen` is the
    root of the figures that this person had before them.

    Refused with CloseRefused: by who proposed it, who approved or revoked anything in a month, who adjusted a closed
    month of a year, who saw another proposal, confirmed or taken back already, other figures than then, a drift.
    """
    if by.pk == close.proposed_by_id:
        raise CloseRefused(CloseRefusal.SAME_PERSON)
    if isinstance(close, MonthClose):
        _refuse_interested(by, close.year, close.month)
    else:
        _refuse_adjusters(by, close.year)
    if seen != close.root:
        raise CloseRefused(CloseRefusal.REPLACED)
    if not last_check().clean:
        raise CloseRefused(CloseRefusal.CHANGED)
    _refuse_replaced(close)
    told = take(year=close.year, month=month_of(close), cut_off=close.cut_off)
    # A name may have changed since, or a signal been looked at: what was sealed keeps what was said on its day, and is
    # asked for nothing that was not told on it.
    again = {name: kept if name in SAID else told.get(name) for name, kept in close.snapshot.items()}
    if root_of(again) != close.root:
        raise CloseRefused(CloseRefusal.CHANGED)
    with transaction.atomic():
        _decide(close, closed_by=by, closed_at=now)
        audit.record(by=by, verb="close_confirmed", target=close, now=now, detail={"root": close.root})


def _refuse_replaced(close: MonthClose | YearClose) -> None:
    """What people said that day cannot be counted anew: the book of deeds knows over what the proposal was made."""
    events = AuditEvent.objects.filter(verb="close_proposed", target_kind=close._meta.model_name, target=str(close.pk))
    known = events.order_by("id").values_list("detail", flat=True).last()
    if known and known.get("root", close.root) != close.root:
        raise CloseRefused(CloseRefusal.CHANGED)


def take_back_close(*, by: User, close: MonthClose | YearClose, reason: str, now: datetime) -> None:
    """Drop a proposal that was not confirmed: its month takes postings again.

    Refused with CloseRefused without a reason, or when it was decided.
    """
    if not reason.strip():
        raise CloseRefused(CloseRefusal.REASON_MISSING)
    with transaction.atomic():
        _decide(close, taken_back_by=by, taken_back_at=now, taken_back_reason=reason.strip()[:200])
        audit.record(by=by, verb="close_taken_back", target=close, now=now, detail={"year": close.year})


def _decide(close: MonthClose | YearClose, **changes: object) -> None:
    """One conditional update decides between rivals."""
    rows = type(close)._default_manager.filter(pk=close.pk, closed_at__isnull=True, taken_back_at__isnull=True)
    if not rows.update(**changes):
        raise CloseRefused(CloseRefusal.DECIDED)
    for name, value in changes.items():
        setattr(close, name, value)


def month_of(close: MonthClose | YearClose) -> int:
    return close.month if isinstance(close, MonthClose) else YEAR_END


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def standing_close(*, year: int, month: int | None) -> MonthClose | YearClose | None:
    """The close of a month, or without one of the whole year: proposed or confirmed, not taken back."""
    if month is None:
        return YearClose.objects.filter(year=year, taken_back_at__isnull=True).first()
    return MonthClose.objects.filter(year=year, month=month, taken_back_at__isnull=True).first()


def close_differences() -> Iterator[tuple[str, str]]:
    """Each close whose figures the entries no longer give, and each line that came into a closed month unmarked."""
    for model in (MonthClose, YearClose):
        for close in model._default_manager.filter(taken_back_at__isnull=True):
            name = f"{model._meta.model_name} {close.year}-{month_of(close):02d}"
            if root_of(close.snapshot) != close.root:
                yield name, "its snapshot is not the one that was sealed"
            told = figures_of(year=close.year, month=month_of(close), cut_off=close.cut_off)
            if told != close.snapshot.get("figures"):
                yield name, "the entries to its last day give other figures"
    yield from _lost()
    for close in MonthClose.objects.filter(taken_back_at__isnull=True):
        late = CountEntry.objects.filter(year=close.year, month=close.month, posted_on__gt=close.cut_off)
        for code in late.filter(is_adjustment=False).values_list("code", flat=True)[:50]:
            yield f"count entry {code}", "came into a closed month without being an adjustment"


def _lost() -> Iterator[tuple[str, str]]:
    """What the audit book says was sealed and no close bears: a close that was removed, or sealed anew."""
    known = {
        (model._meta.model_name, audit.public_name(close), close.root)
        for model in (MonthClose, YearClose)
        for close in model._default_manager.filter(closed_at__isnull=False)
    }
    for told in AuditEvent.objects.filter(verb="close_confirmed").order_by("id"):
        if (told.target_kind, told.target, told.detail["root"]) not in known:
            yield f"{told.target_kind} {told.target}", "was sealed and is not there as it was"

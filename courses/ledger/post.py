"""WHAT COUNTS: an approved completion becomes one line, or keeps the reason why it does not."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.ledger import locks, rollups
from courses.ledger.closed import is_closed
from courses.models import (
    Attendance,
    Card,
    Certificate,
    Completion,
    CountClaim,
    CountEntry,
    Enrolment,
    Learner,
    LedgerSeal,
    Line,
    PersonMerge,
    TrainingClass,
    User,
)
from courses.people.documents import age_on
from courses.people.numbers import fresh
from courses.refusals import Refused

AGE_BANDS = ((20, "16-20"), (30, "21-30"), (40, "31-40"), (50, "41-50"), (60, "51-60"), (200, "61+"))


class NotCounted(StrEnum):
    """Why an approved completion adds nothing to a target; kept on the completion."""

    DUPLICATE = "duplicate"
    RED_CARD = "red_card"
    OWN_LINE = "own_line"
    OVER_LIMIT = "over_limit"
    NO_CERTIFICATE = "no_certificate"
    FREED = "freed"


NOT_COUNTED_WORDS = {
    NotCounted.DUPLICATE: _("同一人同一模块或同一职业等级已计过一次"),
    NotCounted.RED_CARD: _("班次被出示红牌"),
    NotCounted.OWN_LINE: _("这类培训单列，不计入两项目标"),
    NotCounted.OVER_LIMIT: _("同一人这一年计入的人次已到上限"),
    NotCounted.NO_CERTIFICATE: _("按发证日期计数，还没有发证"),
    NotCounted.FREED: _("当初不计数的原因已消除，还没有决定重新计数"),
}


def counts_q() -> Q:
    """The rows of `Completion` that stand in the ledger with +1: approved, and nothing spoke against counting."""
    return Q(status=Completion.Status.APPROVED, not_counted="")


def counts(completion: Completion) -> bool:
    """The same of one row at hand."""
    return completion.status == Completion.Status.APPROVED and not completion.not_counted


def post(*, completion: Completion, by: User | None, now: datetime, reason: str = "") -> CountEntry | None:
    """Write the line of an approved completion and its roll-ups, inside the caller's transaction.

    Returns None, with `not_counted` set, when the class feeds no target, holds a red card, counts by a certificate that
    is not issued yet, the person was counted for the same module or occupation and level before (the claim's unique
    constraint decides that, also between two districts at the same moment), or as often as the policy of the class
    lets one person count in a year. `counted_on` is the class's last day, the
    day of approval, or that of the first certificate (policy `count_date`), `posted_on` today. Refused with
    LedgerRefused when today is sealed, and when the month of `counted_on` is closed and no reason is given: with one,
    the line is an adjustment. The lock that sealing and closing hold alone is shared here. Amounts in 人次. Source:
    domain §8.8.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a line is posted in the transaction of what it counts")
    locks.share()
    refuse_sealed(day=policies.local_date(now))
    person = person_of(completion.enrolment.learner)
    against = _against(completion, person, now)
    if against is None:
        entry = _entry(completion, person, now)
        entry.by, entry.reason = by, reason.strip()[:200]
        mark_adjustment(entry)
        if _claim(entry):
            rollups.add(entry)
            return entry
        against = NotCounted.DUPLICATE
    _keep(completion, against)
    return None


def post_certified(*, completion: Completion, by: User, now: datetime) -> CountEntry | None:
    """The line of a completion that waited for its certificate, in the transaction that issues it. Nothing where it did
    not wait; refused as `post` is."""
    waits = Completion.objects.filter(
        pk=completion.pk, status=Completion.Status.APPROVED, not_counted=NotCounted.NO_CERTIFICATE
    )
    if not waits.update(not_counted=""):
        return None
    completion.not_counted = ""
    return post(completion=completion, by=by, now=now)


def _keep(completion: Completion, reason: str) -> None:
    Completion.objects.filter(pk=completion.pk).update(not_counted=reason)
    completion.not_counted = reason


class LedgerRefusal(StrEnum):
    DAY_SEALED = "day_sealed"
    MONTH_CLOSED = "month_closed"


class LedgerRefused(Refused):
    sentences = {
        LedgerRefusal.DAY_SEALED: _("%(day)s 的账已经封存，不能再记，本次未保存。请刷新后按今天的日期重新办理。"),
        LedgerRefusal.MONTH_CLOSED: _("%(year)s 年 %(month)s 月已月结，本次未保存。请写明调整原因后再办理。"),
    }


def refuse_sealed(*, day: date) -> None:
    """Nothing enters a day whose book, or whose later day's book, is closed: a clock that runs behind included."""
    if LedgerSeal.objects.filter(book=LedgerSeal.Book.LEDGER, day__gte=day).exists():
        raise LedgerRefused(LedgerRefusal.DAY_SEALED, day=day)


def mark_adjustment(entry: CountEntry) -> None:
    """A line whose month is closed is an adjustment of it, and needs its reason."""
    entry.is_adjustment = is_closed(year=entry.year, month=entry.month)
    if entry.is_adjustment and not entry.reason:
        raise LedgerRefused(LedgerRefusal.MONTH_CLOSED, year=entry.year, month=entry.month)


def person_of(learner: Learner) -> UUID:
    """Whom a line counts: of a record that was merged, the person of the one that was kept. Asked under the lock."""
    kept = PersonMerge.objects.filter(merged=learner).values_list("kept__person", flat=True).first()
    return kept or learner.person


def limit_of(training_class: TrainingClass) -> int:
    """As how many person-times one person counts in a year at most, by the pinned policy; 0 is no limit."""
    if training_class.policy_id is None:
        return 0
    return policies.of_pinned(version_id=training_class.policy_id).counted_per_year


def _against(completion: Completion, person: UUID, now: datetime) -> NotCounted | None:
    training_class = completion.enrolment.training_class
    red = _red(training_class)
    claimed = CountClaim.objects.filter(person=person, key=training_class.claim_key)
    waits = counts_by_certificate(training_class) and certified_at(completion) is None
    limit, over = limit_of(training_class), False
    if limit and not waits:
        locks.one_person(person)
        year = counted_on(completion, now).year
        standing = CountEntry.objects.filter(person=person, year=year, amount=1, reversal__isnull=True)
        over = standing.count() >= limit
    return judge(line=training_class.line, red=red.exists(), waits=waits, claimed=claimed.exists(), over=over)


def _red(training_class: TrainingClass) -> QuerySet[Card]:
    return Card.objects.filter(Card.STANDS, training_class=training_class, colour=Card.Colour.RED)


def judge(*, line: str, red: bool, waits: bool, claimed: bool, over: bool) -> NotCounted | None:
    """The first reason that speaks against counting, for `post` and for whoever asks beforehand."""
    if line == Line.OWN:
        return NotCounted.OWN_LINE
    if red:
        return NotCounted.RED_CARD
    if waits:
        return NotCounted.NO_CERTIFICATE
    if claimed:
        return NotCounted.DUPLICATE
    return NotCounted.OVER_LIMIT if over else None


def _claim(entry: CountEntry) -> bool:
    """Write the line with its claim; where a rival has claimed meanwhile, neither stays."""
    sid = transaction.savepoint()
    entry.save(force_insert=True)
    person = CountClaim._meta.get_field("person").get_db_prep_save(entry.person, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO courses_countclaim (person, key, entry_id) VALUES (%s, %s, %s) "
            "ON CONFLICT (person, key) DO NOTHING",
            [person, entry.claim_key, entry.pk],
        )
        claimed: bool = cursor.rowcount == 1
    if claimed:
        transaction.savepoint_commit(sid)
    else:
        transaction.savepoint_rollback(sid)
    return claimed


def _entry(completion: Completion, person: UUID, now: datetime) -> CountEntry:
    """The line with everything that a breakdown needs, frozen as it is now."""
    enrolment = completion.enrolment
    learner, a_class = enrolment.learner, enrolment.training_class
    day = counted_on(completion, now)
    hours = a_class.hours_theory + a_class.hours_practice + a_class.hours_online
    return CountEntry(
        completion=completion,
        code=fresh(prefix="L"),
        revision=completion.revision,
        amount=1,
        counted_on=day,
        posted_on=policies.local_date(now),
        posted_at=now,
        year=day.year,
        month=day.month,
        line=a_class.line,
        district=a_class.district.key,
        institution=a_class.institution.number,
        kind=a_class.kind_key,
        brand=a_class.brand.key if a_class.brand else "",
        person=person,
        claim_key=a_class.claim_key,
        class_number=a_class.number,
        project=a_class.project.number if a_class.project else "",
        occupation=a_class.occupation.key if a_class.occupation else "",
        level=a_class.level.key if a_class.level else "",
        category=enrolment.category.key if enrolment.category else "",
        sex=learner.sex,
        age_band=age_band(born_on=learner.born_on, on=day),
        education=learner.education.key if learner.education else "",
        online_share=a_class.hours_online * 100 // hours if hours else 0,
        proof=_proof(completion),
    )


def _proof(completion: Completion) -> str:
    """By hand where a trainer's word stands for one lesson that counts, otherwise by scan."""
    by_hand = Attendance.objects.filter(enrolment=completion.enrolment_id, by_hand=True, minutes__gt=0)
    return (CountEntry.Proof.HAND if by_hand.exists() else CountEntry.Proof.SCAN).value


def counted_on(completion: Completion, now: datetime) -> date:
    """The day that puts a person-time into a year and a month; by the approval it is the day on which it was given,
    also where somebody decides later that it counts after all."""
    training_class, today = completion.enrolment.training_class, policies.local_date(completion.approved_at or now)
    by = policies.of_class(training_class=training_class, on=today).count_date
    if by == policies.CERTIFICATE:
        issued = certified_at(completion)
        assert issued is not None
        return policies.local_date(issued)
    return today if by == policies.APPROVAL else training_class.ends_on


def counts_by_certificate(training_class: TrainingClass) -> bool:
    """Whether the pinned policy puts a completion into a year by the day of its certificate."""
    if training_class.policy_id is None:
        return False
    return policies.of_pinned(version_id=training_class.policy_id).count_date == policies.CERTIFICATE


def certified_at(completion: Completion) -> datetime | None:
    """When the first certificate was issued; a replacement changes nothing about the year."""
    return Certificate.objects.filter(completion=completion, version=1).values_list("issued_at", flat=True).first()


def age_band(*, born_on: date | None, on: date) -> str:
    if born_on is None:
        return ""
    age = age_on(birth_date=born_on, day=on)
    return next(band for limit, band in AGE_BANDS if age <= limit)


def reverse(*, by: User, completion: Completion, reason: str, now: datetime) -> CountEntry | None:
    """Take a counted completion back: a −1 line that keeps the original's `counted_on`, and its claim given up.

    Inside the caller's transaction. Completions that were not counted because this one was are marked `freed`: they
    count only when somebody decides so. Returns None when there is no standing line. Refused with LedgerRefused when
    today is sealed.
    """
    # Two lines in one transaction touch totals in an order that a post beside it could cross; so alone.
    locks.exclude()
    refuse_sealed(day=policies.local_date(now))
    original = CountEntry.objects.filter(completion=completion, amount=1, reversal__isnull=True).first()
    if original is None:
        return None
    entry = take_back(by=by, original=original, reason=reason, now=now)
    _free_waiting(original)
    return entry


def take_back(*, by: User, original: CountEntry, reason: str, now: datetime) -> CountEntry:
    """The −1 line of a standing line, its claim given up, roll-ups and audit; the lock is held by the caller."""
    entry = _mirror(original, by, reason, now)
    mark_adjustment(entry)
    entry.save(force_insert=True)
    CountClaim.objects.filter(person=original.person, key=original.claim_key).delete()
    rollups.add(entry)
    if original.completion_id is not None:
        # A later +1 line of the same completion comes after both.
        Completion.objects.filter(pk=original.completion_id).update(revision=original.revision + 2)
    audit.record(by=by, verb="count_reversed", target=entry, now=now, detail={"reverses": original.code})
    return entry


def _free_waiting(freed: CountEntry) -> None:
    """Those whom an approval found to be duplicates of a line that no longer stands, or one too many beside it in its
    own year: the limit is one of a calendar year (domain §2.7), so that nothing comes free in any other."""
    own = Learner.objects.filter(Q(person=freed.person) | Q(merge__kept__person=freed.person))
    same = Enrolment.objects.filter(learner__in=own, training_class__claim_key=freed.claim_key)
    approved = Completion.objects.filter(status=Completion.Status.APPROVED)
    waits = set(approved.filter(not_counted=NotCounted.DUPLICATE, enrolment__in=same).values_list("pk", flat=True))
    beyond = approved.filter(not_counted=NotCounted.OVER_LIMIT, enrolment__learner__in=own)
    for row in beyond.select_related("enrolment__training_class__policy"):
        # Only what is approved, and certified where that decides, was ever found to be beyond the limit.
        assert row.approved_at is not None
        if counted_on(row, row.approved_at).year == freed.year:
            waits.add(row.pk)
    Completion.objects.filter(pk__in=waits).update(not_counted=NotCounted.FREED)


def release(*, training_class: TrainingClass) -> int:
    """Completions that a red card kept out are marked `freed` once none stands; gives how many. The caller has the
    books alone."""
    if _red(training_class).exists():
        return 0
    kept = Completion.objects.filter(status=Completion.Status.APPROVED, not_counted=NotCounted.RED_CARD)
    own = Enrolment.objects.filter(training_class=training_class)
    return kept.filter(enrolment__in=own).update(not_counted=NotCounted.FREED)


# What a line freezes, for one statement.
NEEDED = (
    "enrolment__learner__education",
    "enrolment__category",
    "enrolment__training_class__policy",
    "enrolment__training_class__district",
    "enrolment__training_class__institution",
    "enrolment__training_class__brand",
    "enrolment__training_class__project",
    "enrolment__training_class__occupation",
    "enrolment__training_class__level",
)


FROZEN = (
    "counted_on", "year", "month", "line", "district", "institution", "kind", "brand", "person", "claim_key",
    "class_number", "project", "occupation", "level", "category", "sex", "age_band", "education", "online_share",
    "proof",
)  # fmt: skip


def _mirror(original: CountEntry, by: User, reason: str, now: datetime) -> CountEntry:
    return CountEntry(
        completion_id=original.completion_id,
        batch_id=original.batch_id,
        code=fresh(prefix="L"),
        by=by,
        revision=original.revision + 1,
        amount=-1,
        reverses=original,
        reason=reason.strip()[:200],
        posted_on=policies.local_date(now),
        posted_at=now,
        **{name: getattr(original, name) for name in FROZEN},
    )

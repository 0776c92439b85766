"""WHAT COUNTS: an approved completion becomes one line, or keeps the reason why it does not."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.ledger import locks, rollups
from courses.ledger.closed import is_closed
from courses.models import (
    Attendance,
    Card,
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
    FREED = "freed"


NOT_COUNTED_WORDS = {
    NotCounted.DUPLICATE: _("同一人同一模块或同一职业等级已计过一次"),
    NotCounted.RED_CARD: _("班次被出示红牌"),
    NotCounted.OWN_LINE: _("这类培训单列，不计入两项目标"),
    NotCounted.FREED: _("原来占用的那 1 人次已冲减，还没有决定重新计数"),
}


def counts_q() -> Q:
    """The rows of `Completion` that stand in the ledger with +1: approved, and nothing spoke against counting."""
    return Q(status=Completion.Status.APPROVED, not_counted="")


def counts(completion: Completion) -> bool:
    """The same of one row at hand."""
    return completion.status == Completion.Status.APPROVED and not completion.not_counted


def post(*, completion: Completion, by: User | None, now: datetime, reason: str = "") -> CountEntry | None:
    """Write the line of an approved completion and its roll-ups, inside the caller's transaction.

    Returns None, with `not_counted` set, when the class feeds no target, holds a red card, or the person was
    counted for
    the same module or occupation and level before: the claim's unique constraint decides that, also between two
    districts at the same moment. `counted_on` is the class's last day or the day of approval (policy `count_date`),
    `posted_on` today. Refused with LedgerRefused when today is sealed, and when the month of `counted_on` is closed and
    no reason is given: with one, the line is an adjustment. The lock that sealing and closing hold alone is shared
    here.
    Amounts in 人次. Source: domain §8.8.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a line is posted in the transaction of what it counts")
    locks.share()
    refuse_sealed(day=policies.local_date(now))
    person = person_of(completion.enrolment.learner)
    against = _against(completion, person)
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


def _against(completion: Completion, person: UUID) -> NotCounted | None:
    training_class = completion.enrolment.training_class
    red = Card.objects.filter(training_class=training_class, colour=Card.Colour.RED, withdrawn_at__isnull=True)
    claimed = CountClaim.objects.filter(person=person, key=training_class.claim_key)
    return judge(line=training_class.line, red=red.exists(), claimed=claimed.exists())


def judge(*, line: str, red: bool, claimed: bool) -> NotCounted | None:
    """The first reason that speaks against counting, for `post` and for whoever asks beforehand."""
    if line == Line.OWN:
        return NotCounted.OWN_LINE
    if red:
        return NotCounted.RED_CARD
    return NotCounted.DUPLICATE if claimed else None


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
    counted_on = _counted_on(a_class, now)
    hours = a_class.hours_theory + a_class.hours_practice + a_class.hours_online
    return CountEntry(
        completion=completion,
        code=fresh(prefix="L"),
        revision=completion.revision,
        amount=1,
        counted_on=counted_on,
        posted_on=policies.local_date(now),
        posted_at=now,
        year=counted_on.year,
        month=counted_on.month,
        line=a_class.line,
        district=a_class.district.key,
        institution=a_class.institution.number,
        kind=a_class.kind_key,
        brand=a_class.brand.key if a_class.brand else "",
        person=person,
        claim_key=a_class.claim_key,
        class_number=a_class.number,
        occupation=a_class.occupation.key if a_class.occupation else "",
        level=a_class.level.key if a_class.level else "",
        category=enrolment.category.key if enrolment.category else "",
        sex=learner.sex,
        age_band=age_band(born_on=learner.born_on, on=counted_on),
        education=learner.education.key if learner.education else "",
        online_share=a_class.hours_online * 100 // hours if hours else 0,
        proof=_proof(completion),
    )


def _proof(completion: Completion) -> str:
    """By hand where a trainer's word stands for one lesson that counts, otherwise by scan."""
    by_hand = Attendance.objects.filter(enrolment=completion.enrolment_id, by_hand=True, minutes__gt=0)
    return (CountEntry.Proof.HAND if by_hand.exists() else CountEntry.Proof.SCAN).value


def _counted_on(training_class: TrainingClass, now: datetime) -> date:
    today = policies.local_date(now)
    policy = policies.of_class(training_class=training_class, on=today)
    return today if policy.count_date == policies.APPROVAL else training_class.ends_on


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
    """Those whom an approval found to be duplicates of a line that no longer stands."""
    own = Learner.objects.filter(Q(person=freed.person) | Q(merge__kept__person=freed.person))
    Completion.objects.filter(
        status=Completion.Status.APPROVED,
        not_counted=NotCounted.DUPLICATE,
        enrolment__in=Enrolment.objects.filter(learner__in=own, training_class__claim_key=freed.claim_key),
    ).update(not_counted=NotCounted.FREED)


# What a line freezes, for one statement.
NEEDED = (
    "enrolment__learner__education",
    "enrolment__category",
    "enrolment__training_class__policy",
    "enrolment__training_class__district",
    "enrolment__training_class__institution",
    "enrolment__training_class__brand",
    "enrolment__training_class__occupation",
    "enrolment__training_class__level",
)


FROZEN = (
    "counted_on", "year", "month", "line", "district", "institution", "kind", "brand", "person", "claim_key",
    "class_number", "occupation", "level", "category", "sex", "age_band", "education", "online_share",
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

"""Taking in what phones hand over, in any order, repeatedly, several at once; each entry gets its receipt."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from courses import audit
from courses import policy as policies
from courses.attendance.evidence import append
from courses.attendance.kit.cases import Desk, Verdict
from courses.attendance.kit.entries import SLACK, Entry, digest_of, is_signed, read, read_report
from courses.attendance.kit.judging import judge
from courses.attendance.kit.material import KitRefusal, KitRefused
from courses.attendance.kit.words import STATES, WAITS, Why, sentence_of
from courses.models import Attendance, Evidence, Kit, KitEntry, KitReport, Lesson, User
from courses.people.numbers import fresh

LOG = logging.getLogger(__name__)
PARCELS_MOST = 50
BODY_KEPT = 2000
SIGNATURE_KEPT = 100
# A number or a code may be taken by a rival between the look and the insert; the second look sees it.
TRIES = 3


@dataclass(frozen=True)
class Parcel:
    """What a phone signed: the bytes, and the signature in base64."""

    body: str
    signature: str


@dataclass(frozen=True)
class KitReceipt:
    """What the phone is told of one entry. `again`: it had been handed in before, and this is the first receipt."""

    digest: str
    number: int
    state: str
    why: str
    receipt: str
    again: bool

    @property
    def sentence(self) -> str:
        return sentence_of(self.why)

    @property
    def waits(self) -> bool:
        return self.why in WAITS


def receive(
    *, by: User, lesson: Lesson, kit_number: str, parcels: Sequence[Parcel], told: Parcel, now: datetime
) -> list[KitReceipt]:
    """Take in entries of a phone that was prepared for this lesson, each in a transaction of its own.

    `told` is the phone's signed word of how many entries it made and what its clock shows now: where it is missing or
    the clock moved since the phone was prepared, the times are not believed. One receipt for each parcel, in order;
    none for one that the database does not take, which holds up no other and is sent again.
    Refused as a whole with KitRefused: a phone of another lesson, or more than `PARCELS_MOST`.
    """
    kit = Kit.objects.select_related("by").filter(number=kit_number, lesson=lesson).first()
    if kit is None:
        raise KitRefused(KitRefusal.NOT_THIS_KIT)
    if len(parcels) > PARCELS_MOST:
        raise KitRefused(KitRefusal.TOO_MANY)
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    desk = Desk(kit, lesson, policy, now, clock_holds=report(by=by, kit=kit, told=told, now=now))
    receipts = [receipt for receipt in (_take(parcel, by, desk) for parcel in parcels) if receipt is not None]
    fresh_ones = [row for row in receipts if not row.again]
    if fresh_ones:
        counts = {state: sum(1 for row in fresh_ones if row.state == state) for state in KitEntry.State.values}
        audit.record(by=by, verb="kit_received", target=kit, now=now, detail=counts)
    return receipts


def report(*, by: User, kit: Kit, told: Parcel, now: datetime) -> bool:
    """Keep what a phone says of itself, once for each number that it tells; whether its clock goes as it did."""
    said = read_report(kit=kit, body=told.body)
    if said is None or not is_signed(kit=kit, body=told.body, signature=told.signature):
        return False
    made, closing, sent = said
    KitReport.objects.get_or_create(
        kit=kit,
        made=made,
        closing=closing,
        defaults={"body": told.body, "signature": told.signature, "received_at": now, "by": by},
    )
    return abs(int(now.timestamp() * 1000) - sent - kit.offset_ms) <= SLACK.total_seconds() * 1000


def _take(parcel: Parcel, by: User, desk: Desk) -> KitReceipt | None:
    for _turn in range(TRIES):
        try:
            return _taken(parcel, by, desk)
        except IntegrityError:
            continue
    LOG.error("an entry of phone %s was not taken in: %s", desk.kit.number, digest_of(parcel.body))
    return None


def _taken(parcel: Parcel, by: User, desk: Desk) -> KitReceipt:
    digest = digest_of(parcel.body)
    proven = is_signed(kit=desk.kit, body=parcel.body, signature=parcel.signature)
    known = KitEntry.objects.filter(kit=desk.kit, digest=digest, proven=proven).first()
    if known is not None:
        return _receipt(known, again=True)
    with transaction.atomic():
        return _receipt(_write(parcel, digest, by, desk, proven=proven), again=False)


def _write(parcel: Parcel, digest: str, by: User, desk: Desk, *, proven: bool) -> KitEntry:
    entry = read(kit=desk.kit, body=parcel.body)
    if not proven:
        verdict = Verdict(Why.SIGNATURE)
    elif entry is None:
        verdict = Verdict(Why.MALFORMED)
    else:
        verdict = _appended(judge(entry=entry, digest=digest, desk=desk), desk)
    row = KitEntry(
        kit=desk.kit,
        number=entry.number if entry else 0,
        digest=digest,
        body=parcel.body[:BODY_KEPT],
        signature=parcel.signature[:SIGNATURE_KEPT],
        proven=proven,
        learner_id=verdict.learner_id,
        state=STATES[verdict.why].value,
        why=str(verdict.why),
        evidence=verdict.evidence,
        receipt=fresh(prefix="R", length=11),
        received_at=desk.now,
        by=by,
    )
    if entry is not None:
        _describe(row, entry)
    row.save(force_insert=True)
    return row


def _describe(row: KitEntry, entry: Entry) -> None:
    row.kind, row.way, row.said, row.made_at = entry.kind, entry.way, entry.said, entry.made_at


def _appended(verdict: Verdict, desk: Desk) -> Verdict:
    """With its row in the evidence; a code that was scanned before says nothing new."""
    row = verdict.evidence
    if row is None:
        return verdict
    known = Attendance.objects.filter(lesson=desk.lesson, learner_id=row.learner_id).first()
    appended = append(row=row, lesson=desk.lesson, policy=desk.policy, known=known, now=desk.now)
    if appended is not None:
        return verdict
    if row.ticket is not None and Evidence.objects.filter(ticket=row.ticket).exists():
        return Verdict(Why.ALREADY, verdict.learner_id)
    if row.supersedes_id is not None:
        raise IntegrityError("what it was to supersede was superseded meanwhile")
    return Verdict(Why.ALREADY, verdict.learner_id)


def _receipt(row: KitEntry, *, again: bool) -> KitReceipt:
    return KitReceipt(row.digest, row.number, row.state, row.why, row.receipt, again)

"""One member of an employer's booking in the place of another, in one step."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from courses import audit, enrolment, seating
from courses.enrolment import EnrolmentRefusal, EnrolmentRefused
from courses.groups.refusals import GroupRefusal, GroupRefused
from courses.groups.seats import may_undo
from courses.models import Enrolment, GroupBooking, User
from courses.people.learners import Applicant, find_or_register
from courses.seating import Seat, SeatingRefusal, SeatingRefused


@dataclass(frozen=True)
class Replaced:
    out: Enrolment
    made: Enrolment


def replace(
    *, booking: GroupBooking, out: Enrolment, applicant: Applicant, by: User, now: datetime, truth: str
) -> Replaced:
    """Give the seat of one member to another whom the employer names; both or neither, and nobody waits longer for it.

    The newcomer is registered where nobody knows them, and weighed as any applicant. `applicant.consent`: the employer
    has told them and has their consent, as for the list; `truth`: the version of the text by which the newcomer vouched
    for what is stated, as every applicant does; it stays with their enrolment. It works as long as the list could be
    taken back. Refused with GroupRefused: the class has started, not a member with a seat, the other is in the class
    already, or did not vouch by the newest text; with IdentityRefused; with EnrolmentRefused for what a rule blocks.
    """
    if not may_undo(booking=booking, now=now):
        raise GroupRefused(GroupRefusal.STARTED)
    if out.booking_id != booking.pk or out.status not in Enrolment.SEATED:
        raise GroupRefused(GroupRefusal.NOT_A_MEMBER)
    with transaction.atomic():
        learner = find_or_register(applicant=applicant, by=by, now=now)
        seen = enrolment.check(learner=learner, training_class=out.training_class, declared=(), now=now)
        if seen.refusal is not None:
            raise _of_the_group(seen.refusal)
        if truth != seen.weighed.truth:
            raise GroupRefused(GroupRefusal.TRUTH_MISSING)
        seat = Seat(learner, None, [one for one in seen.findings if not one.blocks])
        try:
            made = seating.replace(out=out, seat=seat, by=by, now=now, truth=truth)
        except SeatingRefused as refusal:
            taken = refusal.code == SeatingRefusal.ALREADY_ENROLLED
            raise GroupRefused(GroupRefusal.IN_CLASS if taken else GroupRefusal.NOT_A_MEMBER) from refusal
        detail = {"out": out.number, "in": made.number}
        audit.record(by=by, verb="group_member_replaced", target=booking, now=now, detail=detail)
    return Replaced(out, made)


def _of_the_group(refusal: EnrolmentRefused) -> EnrolmentRefused | GroupRefused:
    """The sentence for a learner says 「您」; here somebody else reads it."""
    in_class = refusal.code == EnrolmentRefusal.ALREADY_ENROLLED
    return GroupRefused(GroupRefusal.IN_CLASS) if in_class else refusal

"""Whom an entry is about, by what was shown to the phone: a code, a card, or somebody's place on the list."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from courses.attendance import personal
from courses.attendance.checkin import SHARED
from courses.attendance.kit.entries import SLACK, Entry
from courses.attendance.kit.words import Why
from courses.attendance.reverse import OLD
from courses.attendance.second import SECOND
from courses.models import Direction, Enrolment, Evidence, Kit, Learner, Lesson, PersonalCard, TrainingClass
from courses.policy import Policy


@dataclass(frozen=True)
class Shown:
    """Whose it is. `refused`: it is nobody's, or does not hold; `doubt`: it cannot be proved; `look`: why somebody has
    to look at the person, as at the door."""

    learner_id: int | None = None
    refused: Why | None = None
    doubt: Why | None = None
    look: str = ""
    ticket: str = ""
    browser: str = ""


def presented(
    *, entry: Entry, kit: Kit, lesson: Lesson, policy: Policy, by_name: dict[str, int], ever_in: Sequence[Enrolment]
) -> Shown:
    named = by_name.get(entry.member)
    if entry.member and named is None:
        return Shown(refused=Why.UNKNOWN_MEMBER)
    if entry.kind == "mark":
        return Shown(named) if named else Shown(refused=Why.UNKNOWN_MEMBER)
    if entry.kind == "card":
        return _card(entry, kit, [named] if named else list(by_name.values()))
    shown = _code(entry, lesson, policy, ever_in)
    if named is not None and shown.learner_id not in (None, named):
        return Shown(refused=Why.UNKNOWN_MEMBER)
    return shown


def _card(entry: Entry, kit: Kit, learners: Sequence[int]) -> Shown:
    """Only who held the card can have made the proof: it is keyed by the card's mark, and the phone has none."""
    live = Q(voided_at__isnull=True) | Q(voided_at__gt=entry.made_at)
    held = PersonalCard.objects.filter(live, learner__in=learners, learner__verified_at__isnull=False)
    message = f"{kit.number}:{entry.number}:{int(entry.claimed_at.timestamp() * 1000)}"
    for learner_id, mark in held.exclude(mark="").values_list("learner", "mark"):
        proof = hmac.digest(bytes.fromhex(mark), message.encode(), hashlib.sha256).hex()
        if hmac.compare_digest(proof, entry.proof):
            return Shown(learner_id)
    return Shown(refused=Why.UNKNOWN_CODE)


def _code(entry: Entry, lesson: Lesson, policy: Policy, ever_in: Sequence[Enrolment]) -> Shown:
    """As the trainer's own scan, at the time that the phone claims."""
    text = personal.bare(entry.code)
    if not personal.is_personal(text):
        return Shown(refused=Why.UNKNOWN_CODE)
    found = personal.read(text=text, policy=policy, now=entry.made_at)
    if found is None:
        number = personal.PREFIX + text[: personal.NUMBER_LENGTH]
        own = next((row.learner_id for row in ever_in if row.learner.number == number), None)
        return Shown(own, doubt=Why.CODE_TIME) if own else Shown(refused=Why.UNKNOWN_CODE)
    ended = found.device.revoked_at
    if ended is not None and ended <= entry.made_at:
        return Shown(found.learner.pk, refused=Why.NOT_BOUND)
    if found.learner.verified_at is None:
        return Shown(found.learner.pk, refused=Why.NOT_VERIFIED)
    # Its seed is one for the whole day: a phone that was bound later makes the codes of an earlier hour as well.
    if found.device.bound_at > entry.made_at + SLACK:
        return Shown(found.learner.pk, doubt=Why.CODE_TIME)
    browser = found.device.browser or found.device.code
    look = _look(entry, lesson, found.learner, browser) or ("" if found.fresh else OLD)
    # The same code may be scanned in and, at the end of a short lesson, out.
    return Shown(found.learner.pk, look=look, ticket=f"{text}{entry.way[0].upper()}", browser=browser)


def _look(entry: Entry, lesson: Lesson, learner: Learner, browser: str) -> str:
    shared = Evidence.objects.filter(lesson=lesson, device=browser, direction=entry.way).exclude(learner=learner)
    if shared.exists():
        return SHARED
    both = lesson.training_class.second_scan == TrainingClass.SecondScan.BOTH
    return SECOND if both and entry.way == Direction.IN else ""

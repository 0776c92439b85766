"""What the rules of presence make of one entry. Whatever order the entries of several phones come in, the end is one.

A scan is an arrival like any other, at the time that the phone claims; a mark by hand is a mark by hand. Three things
differ from the door: the time is claimed, so that what it rests on is doubted and then waits for another person; the
end of a window shuts nobody out, but waits likewise, as a late addition does; and several phones may say different
things, of which none counts until somebody decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from courses.attendance import membership
from courses.attendance.derive import LEAVE_REASONS, standing
from courses.attendance.evidence import rows_of
from courses.attendance.kit.entries import HERE, Entry
from courses.attendance.kit.material import member_name
from courses.attendance.kit.showing import Shown
from courses.attendance.kit.words import Why
from courses.attendance.marks import Mark, marked_row
from courses.attendance.second import SECOND
from courses.models import Attendance, Direction, Enrolment, Evidence, Kit, KitEntry, Learner, Lesson
from courses.policy import Policy

Kind, Strength, Origin = Evidence.Kind, Evidence.Strength, Evidence.Origin
ARRIVED = {HERE, str(Mark.PRESENT), str(Mark.LATE)}
# Entries whose word about a person stands, until another one takes its place.
SPEAKS = (Why.RECORDED, Why.LOOK, Why.SECOND_PERSON, Why.ALREADY, Why.PHONES_DIFFER)
# Why a scan that came too late waits; a mark by hand has its own reason.
LATE = "kit_late"


@dataclass(frozen=True)
class Verdict:
    """`evidence` is the row that is to be appended, or none where nothing new is said or nothing may be."""

    why: Why
    learner_id: int | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Desk:
    """One hand-over: whose phone, which lesson, under which numbers, and whether the phone's clock still holds."""

    kit: Kit
    lesson: Lesson
    policy: Policy
    now: datetime
    clock_holds: bool

    @cached_property
    def ever_in(self) -> list[Enrolment]:
        return membership.ever_in(training_class_id=self.lesson.training_class_id)

    @cached_property
    def by_name(self) -> dict[str, int]:
        """Whom each name of this lesson means, also of those who are no longer in the class."""
        return {
            member_name(lesson=self.lesson, learner_number=row.learner.number): row.learner_id for row in self.ever_in
        }

    @cached_property
    def own(self) -> int | None:
        """The learner that whoever prepared the phone is: their own word about themselves waits for somebody else."""
        return Learner.objects.filter(user=self.kit.by_id).values_list("pk", flat=True).first()

    def enrolment_of(self, learner_id: int) -> Enrolment | None:
        """By date, as everywhere: the enrolment by which this lesson is theirs."""
        own = [row for row in self.ever_in if row.learner_id == learner_id]
        states = {row.learner_id: row for row in Attendance.objects.filter(lesson=self.lesson, learner=learner_id)}
        found = membership.members(enrolments=own, lesson=self.lesson, states=states)
        return found[0] if found else None


@dataclass(frozen=True)
class Case:
    """One entry about one learner, beside everything that was said of them at this lesson."""

    entry: Entry
    shown: Shown
    enrolment: Enrolment
    doubt: Why | None
    desk: Desk

    @cached_property
    def everything(self) -> list[Evidence]:
        return standing(rows_of(lesson_id=self.desk.lesson.pk, learner_id=self.enrolment.learner_id))

    @cached_property
    def rows(self) -> list[Evidence]:
        """What stands about the learner in this direction; a leave that was granted says nothing of who came."""
        return [row for row in self.everything if row.direction == self.entry.way and row.kind != Kind.LEAVE]

    @cached_property
    def _half(self) -> Evidence | None:
        """What the wall recorded and the trainer's own scan makes whole, at the earlier time of the two."""
        return next((row for row in self.rows if row.kind == Kind.WALL and row.reason == SECOND), None)

    @cached_property
    def words(self) -> list[KitEntry]:
        """What phones have said of the learner in this direction and not taken back."""
        said = KitEntry.objects.filter(
            kit__lesson=self.desk.lesson, learner=self.enrolment.learner_id, way=self.entry.way, why__in=SPEAKS
        )
        return latest(said.order_by("pk"))

    def verdict(self) -> Verdict:
        if any(row.kind == Kind.RULING for row in self.everything):
            return self._says(Why.NUMBER_TWICE if self.doubt == Why.NUMBER_TWICE else Why.DECIDED)
        if self.doubt is not None:
            return self._says(self.doubt, None if self.rows else self._waiting(self.doubt))
        if self._overtaken():
            return self._says(Why.OVERTAKEN)
        others = [word for word in self.words if not self._takes_place_of(word)]
        if any(contradicts(self.entry.said, word.said) for word in others):
            return self._says(Why.PHONES_DIFFER, self._suspended())
        if self._stands_otherwise():
            return self._says(Why.DECIDED)
        return self._arrived() if self._counts else self._away()

    def _says(self, why: Why, evidence: Evidence | None = None) -> Verdict:
        return Verdict(why, self.enrolment.learner_id, evidence)

    # ── What else was said ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _counts(self) -> bool:
        return self.entry.said in ARRIVED or self.entry.way == Direction.OUT

    def _overtaken(self) -> bool:
        """The same phone said something else by hand later, and that came in first."""
        later = (word for word in self.words if word.kit_id == self.desk.kit.pk and word.kind == "mark")
        return self.entry.by_hand and any(word.number > self.entry.number for word in later)

    def _takes_place_of(self, word: KitEntry) -> bool:
        own = word.kit_id == self.desk.kit.pk and word.kind == "mark"
        return own and self.entry.by_hand and word.number < self.entry.number

    def _stands_otherwise(self) -> bool:
        """The register says the contrary by another way than these phones: it is not overruled from afar."""
        others = [row for row in self.rows if row.origin != Origin.KIT]
        if self._counts:
            return any(row.reason in LEAVE_REASONS for row in others)
        return any(row.reason != self.entry.said for row in others)

    def _former(self) -> Evidence | None:
        """What this phone said by hand before, or what it was suspended by, where the new word takes its place."""
        if not any(self._takes_place_of(word) for word in self.words):
            return None
        own = {word.evidence_id for word in self.words if self._takes_place_of(word)}
        return next((row for row in self.rows if row.pk in own or _is_suspended(row)), None)

    # ── What becomes of it ────────────────────────────────────────────────────────────────────────────────────────────

    def _arrived(self) -> Verdict:
        row, former = self._row(), self._former()
        if former is None and self._is_known(row):
            return self._says(Why.ALREADY)
        row.supersedes = former or self._weaker_than(row)
        if row.kind == Kind.LATE:
            return self._says(Why.SECOND_PERSON, row)
        return self._says(Why.RECORDED if row.strength == Strength.PROVED else Why.LOOK, row)

    def _away(self) -> Verdict:
        former = self._former()
        if self._told_too_late:
            return self._says(Why.TOO_OLD)
        if former is None and any(row.reason == self.entry.said for row in self.rows):
            return self._says(Why.ALREADY)
        row = self._by_hand()
        row.supersedes = former
        return self._says(Why.RECORDED, row)

    def _suspended(self) -> Evidence | None:
        """What a phone said of presence loses its force, and waits: the arrival that one of the two claims."""
        if any(_is_suspended(row) for row in self.rows):
            return None
        said = [row for row in self.rows if row.origin == Origin.KIT]
        said.sort(key=lambda row: (row.strength == Strength.PROVED, row.pk))
        if not said or (said[-1].reason in LEAVE_REASONS and not self._counts):
            return None
        row = self._waiting(Why.PHONES_DIFFER) if self._counts else self._scanned(Kind.LATE, Why.PHONES_DIFFER)
        assert row is not None
        if said[-1].reason not in LEAVE_REASONS:
            row.happened_at = said[-1].happened_at
        row.supersedes = said[-1]
        return row

    def _is_known(self, row: Evidence) -> bool:
        """Whether what stands says as much already: an arrival as early, a leaving as late, and no less proved."""
        said = [old for old in self.rows if old.reason not in LEAVE_REASONS]
        if row.strength == Strength.PROVED:
            said = [old for old in said if old.strength == Strength.PROVED]
        if row.direction == Direction.OUT:
            return any(old.happened_at >= row.happened_at for old in said)
        return any(old.happened_at <= row.happened_at for old in said)

    def _weaker_than(self, row: Evidence) -> Evidence | None:
        """Another phone's word that says less than this one, or the half of the wall that waited for this scan."""
        if self._half is not None and row.kind == Kind.OFFLINE:
            return self._half
        same = [old for old in self.rows if old.origin == Origin.KIT and old.strength == row.strength]
        return next((old for old in same if old.reason not in LEAVE_REASONS), None)

    # ── The rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _row(self) -> Evidence:
        """An arrival or a leaving; what is late in either sense waits for another person, as a late addition does."""
        own = self.enrolment.learner_id == self.desk.own
        held = own or self._late or self._told_too_late or self._long_after
        late = self._waiting(self.entry.reason or LATE) if held else None
        if late is not None:
            return late
        if self.entry.by_hand:
            return self._by_hand()
        look = "" if self._half is not None and self.shown.look == SECOND else self.shown.look
        row = self._scanned(Kind.OFFLINE, look)
        row.strength = Strength.AWAITING if look else Strength.PROVED
        if self._half is not None and not look:
            row.happened_at = min(self._half.happened_at, row.happened_at)
        row.ticket, row.device = self.shown.ticket or None, self.shown.browser
        return row

    @property
    def _late(self) -> bool:
        """After the end of its window; that somebody left, the trainer may say later."""
        if self.entry.way == Direction.OUT:
            closes = self.desk.lesson.ends_at + timedelta(minutes=self.desk.policy.checkout_closes_minutes)
            return not self.entry.by_hand and self.entry.made_at > closes
        return self.entry.made_at > self.desk.lesson.ends_at

    @property
    def _told_too_late(self) -> bool:
        return self.desk.now > self.desk.lesson.ends_at + timedelta(hours=self.desk.policy.late_addition_hours)

    @property
    def _long_after(self) -> bool:
        """Nothing but clocks of phones says that it was in class, a code's and a card's too; long after class that is
        not enough."""
        return self.desk.now > self.desk.lesson.ends_at + timedelta(hours=self.desk.policy.kit_hand_hours)

    def _waiting(self, reason: str) -> Evidence | None:
        """A row that counts once another person confirms it; an excuse cannot wait."""
        if not self._counts:
            return None
        if not self.entry.by_hand:
            return self._scanned(Kind.LATE, reason)
        row = self._by_hand()
        row.kind, row.strength, row.reason = Kind.LATE, Strength.AWAITING, str(reason)
        return row

    def _by_hand(self) -> Evidence:
        kit, entry = self.desk.kit, self.entry
        as_ = Mark(entry.said)
        row = marked_row(kit.by, self.desk.lesson, self.enrolment, as_, entry.reason, "", entry.made_at)
        row.note = f"{row.note} {kit.number}".strip()
        row.origin, row.claimed_at, row.received_at = Origin.KIT, entry.claimed_at, self.desk.now
        return row

    def _scanned(self, kind: Evidence.Kind, reason: str) -> Evidence:
        return Evidence(
            lesson=self.desk.lesson,
            learner_id=self.enrolment.learner_id,
            enrolment=self.enrolment,
            kind=kind,
            direction=self.entry.way,
            strength=Strength.AWAITING,
            origin=Origin.KIT,
            happened_at=self.entry.made_at,
            claimed_at=self.entry.claimed_at,
            received_at=self.desk.now,
            by=self.desk.kit.by,
            reason=str(reason),
            note=self.desk.kit.number,
        )


def latest(rows: Iterable[KitEntry]) -> list[KitEntry]:
    """Of each phone's marks by hand the last, and every scan."""
    scans: list[KitEntry] = []
    by_hand: dict[int, KitEntry] = {}
    for row in rows:
        if row.kind != "mark":
            scans.append(row)
        elif row.kit_id not in by_hand or by_hand[row.kit_id].number < row.number:
            by_hand[row.kit_id] = row
    return [*scans, *by_hand.values()]


def _is_suspended(row: Evidence) -> bool:
    return row.kind == Kind.LATE and row.strength == Strength.AWAITING and row.reason == Why.PHONES_DIFFER


def contradicts(one: str, other: str) -> bool:
    """A scan agrees with every arrival; two hands agree only where they say the same."""
    return one != other and not (HERE in (one, other) and {one, other} <= ARRIVED)

"""Who and what would be in two places at once: rooms, trainers and learners, across all classes.

A lesson clashes with another that overlaps it. A person also needs time to get from one venue to the next: a gap
shorter than the policy's travel minutes is a clash as well. The number of statements does not depend on the number of
classes or lessons.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from courses.models import Enrolment, Lesson, TrainingClass
from courses.places import room_key
from courses.policy import Policy


class ClashKind(StrEnum):
    OVERLAP = "overlap"
    ROOM = "room"
    TRAINER = "trainer"
    LEARNER = "learner"


class Meeting(NamedTuple):
    """A lesson as far as it can clash."""

    class_pk: int
    class_number: str
    number: int
    starts_at: datetime
    ends_at: datetime
    room: str
    trainer: int | None
    venue: int | None
    district: int | None


# A lesson is held at its class's venue where it has none of its own.
COLUMNS = (
    "training_class_id", "training_class__number", "number", "starts_at", "ends_at", "room", "trainer_id",
    Coalesce("venue_id", "training_class__venue_id"),
    Coalesce("venue__district_id", "training_class__venue__district_id"),
)  # fmt: skip


@dataclass(frozen=True)
class Clash:
    """`on_the_way`: they do not overlap, but the gap is too short for the way. `learners` counts those concerned."""

    kind: ClashKind
    mine: Meeting
    other: Meeting
    on_the_way: bool = False
    learners: int = 0


def clashes_of(*, pks: Iterable[int], policy: Policy, moved: Lesson | None = None) -> dict[int, list[Clash]]:
    """The clashes of these classes, by class. Drafts, returned and cancelled classes claim nothing from others.

    `moved`: a lesson as it would be after a change that is not written yet; one without a key is new.
    """
    wanted = set(pks)
    own = _as_moved(_meetings(Lesson.objects.filter(training_class__in=wanted)), moved)
    found: dict[int, list[Clash]] = {pk: [] for pk in wanted}
    if not own:
        return found
    reach = timedelta(minutes=max(policy.travel_minutes, policy.travel_minutes_far))
    claimed = Lesson.objects.filter(
        starts_at__lt=max(meeting.ends_at for meeting in own) + reach,
        ends_at__gt=min(meeting.starts_at for meeting in own) - reach,
    ).exclude(training_class__status__in=TrainingClass.CLAIMS_NOTHING)
    venues = {meeting.venue for meeting in own if meeting.venue}
    trainers = {meeting.trainer for meeting in own if meeting.trainer}
    there = Q(venue__in=venues) | Q(venue__isnull=True, training_class__venue__in=venues)
    near = _meetings(claimed.filter(there | Q(trainer__in=trainers)))
    shared = _shared_learners(wanted)
    theirs = _meetings(claimed.filter(training_class__in={other for _mine, other in shared}))
    for clash in (
        *_overlaps(own),
        *_by_key(own, near, ClashKind.ROOM, policy),
        *_by_key(own, near, ClashKind.TRAINER, policy),
        *_of_learners(own, theirs, shared, policy),
    ):
        found[clash.mine.class_pk].append(clash)
    for clashes in found.values():
        clashes.sort(key=lambda clash: (clash.mine.starts_at, clash.kind, clash.other.starts_at))
    return found


def _meetings(lessons: QuerySet[Lesson]) -> list[Meeting]:
    planned = lessons.filter(status=Lesson.Status.PLANNED).order_by("starts_at", "pk")
    return [Meeting(*row) for row in planned.values_list(*COLUMNS)]


def _as_moved(own: list[Meeting], moved: Lesson | None) -> list[Meeting]:
    if moved is None:
        return own
    place = moved.place
    held = Meeting(
        class_pk=moved.training_class_id,
        class_number=moved.training_class.number,
        number=moved.number,
        starts_at=moved.starts_at,
        ends_at=moved.ends_at,
        room=moved.room,
        trainer=moved.trainer_id,
        venue=place.pk if place else None,
        district=place.district_id if place else None,
    )
    others = [one for one in own if (one.class_pk, one.number) != (held.class_pk, held.number)]
    return sorted([*others, held], key=lambda one: one.starts_at)


def _overlaps(own: list[Meeting]) -> list[Clash]:
    """Two lessons of one class at the same time."""
    clashes = []
    last: dict[int, Meeting] = {}
    for meeting in own:
        before = last.get(meeting.class_pk)
        if before is not None and meeting.starts_at < before.ends_at:
            clashes.append(Clash(ClashKind.OVERLAP, meeting, before))
        if before is None or meeting.ends_at > before.ends_at:
            last[meeting.class_pk] = meeting
    return clashes


def _key(meeting: Meeting, kind: ClashKind) -> object:
    if kind == ClashKind.ROOM:
        return (meeting.venue, room_key(meeting.room)) if meeting.venue and meeting.room else None
    return meeting.trainer


def _by_key(own: list[Meeting], near: list[Meeting], kind: ClashKind, policy: Policy) -> list[Clash]:
    """Meetings of different classes that share the room, or the trainer."""
    by_key: dict[object, list[Meeting]] = defaultdict(list)
    for meeting in near:
        by_key[_key(meeting, kind)].append(meeting)
    clashes = []
    for mine in own:
        key = _key(mine, kind)
        for other in by_key[key] if key is not None else ():
            if other.class_pk == mine.class_pk:
                continue
            moves = kind != ClashKind.ROOM
            if _overlap(mine, other):
                clashes.append(Clash(kind, mine, other))
            elif moves and _too_far(mine, other, policy):
                clashes.append(Clash(kind, mine, other, on_the_way=True))
    return clashes


def _shared_learners(pks: set[int]) -> dict[tuple[int, int], int]:
    """How many learners hold a seat in one of these classes and in another, by (class, other class)."""
    seated = Enrolment.objects.filter(status__in=Enrolment.SEATED).order_by()
    mine: dict[int, set[int]] = defaultdict(set)
    for learner, own in seated.filter(training_class__in=pks).values_list("learner", "training_class"):
        mine[learner].add(own)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    here = seated.filter(training_class__in=pks).values("learner")
    for learner, other in seated.filter(learner__in=here).values_list("learner", "training_class"):
        for own in mine[learner] - {other}:
            shared[own, other] += 1
    return shared


def _of_learners(
    own: list[Meeting], theirs: list[Meeting], shared: dict[tuple[int, int], int], policy: Policy
) -> list[Clash]:
    by_class: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in theirs:
        by_class[meeting.class_pk].append(meeting)
    others: dict[int, list[int]] = defaultdict(list)
    for mine_pk, other_pk in shared:
        others[mine_pk].append(other_pk)
    clashes = []
    for mine in own:
        for other in (meeting for pk in others[mine.class_pk] for meeting in by_class[pk]):
            learners = shared[mine.class_pk, other.class_pk]
            if _overlap(mine, other):
                clashes.append(Clash(ClashKind.LEARNER, mine, other, learners=learners))
            elif _too_far(mine, other, policy):
                clashes.append(Clash(ClashKind.LEARNER, mine, other, on_the_way=True, learners=learners))
    return clashes


def _overlap(one: Meeting, other: Meeting) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _too_far(one: Meeting, other: Meeting, policy: Policy) -> bool:
    """Whether the gap between two venues is shorter than the way; within a venue there is no way."""
    if one.venue is None or other.venue is None or one.venue == other.venue:
        return False
    minutes = policy.travel_minutes if one.district == other.district else policy.travel_minutes_far
    gap = max(one.starts_at, other.starts_at) - min(one.ends_at, other.ends_at)
    return gap < timedelta(minutes=minutes)

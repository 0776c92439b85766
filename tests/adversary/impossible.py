"""T07, T08, T11 and T13 on seeded rows: marks by hand, patterns that cannot be, servers whose clocks differ or jump,
keys that are used again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from secrets import token_hex

from django.db import transaction

from courses import attendance, completion, policy, supervision
from courses import classes as openings
from courses.attendance import Mark, MarkRefused, ScanRefused, Who, codes
from courses.completion import CompletionRefusal, CompletionRefused
from courses.enrolment.weighing import weigh
from courses.models import (
    ApiClient,
    Attendance,
    Completion,
    CountEntry,
    Direction,
    Enrolment,
    Evidence,
    Learner,
    Signal,
    TrainingClass,
)
from courses.people import clients
from courses.people.clients import ClientRefusal, ClientRefused, Scope
from courses.policy import Policy
from tests.adversary.rooms import BEGAN, Room, room
from tests.adversary.seeds import drawn
from tests.factories import catalogue, classes, people

PEOPLE = 12


def t07_classes_marked_by_hand(many: int) -> list[str]:
    """Seeded classes in which any number were marked by hand, in class or after it: every mark says who, why and when;
    the shares above a tenth are told; what was added after class waits; nothing counts before a second person."""
    chance, found = drawn(), []
    for _ in range(many):
        with transaction.atomic():
            found += _class_marked_by_hand(chance)
            transaction.set_rollback(True)
        policy.of_pinned.cache_clear()
    return found


def _class_marked_by_hand(chance: Random) -> list[str]:
    here = room(people=PEOPLE)
    by_hand = here.learners[: chance.randint(0, PEOPLE)]
    added = {one.pk for one in by_hand if chance.random() < 0.3}
    for learner in here.learners[len(by_hand) :]:
        here.scan(learner, browser=learner.number)
        here.scan(learner, browser=learner.number, at=here.minute(175), direction=Direction.OUT)
    for learner in by_hand:
        _mark(here, learner, Mark.PRESENT, here.minute(200 if learner.pk in added else chance.uniform(0, 100)))
        _mark(here, learner, Mark.OUT, here.minute(210))
    return [
        *_marks_without_origin(here),
        *_shares_told_wrongly(here, {one.number for one in by_hand}),
        *_added_that_count(here, added),
        *_counted_by_one(here),
    ]


def _mark(here: Room, learner: Learner, as_: Mark, now: datetime) -> None:
    attendance.mark(by=here.trainer, lesson=here.lesson, learner=learner, as_=as_, reason="no_phone", now=now)


def _marks_without_origin(here: Room) -> list[str]:
    rows = Evidence.objects.filter(lesson=here.lesson, kind__in=(Evidence.Kind.MANUAL, Evidence.Kind.LATE))
    bare = [row.receipt for row in rows if row.by_id is None or not row.reason or row.received_at < row.happened_at]
    return [f"marks without a person, a reason or a time: {bare}"] if bare else []


def _shares_told_wrongly(here: Room, marked: set[str]) -> list[str]:
    supervision.compute(lesson=here.lesson, now=here.lesson.ends_at + timedelta(hours=2))
    rows = Signal.objects.filter(lesson=here.lesson, kind=Signal.Kind.BY_HAND).values_list("rows", flat=True)
    told = [{line["learner"] for line in lines} for lines in rows]
    wanted = [marked] if len(marked) * 10 > PEOPLE else []
    return [f"{len(marked)} of {PEOPLE} by hand: told {told}"] if told != wanted else []


def _added_that_count(here: Room, added: set[int]) -> list[str]:
    """The trainer who added them does not confirm them."""
    rows = list(Evidence.objects.filter(lesson=here.lesson, kind=Evidence.Kind.LATE))
    for row in rows:
        try:
            attendance.confirm(by=here.trainer, receipt=row.receipt, lesson=here.lesson, now=here.minute(220))
        except MarkRefused:
            continue
    counted = Attendance.objects.filter(lesson=here.lesson, learner__in=added, minutes__gt=0).count()
    wrong = counted or {row.learner_id for row in rows} != added
    return [f"{counted} of {len(added)} additions after class count by one person"] if wrong else []


def _counted_by_one(here: Room) -> list[str]:
    now = here.minute(300)
    enrolments = Enrolment.objects.filter(training_class=here.a_class).select_related(
        "learner", "training_class__policy"
    )
    for enrolment in enrolments:
        try:
            done = completion.propose(by=here.trainer, enrolment=enrolment, now=now)
            completion.submit(by=here.trainer, completion=done, now=now)
            completion.approve(by=here.trainer, completion=done, now=now)
        except CompletionRefused as refusal:
            if refusal.code not in (CompletionRefusal.SAME_PERSON, CompletionRefusal.NOT_MET):
                raise
    counted = CountEntry.objects.count() + Completion.objects.filter(status=Completion.Status.APPROVED).count()
    return [f"{counted} count by one person alone"] if counted else []


# ── Patterns that cannot be ───────────────────────────────────────────────────────────────────────────────────────────

# Draws one: whether it is impossible and how far it is from the limit; tells what the product found.
Pattern = Callable[[Random, bool], set[str]]


def t08_impossible_classes(many: int) -> list[str]:
    """Each pattern is found, and its twin just on this side of the limit is not."""
    chance, found = drawn(), []
    for number in range(many):
        code, pattern = list(PATTERNS.items())[number % len(PATTERNS)]
        for impossible in (True, False):
            with transaction.atomic():
                if (code in pattern(chance, impossible)) != impossible:
                    found.append(f"{code}: {'not found' if impossible else 'found where nothing is wrong'}")
                transaction.set_rollback(True)
            policy.of_pinned.cache_clear()
    return found


def _draft(**fields: object) -> TrainingClass:
    first = fields.pop("first", BEGAN + timedelta(days=20))
    return classes.training_class(now=BEGAN, approved=False, first=first, **fields)  # type: ignore[arg-type]


def _failures(a_class: TrainingClass) -> set[str]:
    found = openings.checks(training_class=a_class, now=BEGAN, policy=Policy())
    return {str(finding.code) for finding in found if not finding.passed}


def _beside(chance: Random, impossible: bool) -> datetime:
    """A time that overlaps lessons of three hours on two days, or comes a week after them."""
    first = BEGAN + timedelta(days=20)
    return first + (timedelta(minutes=chance.randint(-179, 179)) if impossible else timedelta(days=7))


def _same_trainer(chance: Random, impossible: bool) -> set[str]:
    trainer = people.user()
    classes.training_class(now=BEGAN, first=BEGAN + timedelta(days=20), trainers=[trainer])
    return _failures(_draft(first=_beside(chance, impossible), trainers=[trainer]))


def _same_room(chance: Random, impossible: bool) -> set[str]:
    classes.training_class(now=BEGAN, first=BEGAN + timedelta(days=20))
    return _failures(_draft(first=_beside(chance, impossible)))


def _long_day(chance: Random, impossible: bool) -> set[str]:
    hours = chance.randint(9, 14) if impossible else chance.randint(4, 8)
    return _failures(_draft(minutes=45 * hours))


def _too_large(chance: Random, impossible: bool) -> set[str]:
    course = catalogue.course(kind=catalogue.kind("skill-small", max_size=50))
    return _failures(_draft(course=course, seats=chance.randint(51, 200) if impossible else chance.randint(1, 50)))


def _larger_than_room(chance: Random, impossible: bool) -> set[str]:
    """The venue of the factory holds sixty."""
    return _failures(_draft(seats=chance.randint(61, 200) if impossible else chance.randint(1, 60)))


def _learner_twice(chance: Random, impossible: bool) -> set[str]:
    one = classes.training_class(now=BEGAN, first=BEGAN + timedelta(days=20))
    learner = classes.enrolled(training_class=one, now=BEGAN).learner
    other = classes.training_class(now=BEGAN, first=_beside(chance, impossible))
    return _weighed(learner, other)


def _under_age(chance: Random, impossible: bool) -> set[str]:
    starts = BEGAN.date() + timedelta(days=20)
    birthday = starts.replace(year=starts.year - 16)
    away = timedelta(days=chance.randint(1, 3000))
    learner = people.learner(now=BEGAN, born_on=birthday + away if impossible else birthday - away)
    return _weighed(learner, classes.training_class(now=BEGAN, first=BEGAN + timedelta(days=20)))


def _weighed(learner: Learner, a_class: TrainingClass) -> set[str]:
    found = weigh(learner=learner, training_class=a_class, declared=(), now=BEGAN).found
    return {str(finding.code) for finding in found}


def _more_than_seats(chance: Random, impossible: bool) -> set[str]:
    """Whoever is more than the seats waits."""
    seats = chance.randint(1, 5)
    a_class = classes.training_class(now=BEGAN, first=BEGAN + timedelta(days=20), seats=seats)
    for _ in range(seats + impossible):
        classes.enrolled(training_class=a_class, now=BEGAN)
    statuses = list(a_class.enrolments.values_list("status", flat=True))
    assert statuses.count(Enrolment.Status.ADMITTED) == seats
    return {"seats"} if len(statuses) > seats else set()


PATTERNS: dict[str, Pattern] = {
    "trainer_clash": _same_trainer,
    "room_clash": _same_room,
    "day_hours": _long_day,
    "size": _too_large,
    "capacity": _larger_than_room,
    "overlap": _learner_twice,
    "under_age": _under_age,
    "seats": _more_than_seats,
}


# ── Servers whose clocks differ or jump ───────────────────────────────────────────────────────────────────────────────


def t11_server_clocks(many: int) -> list[str]:
    """Servers two seconds apart take each other's codes and tickets. Set back by up to an hour in class, a server takes
    no ticket that was sealed before and no code that the wall has yet to show, and writes nobody twice."""
    chance, found, here = drawn(), [], room(people=1)
    [learner] = here.learners
    for _ in range(many):
        shown, apart = here.minute(chance.uniform(0, 60)), timedelta(seconds=chance.uniform(-2, 2))
        with transaction.atomic():
            found += _nodes_apart(here, learner, shown, shown + apart)
            found += _set_back(here, learner, shown, shown - timedelta(minutes=chance.uniform(1, 60)))
            transaction.set_rollback(True)
    return found


def _nodes_apart(here: Room, learner: Learner, shown: datetime, read: datetime) -> list[str]:
    code = attendance.issue(lesson=here.lesson, direction=Direction.IN, policy=Policy(), now=shown)
    try:
        codes.read(scan=codes.split(code.text), policy=Policy(), now=read)
        ticket = attendance.seal_ticket(here.ticket(shown, learner.number))
        attendance.redeem(ticket_text=ticket, who=Who(user_id=learner.user_id), now=read)
    except ScanRefused as refusal:
        return [f"clocks {read - shown} apart: {refusal.code}"]
    return []


def _set_back(here: Room, learner: Learner, before: datetime, after: datetime) -> list[str]:
    unused = attendance.seal_ticket(here.ticket(before, "another"))
    shown = attendance.issue(lesson=here.lesson, direction=Direction.IN, policy=Policy(), now=before)
    found = []
    for deed in (
        lambda: attendance.redeem(ticket_text=unused, who=Who(user_id=learner.user_id), now=after),
        lambda: codes.read(scan=codes.split(shown.text), policy=Policy(), now=after),
    ):
        try:
            deed()
        except ScanRefused:
            continue
        found.append(f"set back by {before - after}, what was made before is taken")
    if after >= here.minute(-30):
        here.scan(learner, browser=learner.number, at=after)
    rows = Evidence.objects.filter(lesson=here.lesson, learner=learner).count()
    return found if rows == 1 else [*found, f"set back by {before - after}: {rows} rows"]


# ── Keys that are used again ──────────────────────────────────────────────────────────────────────────────────────────


def t13_keys_again(many: int) -> list[str]:
    """Under one key the same body gets the same answer and no work is done anew, another body is refused, and another
    system has its own; that several at once are one is the drill `keys`."""
    found = []
    one, other = (_system(name) for name in ("one", "other"))
    for number in range(many):
        told = [
            _asked(who, f"key {number}", body) for who, body in ((one, b"a"), (one, b"a"), (one, b"b"), (other, b"b"))
        ]
        first, again, reused, theirs = told
        if first != again or reused != ClientRefusal.KEY_REUSED or theirs in (first, reused):
            found.append(f"key {number}: {told}")
    return found


def _system(name: str) -> ApiClient:
    school = catalogue.institution()
    made, _token = clients.issue(by=None, name=name, scopes=[Scope.APPLICATIONS], institution=school, now=BEGAN)
    return made


def _asked(client: ApiClient, key: str, body: bytes) -> str:
    """The answer tells the piece of work from any other."""
    try:
        done = clients.once(client=client, key=key, body=body, now=BEGAN, work=lambda: (201, {"number": token_hex(8)}))
    except ClientRefused as refusal:
        return str(refusal.code)
    return str(done[1]["number"])

"""A city of any size for the desk's lists: classes with full rosters, most over and certified, a few at every step that
waits for somebody. May be planted again to grow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.db.models import Model

from courses.models import (
    Attendance,
    Certificate,
    ClassEvent,
    Completion,
    Course,
    District,
    DocumentKind,
    Enrolment,
    IdentityDocument,
    Institution,
    Learner,
    Lesson,
    Post,
    TrainingClass,
    User,
)
from courses.people.learners import document_digest, last4_digest
from courses.people.numbers import fresh
from tests.factories import catalogue, people

CLASS_SIZE = 40
# A learner of the city sits in three classes of its year.
CLASSES_EACH = 3
DISTRICTS = [
    ("zhifu", "芝罘区"),
    ("laishan", "莱山区"),
    ("fushan", "福山区"),
    ("muping", "牟平区"),
    ("penglai", "蓬莱区"),
]
INSTITUTIONS = 60
SERIES = "DRILL-"
NAMES = [f"{family}{given}" for family in "王李张刘陈杨赵黄周吴" for given in ("小强", "海燕", "建国", "秀英", "志远")]
Status, Mode = TrainingClass.Status, TrainingClass.Mode
# Of fifty classes as many stand at each step as do on a working day; the others are over.
STEPS = (
    "class_review",
    "completion_review",
    "completion_submit",
    "draft",
    "returned",
    "applications",
    "queue",
    "lessons",
    "completion_mend",
    "camp",
    "camp_result",
    "paper",
    "seconds",
    "uncertified",
    "afterwards",
)
PERIOD = 50
STATUS = {
    "class_review": Status.SUBMITTED,
    "draft": Status.DRAFT,
    "returned": Status.RETURNED,
    **dict.fromkeys(("applications", "queue", "camp", "camp_result"), Status.ENROLLING),
    **dict.fromkeys(("lessons", "paper"), Status.RUNNING),
    **dict.fromkeys(("completion_review", "completion_submit", "completion_mend"), Status.ASSESSING),
}
MODE = {"applications": Mode.REVIEWED, "camp": Mode.SELECTED, "camp_result": Mode.SELECTED}
# Not begun: nobody has attended.
AHEAD = ("class_review", "draft", "returned", "applications", "queue", "camp", "camp_result")
OVER = ("", "seconds", "uncertified", "afterwards")
CERTIFIED = ("", "seconds", "afterwards")
COMPLETIONS = {
    "completion_review": Completion.Status.SUBMITTED,
    "completion_submit": Completion.Status.PROPOSED,
    "completion_mend": Completion.Status.RETURNED,
    **dict.fromkeys(OVER, Completion.Status.APPROVED),
}
TAKEN = 35
BATCH = 400
REASONING = {
    "passed": True,
    "findings": [{"code": "attendance", "value": 360, "threshold": 288, "met": True}],
}


@dataclass
class City:
    """What was planted in one go."""

    now: datetime
    where: list[District]
    schools: list[Institution]
    staff: dict[str, User]
    learners: list[Learner] = field(default_factory=list)
    classes: list[TrainingClass] = field(default_factory=list)
    lessons: dict[int, list[Lesson]] = field(default_factory=dict)
    rosters: dict[int, list[Enrolment]] = field(default_factory=dict)
    completions: dict[int, list[Completion]] = field(default_factory=dict)

    def at(self, *steps: str) -> list[TrainingClass]:
        return [row for row in self.classes if step_of(row) in steps]

    def approver(self, row: TrainingClass) -> User:
        """A third of everything is the city's; of the district that is asked for, its own officer's."""
        if place_of(row.number) % 3 == 0:
            return self.staff["city"]
        return self.staff["district" if row.district_id == self.schools[0].district_id else "approves"]

    def submitter(self, row: TrainingClass) -> User:
        return self.staff["institution" if row.institution_id == self.schools[0].pk else "submits"]


def place_of(number: str) -> int:
    return int(number.removeprefix(SERIES))


def step_of(row: TrainingClass) -> str:
    """What its class waits for; empty of one that is over."""
    place = place_of(row.number) % PERIOD
    return STEPS[place] if place < len(STEPS) else ""


def many(rows: Iterator[Any] | list[Any]) -> list[Any]:
    """Written as they are, all of one table."""
    listed = list(rows)
    model: type[Model] | None = type(listed[0]) if listed else None
    return model._default_manager.bulk_create(listed, batch_size=BATCH) if model else []


def plant(*, classes: int) -> City:
    """The classes, whoever is in them, and what became of it."""
    now = datetime.now(UTC)
    catalogue.policy()
    where = [catalogue.district(key, name) for key, name in DISTRICTS]
    schools = [
        catalogue.institution(f"J{number:03d}", f"培训学校{number}", where[number % len(where)])
        for number in range(1, INSTITUTIONS + 1)
    ]
    city = City(now, where, schools, _staff(schools[0], now))
    city.learners = many(_learners(classes * CLASS_SIZE // CLASSES_EACH, now))
    many(_documents(city.learners, now))
    city.classes = many(_classes(classes, city))
    taught = TrainingClass.trainers.through
    many([taught(trainingclass=row, user=city.staff["trainer"]) for row in city.classes if _is_asked(row, city)])
    many(_events(city))
    for lesson in many(_lessons(city.classes)):
        city.lessons.setdefault(lesson.training_class_id, []).append(lesson)
    for seat in many(_enrolments(city)):
        city.rosters.setdefault(seat.training_class_id, []).append(seat)
    many(_attendance(city))
    for done in many(_completions(city)):
        city.completions.setdefault(done.enrolment.training_class_id, []).append(done)
    many(_certificates(city))
    return city


def _is_asked(row: TrainingClass, city: City) -> bool:
    return row.institution_id == city.schools[0].pk


def _staff(school: Institution, now: datetime) -> dict[str, User]:
    names = ("proposes", "submits", "approves", "city", "district", "institution", "trainer")
    if not User.objects.filter(username="drill-city").exists():
        long_ago = now - timedelta(days=300)
        people.staff(role=Post.Role.CITY, now=long_ago, username="drill-city")
        people.staff(role=Post.Role.DISTRICT, now=long_ago, username="drill-district", district=school.district)
        for role in (Post.Role.INSTITUTION, Post.Role.TRAINER):
            people.staff(role=role, now=long_ago, username=f"drill-{role}", institution=school)
        for name in ("proposes", "submits", "approves"):
            people.user(username=f"drill-{name}")
    return {name: User.objects.get(username=f"drill-{name}") for name in names}


def _learners(number: int, now: datetime) -> list[Learner]:
    return [
        Learner(
            number=fresh(prefix="X"),
            name=NAMES[place % len(NAMES)],
            born_on=date(1980, 1, 1),
            verified_at=now,
            created_at=now,
        )
        for place in range(number)
    ]


def _documents(own: list[Learner], now: datetime) -> Iterator[IdentityDocument]:
    kind, _created = DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    begun = IdentityDocument.objects.count()
    for place, learner in enumerate(own, start=begun):
        number = f"370699{19600101 + place // 10000:08d}{place % 10000:04d}"
        digests = {
            "digest": document_digest(kind_key="resident", number=number),
            "last4_digest": last4_digest(last4=number[-4:]),
        }
        yield IdentityDocument(learner=learner, kind=kind, number=number, since=now, **digests)


def _classes(number: int, city: City) -> Iterator[TrainingClass]:
    course, version, begun = (
        Course.objects.filter(number="drill").first() or catalogue.course("drill"),
        catalogue.policy(),
        TrainingClass.objects.filter(number__startswith=SERIES).count(),
    )
    for place in range(begun, begun + number):
        row = TrainingClass(number=f"{SERIES}{place:05d}", course=course, seats=CLASS_SIZE + 10)
        step = step_of(row)
        # The institution that is asked for holds more of what waits than any other.
        turn = place // PERIOD
        one_of = (0 if turn % 10 == 0 else turn) if step else place
        school = city.schools[one_of % len(city.schools)]
        row.institution, row.district = school, school.district
        row.status, row.mode = STATUS.get(step, Status.CLOSED), MODE.get(step, Mode.FIRST_COME)
        _when(row, step, place, city.now)
        row.taken = TAKEN if step == "queue" else 0 if step in ("camp", "camp_result") else CLASS_SIZE
        row.waiting = CLASS_SIZE - TAKEN if step == "queue" else 0
        row.arrivals, row.last_seated_no = CLASS_SIZE, row.taken
        if row.status != Status.DRAFT:
            row.submitted_by, row.submitted_at = city.submitter(row), row.created_at + timedelta(days=1)
        if row.status not in TrainingClass.UNAPPROVED:
            row.policy, row.kind_key, row.line, row.claim_key = version, course.kind.key, course.kind.line, "drill"
            row.approved_by, row.approved_at = city.approver(row), row.created_at + timedelta(days=3)
        yield row


def _when(row: TrainingClass, step: str, place: int, now: datetime) -> None:
    today = now.date()
    if step in AHEAD:
        row.starts_on, row.created_at = today + timedelta(days=place % 40 + 15), now - timedelta(days=place % 7 + 3)
        row.enrol_until = now + timedelta(days=place % 9 + 2)
    elif step in ("lessons", "paper"):
        row.starts_on, row.created_at = today - timedelta(days=4), now - timedelta(days=30)
    else:
        row.starts_on = today - timedelta(days=place % 300 + 10)
        row.created_at = now - timedelta(days=place % 300 + 40)
    row.ends_on = row.starts_on + timedelta(days=5)


def _events(city: City) -> Iterator[ClassEvent]:
    """Handed in, approved, opened; sent back."""
    for row in city.classes:
        if row.status == Status.DRAFT:
            continue
        steps: list[tuple[str, str, User | None, int]] = [(Status.DRAFT, Status.SUBMITTED, city.submitter(row), 1)]
        if row.status == Status.RETURNED:
            steps.append((Status.SUBMITTED, Status.RETURNED, city.approver(row), 2))
        if row.approved_by:
            steps.append((Status.SUBMITTED, Status.APPROVED, row.approved_by, 3))
            steps.append((Status.APPROVED, Status.ENROLLING, row.approved_by, 3))
        for was, became, by, days in steps:
            at = row.created_at + timedelta(days=days)
            yield ClassEvent(training_class=row, from_status=was, to_status=became, by=by, at=at)


def _lessons(made: list[TrainingClass]) -> Iterator[Lesson]:
    begun = Lesson.objects.count()
    codes = count(begun)
    for row in made:
        for number in (1, 2):
            day = row.starts_on + timedelta(days=number)
            starts_at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
            ends_at = starts_at + timedelta(hours=3)
            yield Lesson(
                training_class=row,
                number=number,
                code=next(codes),
                title=f"第 {number} 次课",
                starts_at=starts_at,
                ends_at=ends_at,
            )


def _enrolments(city: City) -> Iterator[Enrolment]:
    of = Enrolment.Status
    for place, row in enumerate(city.classes):
        step = step_of(row)
        usual = {"applications": of.APPLIED, "camp": of.CANDIDATE, "camp_result": of.CANDIDATE}.get(step, of.ADMITTED)
        applied_at = row.created_at + timedelta(days=3)
        for seat in range(CLASS_SIZE):
            waits = step == "queue" and seat >= TAKEN
            member = applied_at if usual == of.ADMITTED and not waits else None
            yield Enrolment(
                number=fresh(prefix="B"),
                learner=city.learners[(place * CLASS_SIZE + seat) % len(city.learners)],
                training_class=row,
                status=of.WAITLISTED if waits else usual,
                why=Enrolment.Why.CUT_OFF if waits else "",
                arrival_no=seat + 1,
                applied_at=applied_at,
                admitted_at=member,
                decided_at=member,
            )


def _attendance(city: City) -> Iterator[Attendance]:
    """Of those whose class has begun; of the classes that run, a few never came."""
    for row in city.classes:
        step = step_of(row)
        absent = 4 if step in ("lessons", "paper") else CLASS_SIZE if step in AHEAD else 0
        for seat in city.rosters[row.pk][absent:]:
            yield Attendance(
                lesson=city.lessons[row.pk][0],
                learner_id=seat.learner_id,
                enrolment=seat,
                status=Attendance.Status.PRESENT,
                minutes=180,
                changed_at=city.now,
            )


def _completions(city: City) -> Iterator[Completion]:
    of = Completion.Status
    for row in city.at(*COMPLETIONS):
        status = COMPLETIONS[step_of(row)]
        at = datetime.combine(row.ends_on, datetime.min.time(), tzinfo=UTC)
        by = {"proposed": city.staff["proposes"], "submitted": city.submitter(row), "approved": city.approver(row)}
        reached = {of.PROPOSED: 1, of.SUBMITTED: 2, of.RETURNED: 2, of.APPROVED: 3}[status]
        fields: dict[str, Any] = {}
        for day, (name, who) in enumerate(list(by.items())[:reached], start=1):
            fields |= {f"{name}_by": who, f"{name}_at": at + timedelta(days=day), f"{name}_reasoning": REASONING}
        if status == of.RETURNED:
            back = at + timedelta(days=3)
            fields |= {"sent_back_by": by["approved"], "sent_back_at": back, "return_reason": "缺一节考勤"}
        for seat in city.rosters[row.pk]:
            yield Completion(number=fresh(prefix="J"), enrolment=seat, status=status, **fields)


def _certificates(city: City) -> Iterator[Certificate]:
    for row in city.at(*CERTIFIED):
        for done in city.completions[row.pk]:
            yield Certificate(
                number=fresh(prefix="Z"),
                completion=done,
                snapshot={"name": "王小强"},
                key_id="drill",
                signature="0" * 128,
                issued_by=city.submitter(row),
                issued_at=city.now,
            )

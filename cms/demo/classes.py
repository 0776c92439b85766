"""Classes of the demo city: a year and a half of past runs, and the scenes that are open today."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from cms.demo.bookings import ON_THE_WAY, Bookings
from cms.demo.catalogue import Places
from cms.demo.chance import dice
from cms.demo.files import table
from cms.demo.people import Crowd, Person
from cms.demo.timetable import last_office_hours, lessons_around, lessons_from, lessons_until
from courses import classes, seating
from courses.classes import ClassFacts, LessonPlan
from courses.models import Course, Line, Post, Project, TrainingClass, User
from courses.policy import CITY_TIME

Status = TrainingClass.Status
COUNTED = "counted"
# Scenes whose lessons are over, with how far their completions have come.
OVER = {COUNTED, "ended", "proposed", "submitted", "sent_back"}
OPEN = {"enrolling", "nearly", "full", "reviewed"}
UNAPPROVED = {"under_review", "draft", "returned"}
# Teaches the class that is made anew at each start, so that a colleague gives what is going on meanwhile.
WALKER = "demo-trainer"
TWICE, TWICE_AT = "lucai-cook-4", "J003"
PLANNED_DAYS, SUBMITTED_DAYS, APPROVED_DAYS = 30, 24, 20


@dataclass
class Run:
    """One class to be: an offer, its lessons, how it stands today and who is on it."""

    offer: dict[str, str]
    state: str
    lessons: list[LessonPlan]
    wanted: int
    guest: str = ""
    needs_two: bool = False
    people: list[Person] = field(default_factory=list)
    training_class: TrainingClass | None = None

    @property
    def starts_on(self) -> date:
        return self.lessons[0].starts_at.astimezone(CITY_TIME).date()

    @property
    def ends_on(self) -> date:
        return self.lessons[-1].ends_at.astimezone(CITY_TIME).date()

    @property
    def seats(self) -> int:
        return int(self.offer["seats"])

    @property
    def row(self) -> TrainingClass:
        assert self.training_class is not None
        return self.training_class


@dataclass(frozen=True)
class Office:
    """Who handles a class: its trainer and those beside, the institution's administrator, the district's officer."""

    trainer: User
    beside: tuple[User, ...]
    institution: User
    district: User


class Offices:
    """Finds the hands through which a class goes; the demo accounts keep theirs free for the newcomer."""

    def __init__(self, staff: dict[str, User], *, now: datetime) -> None:
        self.now = now
        posts = Post.objects.select_related("user", "district", "institution").order_by("pk")
        self.trainers: dict[str, list[User]] = {}
        self.institutions: dict[str, User] = {}
        self.districts: dict[str, User] = {}
        self.bookings = Bookings()
        for post in posts:
            user = staff[post.user.username]
            if post.role == Post.Role.TRAINER and post.institution:
                self.trainers.setdefault(post.institution.number, []).append(user)
            elif post.role == Post.Role.INSTITUTION and post.institution:
                self.institutions[post.institution.number] = user
            elif post.role == Post.Role.DISTRICT and post.district:
                self.districts[post.district.key] = user

    def of(self, run: Run, *, district: str, serial: int) -> Office:
        """The first trainer of an institution takes what is going on now, the others share the past.

        Who teaches elsewhere at that time is passed over; a school whose trainers are all taken borrows one, never the
        demo account, which has one post to be shown.
        """
        own = self.trainers[run.offer["institution"]]
        shown = run.state in {"today", "running", "proposed", "ended"} | OPEN | UNAPPROVED
        turn = serial % len(own)
        chosen = own if shown else [*own[turn:], *own[:turn]]
        lent = [one for school in self.trainers.values() for one in school if one.username != WALKER]
        everybody = {one.username: one for one in (*chosen, *lent)}
        trainer = everybody[self.bookings.first_free(everybody, run.lessons, gap=ON_THE_WAY)]
        beside: tuple[User, ...] = ()
        going_on = trainer.username == WALKER and any(_is_on(one, self.now) for one in run.lessons)
        if run.needs_two or going_on:
            others = [name for name in everybody if name != trainer.username]
            beside = (everybody[self.bookings.first_free(others, run.lessons, gap=ON_THE_WAY)],)
        if going_on:
            usual = None if run.needs_two else trainer
            run.lessons = [replace(one, trainer=beside[0] if _is_on(one, self.now) else usual) for one in run.lessons]
        return Office(trainer, beside, self.institutions[run.offer["institution"]], self.districts[district])

    def room_of(self, run: Run) -> str:
        """The room of the offer, or the next one of its venue that is free."""
        venue, usual = run.offer["venue"], run.offer["room"]
        known = [row["name"] for row in table("rooms") if row["venue"] == venue and int(row["capacity"]) >= run.seats]
        rooms = [f"{venue} {name}" for name in (usual, *known, *(f"{number} 号教室" for number in range(2, 9)))]
        return self.bookings.first_free(rooms, run.lessons).removeprefix(f"{venue} ")


def _is_on(lesson: LessonPlan, now: datetime) -> bool:
    return lesson.starts_at <= now < lesson.ends_at


def past_runs(*, courses: dict[str, Course], today: date, share: float) -> Iterator[Run]:
    """Each offer once in the last months, every fifth one also a year ago."""
    throw = dice("past")
    for serial, offer in enumerate(table("offers")[: int(len(table("offers")) * share)]):
        ends = [today - timedelta(days=20 + serial * 37 % 190)]
        if serial % 5 == 0:
            ends.append(today - timedelta(days=240 + serial * 53 % 230))
        for end in ends:
            lessons = lessons_until(course=courses[offer["course"]], pattern=offer["pattern"], end=end)
            wanted = int(int(offer["seats"]) * throw.uniform(0.45, 0.75))
            yield Run(offer, COUNTED, lessons, wanted, needs_two=_needs_two(courses[offer["course"]]))


def scenes(*, courses: dict[str, Course], today: date, now: datetime, share: float) -> Iterator[Run]:
    offers = {(row["course"], row["institution"]): row for row in table("offers")}
    for scene in table("scenes"):
        offer = offers[scene["course"], scene["institution"]]
        course, day = courses[scene["course"]], today + timedelta(days=int(scene["days"]))
        if scene["state"] in OVER:
            lessons = lessons_until(course=course, pattern=offer["pattern"], end=day)
        elif scene["state"] == "today":
            lessons = lessons_around(course=course, pattern=offer["pattern"], start=day, now=now)
        else:
            lessons = lessons_from(course=course, pattern=offer["pattern"], start=day)
        wanted = int(scene["fill"])
        if scene["state"] not in OPEN:
            wanted = min(wanted, max(4, int(wanted * share)))
        yield Run(offer, scene["state"], lessons, wanted, scene["guest"], needs_two=_needs_two(course))


def _needs_two(course: Course) -> bool:
    """Entrepreneurship asks for two trainers."""
    return course.kind.line == Line.ENTREPRENEURSHIP


def gather(*, runs: list[Run], crowd: Crowd, places: Places, courses: dict[str, Course]) -> None:
    """Choose who is on which class, the oldest class first; the demo learners have theirs set."""
    keys = {number: course.occupation_id or course.claim_key for number, course in courses.items()}
    crowd.name_demo_learners()
    for run in sorted(runs, key=lambda one: one.starts_on):
        key = str(keys[run.offer["course"]])
        guests = [crowd.by_name[run.guest]] if run.guest else []
        for guest in guests:
            guest.take(start=run.starts_on, end=run.ends_on, key=key)
        district = places.venues[run.offer["venue"]].district
        others = max(0, run.wanted - len(guests))
        found = crowd.gather(district=district, number=others, start=run.starts_on, end=run.ends_on, key=key)
        run.people = [*guests, *found]
    _learn_twice(runs)


def _learn_twice(runs: list[Run]) -> None:
    """Two people finish the same course at another school: the second completion will not be counted."""
    cooks = [run for run in runs if run.offer["course"] == TWICE]
    first = next(run for run in cooks if run.state == COUNTED)
    second = next(run for run in cooks if run.state == "submitted" and run.offer["institution"] == TWICE_AT)
    start, end = second.starts_on, second.ends_on
    free = [one for one in first.people if one.is_free(start=start, end=end, key="")][:2]
    if first.ends_on < start and free:
        for one in free:
            one.take(start=start, end=end, key="")
        second.people[-len(free) :] = free


def open_class(
    *, run: Run, office: Office, room: str, course: Course, places: Places, project: Project | None, now: datetime
) -> TrainingClass:
    """Plan, submit and approve through the domain, each step on its own day and by its own person."""
    planned_at = min(_at(run.starts_on - timedelta(days=PLANNED_DAYS), 9), last_office_hours(now - timedelta(days=6)))
    made = classes.plan(
        by=office.institution,
        institution=places.institutions[run.offer["institution"]],
        facts=ClassFacts(
            course=course,
            district=None,
            venue=places.venues[run.offer["venue"]],
            room=room,
            seats=run.seats,
            trainers=[office.trainer, *office.beside],
            mode=run.offer["mode"],
            project=project,
        ),
        lessons=run.lessons,
        now=planned_at,
    )
    run.training_class = made
    if run.state == "draft":
        return made
    file_papers(training_class=made, by=office.institution, now=planned_at)
    submitted_at = _submitted_at(run, now)
    classes.submit(by=office.institution, training_class=made, now=submitted_at)
    if run.state == "returned":
        reason = "教材只写了「另发讲义」，请写明讲义的名称和编者，再提交。"
        late = last_office_hours(min(submitted_at + timedelta(hours=20), now - timedelta(minutes=50)))
        returned_at = max(submitted_at + timedelta(minutes=20), late)
        classes.send_back(by=office.district, training_class=made, reason=reason, now=returned_at)
    elif run.state != "under_review":
        approved_at = min(
            _at(run.starts_on - timedelta(days=APPROVED_DAYS), 15), last_office_hours(now - timedelta(days=3))
        )
        classes.approve(by=office.district, training_class=made, now=approved_at)
    return made


def file_papers(*, training_class: TrainingClass, by: User, now: datetime) -> None:
    """What every opening files beside its timetable."""
    text = classes.commitment_text(on=now.astimezone(CITY_TIME).date())
    assert text is not None
    classes.keep_papers(
        by=by,
        training_class=training_class,
        materials="人力资源社会保障部推荐教材，另发讲义",
        assessment="理论笔试和实操考核各占一半，60 分合格",
        head="周海明",
        contact_name="教务处",
        contact_phone="0535-6600001",
        now=now,
    )
    classes.accept_commitment(by=by, training_class=training_class, number=text.number, now=now)


def settle(*, run: Run, office: Office, now: datetime) -> None:
    """Bring an approved class to where its scene has it today."""
    if run.state == "cancelled":
        reason = "报名不足 10 人，改到下月开班。"
        seating.advance(by=office.institution, training_class=run.row, to=Status.CANCELLED, now=now, reason=reason)
    elif run.state == "suspended":
        reason = "净化间检修，开班日期另行通知。"
        seating.advance(by=office.district, training_class=run.row, to=Status.SUSPENDED, now=now, reason=reason)
    elif run.state in {"running", "today"} | OVER:
        seating.advance(by=None, training_class=run.row, to=Status.RUNNING, now=_at(run.starts_on, 6))
        if run.state in OVER:
            seating.advance(by=office.trainer, training_class=run.row, to=Status.ASSESSING, now=run.lessons[-1].ends_at)


def _submitted_at(run: Run, now: datetime) -> datetime:
    """Applications under review came in over the last days, so that their deadlines lie around today."""
    if run.state in {"under_review", "returned"}:
        return last_office_hours(now - timedelta(days=dice("submitted", run.offer["course"]).randrange(6), hours=2))
    return min(_at(run.starts_on - timedelta(days=SUBMITTED_DAYS), 10), last_office_hours(now - timedelta(days=5)))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 20), CITY_TIME)

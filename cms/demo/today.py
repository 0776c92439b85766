"""今日演示班: one class a newcomer can walk from publishing to the tally in five minutes, made anew at each start."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cms import publishing
from cms.demo.classes import file_papers
from cms.demo.files import facts
from cms.models import CoursePage
from courses import classes, seating
from courses import policy as policies
from courses.classes import ClassFacts, LessonPlan
from courses.models import (
    Completion,
    Course,
    Enrolment,
    Evidence,
    Learner,
    Lesson,
    PolicyVersion,
    Post,
    ProgrammeKind,
    TrainingClass,
    User,
    Venue,
)

PREFIX = "today"
POLICY = "今日演示"
BEGAN = timedelta(minutes=5)
LASTS = timedelta(minutes=30)
SEATS = 30
WALKERS = ("demo-learner", "demo-learner-2", "demo-newcomer")
Status = TrainingClass.Status


@dataclass(frozen=True)
class Hands:
    """Those who apply for and approve the class are not those whom the demo door offers for the rest of the walk."""

    trainer: User
    applies: User
    approves: User


def renew(*, now: datetime) -> TrainingClass:
    """The class of this start: kept while somebody is on its way through it, else a fresh one."""
    classes_before = TrainingClass.objects.filter(course__number__startswith=f"{PREFIX}-").order_by("-pk")
    for before in classes_before.filter(status__in=[Status.ENROLLING, Status.RUNNING]):
        if _is_walked(before, now):
            return before
        _put_away(before, now)
    course = _course(now=now)
    made = _open(course=course, hands=_hands(), now=now)
    _clear_the_way(made)
    _stand_in(made)
    return made


def _is_walked(before: TrainingClass, now: datetime) -> bool:
    """Somebody is enrolled whose completion is not approved yet, and the lesson is on, or was a moment ago."""
    there = Completion.objects.filter(status=Completion.Status.APPROVED).values("enrolment")
    on_the_way = before.enrolments.filter(status__in=Enrolment.LIVE).exclude(pk__in=there)
    return on_the_way.exists() and before.lessons.filter(ends_at__gt=now - BEGAN).exists()


def _put_away(before: TrainingClass, now: datetime) -> None:
    """Nobody used it: cancelled. It was used: its records stay, and its completions can still be decided."""
    if not before.enrolments.exists():
        reason = "演示班每次启动换新，这个班没有人报名。"
        seating.advance(by=None, training_class=before, to=Status.CANCELLED, now=now, reason=reason)
    elif before.status == Status.ENROLLING:
        seating.advance(by=None, training_class=before, to=Status.RUNNING, now=now)


def _course(*, now: datetime) -> Course:
    """The course waits for its page. The next walk takes a new one, under a name of its own, once its page is out or
    somebody was put forward for it: what people did with the last one stays as they left it.

    A person is counted once for a course, so that the same learner could not be counted for it again.
    """
    before = Course.objects.filter(number__startswith=f"{PREFIX}-").order_by("-pk")
    known = before.first()
    if known is not None and _waits(known):
        return known
    text, serial = facts("today"), before.count() + 1
    again = serial > 1
    made = Course.objects.create(
        number=f"{PREFIX}-{policies.local_date(now):%Y%m%d}-{serial}",
        name=f"{text['name']}，第 {serial} 期" if again else text["name"],
        name_en=f"{text['name_en']}, no. {serial}" if again else text["name_en"],
        kind=ProgrammeKind.objects.get(key="newform"),
        hours_theory=1,
        audience=text["audience"],
        certificate="培训合格证书",
    )
    _draft(made)
    return made


def _waits(course: Course) -> bool:
    """Its page is a draft still, and nobody was put forward for it."""
    drafts = CoursePage.objects.not_live().filter(course=course)
    return drafts.exists() and not Completion.objects.filter(enrolment__training_class__course=course).exists()


def _draft(course: Course) -> None:
    """A page with its text, ready to be published with one press."""
    text = facts("today")
    page = publishing.draft_course(course=course).get_latest_revision_as_object()
    page.lead = text["lead"]
    page.plan = [("part", {"lessons": "1", "text": text["plan"], "hours": 1})]
    page.story = [("paragraph", publishing.rich(f"<p>{paragraph}</p>")) for paragraph in text["story"]]
    page.bring = [("thing", thing) for thing in text["bring"]]
    page.faq = [("item", {"question": ask, "answer": publishing.rich(answer)}) for ask, answer in text["faq"]]
    page.save_revision()


def _hands() -> Hands:
    user = User.objects.get
    return Hands(user(username="demo-trainer"), user(username="office-01"), user(username="bureau-01"))


def _open(*, course: Course, hands: Hands, now: datetime) -> TrainingClass:
    institution = Post.objects.get(user=hands.trainer, role=Post.Role.TRAINER).institution
    assert institution is not None
    starts_at = now - BEGAN
    lesson = LessonPlan(title=facts("today")["lesson"], starts_at=starts_at, ends_at=starts_at + LASTS)
    made = classes.plan(
        by=hands.applies,
        institution=institution,
        facts=ClassFacts(
            course=course,
            district=None,
            venue=Venue.objects.get(number="C001"),
            room="101 教室",
            seats=SEATS,
            trainers=[hands.trainer],
            enrol_until=lesson.ends_at,
        ),
        lessons=[lesson],
        now=now - timedelta(minutes=15),
    )
    version = _policy(now=now)
    file_papers(training_class=made, by=hands.applies, now=now - timedelta(minutes=14))
    classes.submit(by=hands.applies, training_class=made, now=now - timedelta(minutes=12), policy_version=version)
    approved_at = now - timedelta(minutes=10)
    classes.approve(by=hands.approves, training_class=made, now=approved_at, policy_version=version)
    return made


def _policy(*, now: datetime) -> PolicyVersion:
    """An exception to the version in force: half an hour is its hour, one scan, whenever it comes, makes the whole
    lesson, it is applied for and approved while it goes on, no approval waits for the look that comes when a lesson is
    over, and nobody is examined: that would be a fourth person's work on a walk of five minutes."""
    known = PolicyVersion.objects.filter(number=POLICY).first()
    if known is not None:
        return known
    today = policies.local_date(now)
    document = {
        **policies.current(on=today).as_document(),
        "hour_minutes": LASTS // timedelta(minutes=1),
        "checkout_required": False,
        "checkin_present_minutes": LASTS // timedelta(minutes=1),
        "checkout_opens_minutes": 0,
        "check_lead": "off",
        "check_begun": "off",
        "holds": [],
        "assessments": {},
    }
    return policies.publish(
        by=None, number=POLICY, effective_on=today, document=document, note="今日演示班：签退可选", is_exception=True
    )


def _stand_in(made: TrainingClass) -> None:
    """What its teacher would give elsewhere at that hour, somebody who is free gives instead: a colleague, or one of
    another institution where these all teach."""
    lesson = Lesson.objects.select_related("trainer").get(training_class=made)
    same_hour = Lesson.objects.filter(
        status=Lesson.Status.PLANNED, starts_at__lt=lesson.ends_at, ends_at__gt=lesson.starts_at
    ).exclude(training_class__status__in=TrainingClass.CLAIMS_NOTHING)
    busy = same_hour.filter(trainer__isnull=False).values("trainer")
    free = User.objects.filter(posts__role=Post.Role.TRAINER).exclude(pk__in=busy).order_by("pk").distinct()
    doubled = same_hour.filter(trainer=lesson.trainer).exclude(pk=lesson.pk)
    for other in doubled.exclude(pk__in=Evidence.objects.values("lesson")).select_related("training_class"):
        colleague = free.filter(posts__institution=made.institution).first() or free.first()
        if colleague is not None:
            other.trainer = colleague
            other.save(update_fields=["trainer"])
            other.training_class.trainers.add(colleague)


def _clear_the_way(made: TrainingClass) -> None:
    """Lessons of the demo learners that would overlap move behind the last one of their class."""
    lesson = Lesson.objects.get(training_class=made)
    walkers = Learner.objects.filter(user__username__in=WALKERS)
    in_the_way = Lesson.objects.filter(
        training_class__enrolments__learner__in=walkers,
        training_class__enrolments__status__in=Enrolment.LIVE,
        status=Lesson.Status.PLANNED,
        starts_at__lt=lesson.ends_at,
        ends_at__gt=lesson.starts_at,
    ).exclude(training_class=made)
    for other in in_the_way.exclude(pk__in=Evidence.objects.values("lesson")).distinct():
        last = Lesson.objects.filter(training_class=other.training_class).order_by("-starts_at")[0]
        weeks = (last.starts_at - other.starts_at).days // 7 + 1
        other.starts_at += timedelta(weeks=weeks)
        other.ends_at += timedelta(weeks=weeks)
        other.save(update_fields=["starts_at", "ends_at"])
        TrainingClass.objects.filter(pk=other.training_class_id).update(ends_on=policies.local_date(other.ends_at))

"""The demo city: whole, honest, walkable, and harmless to repeat. Built once for the class, at a small share."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import DateField, DateTimeField
from django.test import TestCase
from django.utils import timezone

from cms import editors
from cms.demo import city, today
from cms.demo.files import course_texts, table
from cms.demo.telling import Telling
from cms.models import ArticlePage, CoursePage
from courses import access, attendance, completion, enrolment, ledger, notices, selection, tally
from courses import policy as policies
from courses.access import Permission
from courses.completion import steps
from courses.models import (
    CallBackLine,
    Completion,
    CountEntry,
    Course,
    Direction,
    District,
    Enrolment,
    Evidence,
    ExternalCertificate,
    FollowUp,
    GroupBooking,
    IdentityDocument,
    Institution,
    Learner,
    Lesson,
    MonthClose,
    OpeningBatch,
    OutboxMessage,
    OwnForm,
    Post,
    ProgrammeKind,
    Sample,
    TrainingClass,
    TransferRequest,
    User,
)
from courses.people.credit_codes import normalise_credit_code
from courses.people.documents import DocumentKind, check
from courses.people.phones import normalise_mobile

Status = TrainingClass.Status
SHARE = 0.12


def user(name: str) -> User:
    return User.objects.get(username=name)


def verified(now: datetime) -> int:
    today_ = policies.local_date(now)
    year = tally.for_year(year=today_.year, scope=tally.Scope(), as_of=None, today=today_)
    return sum(line.verified for line in year.lines.values())


def scan_in(*, lesson: Lesson, by: User, now: datetime) -> attendance.Receipt:
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    code = attendance.issue(lesson=lesson, direction=Direction.IN, policy=policy, now=now)
    ticket = attendance.scan(text=code.text, browser="a browser of the demo", now=now)
    text = attendance.seal_ticket(ticket)
    return attendance.redeem(ticket_text=text, who=attendance.Who(user_id=by.pk), now=now)


def walk(*, training_class: TrainingClass, learner: Learner, now: datetime) -> Completion:
    """Enrol, scan, propose, submit, approve: each by the account that the demo door offers for it."""
    assert learner.user is not None
    seat = enrolment.apply(learner=learner, training_class=training_class, now=now)
    lesson = Lesson.objects.select_related("training_class").get(training_class=training_class)
    scan_in(lesson=lesson, by=learner.user, now=now)
    made = completion.propose(by=user("demo-trainer"), enrolment=seat, now=now)
    completion.submit(by=user("demo-institution"), completion=made, now=now)
    completion.approve(by=user("demo-district"), completion=made, now=now)
    return made


# What is fixed for a time to come.
PLANNED = {
    *("starts_at", "ends_at", "was_starts_at", "was_ends_at"),
    *("due_at", "expires_at", "settles_at", "opens_at", "closes_at"),
}
DAYS = {"shown_on", "counted_on", "posted_on", "published_on"}


def not_yet(*, later: datetime) -> list[str]:
    """The fields that tell of something done, wherever one of them tells of a moment to come."""
    found = []
    for model in apps.get_app_config("courses").get_models():
        for one in model._meta.get_fields():
            name = one.name
            if (
                isinstance(one, DateTimeField)
                and name not in PLANNED
                and (name in ("at", "since") or name[-3:] == "_at")
            ):
                ahead = model._default_manager.filter(**{f"{name}__gt": later})
            elif isinstance(one, DateField) and name in DAYS:
                ahead = model._default_manager.filter(**{f"{name}__gt": policies.local_date(later)})
            else:
                continue
            if ahead.exists():
                found.append(f"{model.__name__}.{name}")
    return found


def doubled(held: Iterable[tuple[str, Lesson]]) -> list[str]:
    """Who (or which room) has a lesson that begins before their last one is over; the lessons come by their start."""
    until: dict[str, datetime] = {}
    found = []
    for who, lesson in held:
        if who in until and lesson.starts_at < until[who]:
            found.append(who)
        until[who] = max(lesson.ends_at, until.get(who, lesson.ends_at))
    return found


class TestDemoCity(TestCase):
    now: datetime

    @classmethod
    def setUpTestData(cls) -> None:
        cls.now = timezone.now()
        call_command("load_reference", verbosity=0)
        city.build(now=cls.now, telling=Telling(None), share=SHARE)

    def test_every_kind_of_the_plan_has_a_course_and_every_district_a_class(self) -> None:
        kinds = set(Course.objects.values_list("kind__key", flat=True))
        assert kinds == set(ProgrammeKind.objects.values_list("key", flat=True))
        assert len(kinds) == 14
        districts = set(TrainingClass.objects.values_list("district__key", flat=True))
        assert districts == set(District.objects.values_list("key", flat=True))
        assert len(districts) == 14

    def test_nobody_is_called_or_asked_outside_office_hours(self) -> None:
        called = CallBackLine.objects.filter(at__isnull=False).values_list("at", flat=True)
        asked = FollowUp.objects.filter(at__isnull=False).values_list("at", flat=True)
        hours = {at.astimezone(policies.CITY_TIME).hour for at in (*called, *asked)}
        assert (called.count() > 0, asked.count() > 0) == (True, True)
        assert hours <= set(range(9, 18))

    def test_the_plan_of_a_page_has_as_many_lessons_as_the_class_that_can_be_joined(self) -> None:
        for page in CoursePage.objects.live():
            own = TrainingClass.objects.filter(course=page.course)
            joined = own.filter(status=Status.ENROLLING) or own
            counts = {training_class.lessons.count() for training_class in joined}
            assert not counts or int(page.plan[-1].value["lessons"].rpartition("–")[2]) in counts, page.title

    def test_forty_courses_are_published_each_with_its_own_words(self) -> None:
        pages = list(CoursePage.objects.live())
        assert len(pages) == 40
        assert [page.title for page in pages if not (page.lead and len(page.story) >= 2 and len(page.faq) >= 2)] == []
        assert Course.objects.filter(published_at__isnull=True).count() == 0
        kinds = set(ArticlePage.objects.live().values_list("kind", flat=True))
        assert kinds == {"notice", "news", "policy", "story"}

    def test_classes_begin_in_most_months_of_a_year(self) -> None:
        """Of a small city; the whole one leaves out none."""
        begun = {(day.year, day.month) for day in TrainingClass.objects.values_list("starts_on", flat=True)}
        assert len(begun) >= 9

    def test_all_numbers_have_a_valid_form_from_ranges_that_nobody_holds(self) -> None:
        today_ = policies.local_date(self.now)
        numbers = [row.number for row in IdentityDocument.objects.all()]
        checked = [check(DocumentKind.RESIDENT, number, today=today_) for number in numbers]
        assert {row.number[:6] for row in checked} == {"370699"}
        assert len({row.number for row in checked}) == len(numbers) > 100
        born = {row.number: row.learner.born_on for row in IdentityDocument.objects.select_related("learner")}
        assert all(born[row.number] == row.birth_date for row in checked)
        phones = [row.phone for row in Learner.objects.all()]
        assert [phone for phone in phones if normalise_mobile(phone) != phone or phone[:7] != "1990000"] == []
        codes = [row.credit_code for row in Institution.objects.all()]
        assert [normalise_credit_code(code) for code in codes] == codes
        assert len(codes) == 14

    def test_one_account_stands_behind_the_demo_door_for_each_role_two_of_the_city_and_none_has_a_password(
        self,
    ) -> None:
        behind = Post.objects.filter(user__username__startswith="demo-")
        assert sorted(behind.values_list("role", flat=True)) == sorted([*Post.Role.values, Post.Role.CITY])
        for username in ("demo-learner", "demo-learner-2"):
            assert user(username).learner.verified_at is not None
        assert user("demo-newcomer").learner.verified_at is None
        assert [one.username for one in User.objects.all() if one.has_usable_password()] == []
        assert list(editors.group().user_set.values_list("username", flat=True)) == ["demo-editor"]
        assert list(editors.reviewers().user_set.values_list("username", flat=True)) == ["demo-reviewer"]

    def test_two_of_the_city_closed_three_months_and_left_the_last_one_to_the_visitor(self) -> None:
        closes = MonthClose.objects.filter(closed_at__isnull=False).order_by("year", "month")
        hands = {(close.proposed_by.username, close.closed_by.username) for close in closes if close.closed_by}
        assert (closes.count(), hands) == (3, {("demo-city", "demo-city-2")})
        assert list(tally.close_differences()) == []
        first = policies.local_date(self.now).replace(day=1) - timedelta(days=1)
        tomorrow = self.now + timedelta(days=1)
        close = tally.propose_close(by=user("demo-city"), year=first.year, month=first.month, now=tomorrow)
        tally.confirm_close(by=user("demo-city-2"), close=close, seen=close.root, now=tomorrow)

    def test_a_closed_month_was_changed_with_a_reason_a_sample_drawn_and_what_others_made_is_on_record(self) -> None:
        changed = [tally.adjustments_of(close=close) for close in MonthClose.objects.all()]
        (entry,) = [one for rows in changed for one in rows]
        assert (entry.amount, bool(entry.reason)) == (-1, True)
        assert Sample.objects.get().lines.exists()
        assert ExternalCertificate.objects.get().completion.status == "approved"
        assert OwnForm.objects.get().by.username == "demo-city"

    def test_books_attendance_and_seats_are_borne_out(self) -> None:
        assert list(ledger.differences()) == []
        assert list(attendance.differences(now=self.now)) == []
        assert enrolment.occupancy_differences() == []

    def test_every_stage_of_the_work_is_there_to_be_seen(self) -> None:
        statuses = set(TrainingClass.objects.values_list("status", flat=True))
        assert statuses == set(Status.values) - {Status.APPROVED, Status.ARCHIVED}
        stages = set(Completion.objects.values_list("status", flat=True))
        assert stages == {"proposed", "submitted", "returned", "approved", "revoked"}
        assert Enrolment.objects.filter(status="waitlisted").exists()
        assert Enrolment.objects.filter(status="applied").exists()
        camp = TrainingClass.objects.get(mode="selected", status="enrolling")
        seen = selection.candidates(training_class=camp, by=user("demo-city"), now=self.now)
        assert {one.stage for one in seen} == {"no_pitch", "to_score", "third", "complete"}
        # One in each lesson that is going on, and how many those are depends on the hour.
        borrowed = Evidence.objects.filter(strength="awaiting")
        assert {(row.reason, len(row.pairing)) for row in borrowed} == {("shared_device", 2)}

    def test_seats_are_on_the_move(self) -> None:
        """A freed seat on offer, two wishes to change class, an employer who asks, somebody who never came."""
        assert Enrolment.objects.filter(status="offered", offer_until__gt=self.now).count() == 1
        wishes = TransferRequest.objects.filter(status="asked", to__status=Status.ENROLLING)
        assert wishes.count() == 2
        assert wishes.filter(enrolment__training_class__institution__number="J001").exists()
        assert [(row.status, row.seats) for row in GroupBooking.objects.all()] == [("requested", 12)]
        running = TrainingClass.objects.filter(course__number="haigong-weld-4", status=Status.RUNNING)
        assert [enrolment.never_came(training_class=row, now=self.now).count() for row in running] == [1]

    def test_the_demo_accounts_find_more_than_one_place_and_all_that_moves(self) -> None:
        """As far as a role sees: the officer the schools of a district, the administrator where a school teaches."""
        school, officer = user("demo-institution"), user("demo-district")
        own = access.visible_classes(user=school, now=self.now, permission=Permission.RUN_CLASSES)
        assert set(own.values_list("district__key", flat=True)) == {"zhifu", "fushan", "changdao"}
        theirs = access.visible_classes(user=officer, now=self.now, permission=Permission.REVIEW)
        assert set(theirs.values_list("institution__number", flat=True)) == {"J001", "J002", "J006"}
        for seen in (own, theirs):
            assert seen.filter(enrolments__status="offered").exists()
            assert seen.filter(group_bookings__status="requested").exists()

    def test_nothing_that_was_done_lies_in_the_future(self) -> None:
        assert not_yet(later=timezone.now()) == []

    def test_nobody_and_no_room_is_in_two_places_at_once(self) -> None:
        """Neither at the building nor at a later start, when the class of the walk begins anew."""
        for start in (self.now, self.now + timedelta(days=1, hours=15), self.now + timedelta(days=4, hours=4)):
            today.renew(now=start)
            lessons = (
                Lesson.objects.filter(status=Lesson.Status.PLANNED)
                .exclude(training_class__status__in=TrainingClass.CLAIMS_NOTHING)
                .select_related("trainer", "training_class")
            )
            held = list(lessons.order_by("starts_at"))
            assert doubled((one.trainer.name, one) for one in held if one.trainer) == []
            assert doubled((f"{one.training_class.venue_id} {one.room}", one) for one in held) == []
            seats = Enrolment.objects.filter(status__in=Enrolment.SEATED).values_list("training_class", "learner")
            there: dict[int, list[int]] = {}
            for training_class, learner in seats:
                there.setdefault(training_class, []).append(learner)
            assert doubled((str(who), one) for one in held for who in there.get(one.training_class_id, [])) == []

    def test_no_message_of_the_past_is_left_to_be_sent(self) -> None:
        """What staff read at the desk needs no carrier."""
        waiting = OutboxMessage.objects.exclude(status="sent").exclude(channel="site").values_list("kind", flat=True)
        assert sorted(waiting) == ["enrolment_offered", "enrolment_withdrawn"]
        assert not notices.unheard(now=self.now).filter(kind__startswith="work_judged").exists()

    def test_counted_completions_went_through_three_people(self) -> None:
        counted = Completion.objects.filter(ledger.counts_q())
        standing = CountEntry.objects.filter(batch__isnull=True, amount=1, reversal__isnull=True)
        assert counted.count() == standing.count() > 0
        assert [row for row in counted if len({row.proposed_by_id, row.submitted_by_id, row.approved_by_id}) != 3] == []

    def test_whoever_completed_was_assessed_as_the_policy_of_their_kind_asks(self) -> None:
        approved = Completion.objects.filter(status="approved").select_related("enrolment__training_class")
        told: dict[str, set[str]] = {}
        for row in approved:
            kind = row.enrolment.training_class.kind_key
            asked = set(policies.parts_asked(training_class=row.enrolment.training_class))
            met = {line["code"] for line in row.approved_reasoning["findings"] if line["met"] and line["evidence"]}
            assert asked <= met, row.number
            told[kind] = asked
        assert told["skill"] == {"theory", "practice", "total"}
        assert {"plan"} in told.values()
        assert list(steps.differences()) == []

    def test_the_reviewer_from_outside_finds_plans_to_judge(self) -> None:
        mine = access.visible_works(user=user("demo-expert"), now=self.now)
        assert sorted(mine.filter(grade="").values_list("part", flat=True)) == ["plan", "plan", "plan"]
        assert mine.exclude(grade="").exists()

    def test_the_rest_says_that_it_was_entered_as_a_batch(self) -> None:
        year = self.now.astimezone(policies.CITY_TIME).year
        sources = list(OpeningBatch.objects.order_by("pk").values_list("source", flat=True))
        assert [source[:4] for source in sources] == [str(year - 1), str(year)]
        assert CountEntry.objects.filter(batch__isnull=False).exclude(class_number="").count() == 0

    def test_the_demo_class_can_be_walked_from_enrolment_to_the_tally(self) -> None:
        now = timezone.now()
        training_class = today.renew(now=now)
        before = verified(now)
        made = walk(training_class=training_class, learner=user("demo-learner").learner, now=now)
        assert verified(now) == before + 1
        chain = CountEntry.objects.get(completion=made).completion
        assert chain is not None
        assert chain.enrolment.attendance.get().lesson.evidence.get().kind == Evidence.Kind.WALL

    def test_the_lesson_of_the_demo_class_is_as_long_as_its_course_says_on_every_page(self) -> None:
        now = timezone.now()
        training_class = today.renew(now=now)
        made = walk(
            training_class=training_class, learner=user("demo-learner").learner, now=now + timedelta(minutes=24)
        )
        pinned = policies.of_class(training_class=training_class, on=policies.local_date(now))
        reasoning = made.proposed_reasoning
        assert (pinned.hour_minutes, reasoning["minutes_attended"], reasoning["minutes_scheduled"]) == (30, 30, 30)
        assert training_class.course.hours == 1

    def test_the_course_of_the_demo_class_waits_for_its_page_and_is_found_once_that_is_published(self) -> None:
        training_class = today.renew(now=timezone.now())
        page = CoursePage.objects.get(course=training_class.course)
        assert (page.live, page.has_unpublished_changes) == (False, True)
        page.get_latest_revision().publish()
        training_class.course.refresh_from_db()
        assert training_class.course.published_at is not None
        assert len(CoursePage.objects.get(pk=page.pk).story) == 2

    def test_renewing_replaces_a_class_that_nobody_used(self) -> None:
        now = timezone.now()
        first = today.renew(now=now)
        second = today.renew(now=now + timedelta(minutes=2))
        first.refresh_from_db()
        assert (first.status, second.status) == (Status.CANCELLED, Status.ENROLLING)
        assert second.course == first.course
        lesson = second.lessons.get()
        assert (now - lesson.starts_at, lesson.ends_at - now) == (timedelta(minutes=3), timedelta(minutes=27))

    def test_a_later_start_leaves_a_published_page_public_and_what_an_editor_wrote_as_it_is(self) -> None:
        now = timezone.now()
        first = today.renew(now=now).course
        page = CoursePage.objects.get(course=first)
        draft = page.get_latest_revision_as_object()
        draft.lead = "编辑改过的一句话"
        draft.save_revision()
        assert today.renew(now=now + timedelta(minutes=2)).course == first
        page.refresh_from_db()
        assert page.get_latest_revision_as_object().lead == "编辑改过的一句话"
        page.get_latest_revision().publish()
        second = today.renew(now=now + timedelta(hours=1)).course
        page.refresh_from_db()
        assert (page.live, page.lead) == (True, "编辑改过的一句话")
        waits = CoursePage.objects.get(course=second)
        assert (waits.live, waits.title) == (False, f"{page.title}，第 2 期")

    def test_a_later_start_keeps_the_course_that_somebody_completed_public_and_names_the_next_one_apart(self) -> None:
        now = timezone.now()
        first = today.renew(now=now)
        CoursePage.objects.get(course=first.course).get_latest_revision().publish()
        walk(training_class=first, learner=user("demo-learner").learner, now=now)
        for hours in (1, 2, 3):
            today.renew(now=now + timedelta(hours=hours))
        pages = CoursePage.objects.filter(course__number__startswith="today-").order_by("pk")
        assert [page.live for page in pages] == [True, False]
        assert len({page.title for page in pages}) == 2

    def test_renewing_leaves_a_class_alone_while_somebody_is_on_the_way_through_it(self) -> None:
        now = timezone.now()
        first = today.renew(now=now)
        enrolment.apply(learner=user("demo-learner").learner, training_class=first, now=now)
        assert today.renew(now=now + timedelta(minutes=20)) == first

    def test_the_same_learner_can_walk_again_at_the_next_start(self) -> None:
        now = timezone.now()
        learner = user("demo-learner").learner
        first = walk(training_class=today.renew(now=now), learner=learner, now=now)
        later = now + timedelta(hours=1)
        again = today.renew(now=later)
        second = walk(training_class=again, learner=learner, now=later)
        assert {first.not_counted, second.not_counted} == {""}
        assert CountEntry.objects.filter(completion__in=[first, second]).count() == 2

    def test_a_lesson_of_the_learner_at_the_same_hour_makes_way(self) -> None:
        learner = user("demo-learner").learner
        coming = Lesson.objects.filter(training_class__enrolments__learner=learner, starts_at__gt=self.now)[0]
        now = coming.starts_at + timedelta(minutes=10)
        enrolment.apply(learner=learner, training_class=today.renew(now=now), now=now)

    def test_a_measuring_run_adds_exactly_its_number(self) -> None:
        before = CountEntry.objects.count()
        call_command("seed_demo", scale=2000, verbosity=0)
        batch = OpeningBatch.objects.latest("pk")
        assert (batch.total, batch.entries.count(), len(batch.file_hash)) == (2000, 2000, 64)
        assert CountEntry.objects.count() == before + 2000
        call_command("seed_demo", scale=300, verbosity=0)
        assert CountEntry.objects.count() == before + 2300
        assert list(ledger.differences()) == []

    def test_seeding_again_changes_nothing(self) -> None:
        before = TrainingClass.objects.count(), Learner.objects.count(), Course.objects.count()
        said = StringIO()
        call_command("seed_demo", stdout=said)
        assert "什么也没有改" in said.getvalue()
        assert before == (TrainingClass.objects.count(), Learner.objects.count(), Course.objects.count())


@pytest.mark.django_db
def test_renewing_without_a_demo_city_says_what_to_do_first() -> None:
    said = StringIO()
    call_command("renew_demo", stdout=said)
    assert "seed_demo" in said.getvalue()
    assert TrainingClass.objects.count() == 0


def test_what_a_page_promises_adds_up_to_the_hours_of_its_course() -> None:
    hours = {
        row["number"]: sum(int(row[f"hours_{part}"]) for part in ("theory", "practice", "online"))
        for row in table("courses")
    }
    promised = {number: sum(part[1] for part in text["plan"]) for number, text in course_texts().items()}
    assert promised == hours
    assert len(hours) == 40

"""Whatever is done to one lesson, by whom and in whatever order: what always holds."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pytest_django import Settings

from courses import attendance, classes, enrolment
from courses.attendance import Hours, Mark, Outcome, disputes, leave, paper
from courses.attendance.derive import scheduled_minutes
from courses.attendance.paper import Signed
from courses.models import (
    Attendance,
    Direction,
    Dispute,
    Enrolment,
    Evidence,
    Learner,
    LeaveRequest,
    Lesson,
    PaperEntry,
    PaperSheet,
    TrainingClass,
    User,
)
from courses.refusals import Refused
from tests.courses.attendance.conftest import Room, scan
from tests.courses.attendance.conftest import leave as scan_out
from tests.factories import people
from tests.factories.classes import training_class
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db
WHO = st.integers(min_value=0, max_value=2)
PAGE = photo()
BROWSERS = st.sampled_from(["", "one browser"])


class World:
    def __init__(self, room: Room) -> None:
        self.room = room
        self.there = training_class(now=room.at(-20000), first=room.at(8 * 1440), course=room.a_class.course)
        self.learners = [room.learner(name) for name in ("王一", "王二", "王三")]
        self.second, self.school, self.officer = people.user(), people.user(), people.user()


class Presence(RuleBasedStateMachine):
    """Each example lives in a transaction of its own that is taken back; a refusal is an answer like any other."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.now = world, world.room.at(-40)
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        transaction.set_rollback(False)

    @property
    def lesson(self) -> Lesson:
        return Lesson.objects.select_related("training_class__course").get(pk=self.world.room.lesson.pk)

    @property
    def room(self) -> Room:
        return Room(self.lesson, self.world.room.trainer)

    @property
    def minutes(self) -> float:
        return (self.now - self.lesson.starts_at).total_seconds() / 60

    def own(self, who: int) -> Enrolment:
        rows = Enrolment.objects.select_related("learner__user", "training_class__course", "category")
        return rows.get(learner=self.world.learners[who], training_class=self.lesson.training_class)

    def attempt(self, deed: Callable[..., Any], **said: Any) -> None:
        with suppress(Refused), transaction.atomic():
            deed(now=self.now, **said)

    def last(self, who: int) -> str:
        row = Evidence.objects.filter(learner=self.world.learners[who]).order_by("pk").last()
        return row.receipt if row else ""

    @rule(minutes=st.sampled_from([1, 5, 20, 60, 180, 1440]))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=WHO, direction=st.sampled_from([Direction.IN, Direction.OUT]), device=BROWSERS)
    def scan(self, who: int, direction: Direction, device: str) -> None:
        deed = scan if direction == Direction.IN else scan_out
        with suppress(Refused), transaction.atomic():
            deed(self.room, self.world.learners[who], self.minutes, device=device)

    @rule(who=WHO)
    def undo(self, who: int) -> None:
        row = Evidence.objects.filter(receipt=self.last(who)).first()
        nonce = (row and row.ticket) or ""
        self.attempt(attendance.undo, learner_id=self.world.learners[who].pk, receipt=self.last(who), nonce=nonce)

    @rule(who=WHO, yes=st.booleans(), second=st.booleans())
    def settle(self, who: int, yes: bool, second: bool) -> None:
        by = self.world.second if second else self.world.room.trainer
        said: dict[str, Any] = {"by": by, "receipt": self.last(who), "lesson": self.lesson}
        if yes:
            self.attempt(attendance.confirm, **said)
        else:
            self.attempt(attendance.reject, reason="wrong_person", **said)

    @rule(who=WHO, word=st.sampled_from(Mark))
    def mark(self, who: int, word: Mark) -> None:
        learner, by = self.world.learners[who], self.world.room.trainer
        self.attempt(attendance.mark, by=by, lesson=self.lesson, learner=learner, as_=word, reason="no_phone")

    @rule(who=WHO, grant=st.booleans())
    def take_leave(self, who: int, grant: bool) -> None:
        own = self.own(who)
        self.attempt(leave.ask, enrolment=own, lessons=[self.lesson], kind="sick", reason="发烧", content=None, by=None)
        for request in LeaveRequest.objects.filter(status="asked").select_related("enrolment__learner"):
            self.attempt(leave.decide, by=self.world.room.trainer, request=request, grant=grant, answer="知道了")

    @rule(who=WHO)
    def contest(self, who: int) -> None:
        self.attempt(
            attendance.raise_dispute, enrolment=self.own(who), lesson=self.lesson, text="我在", content=None, by=None
        )

    @rule(outcome=st.sampled_from(Outcome), support=st.booleans())
    def rule_on(self, outcome: Outcome, support: bool) -> None:
        for row in Dispute.objects.filter(status__in=Dispute.OPEN).select_related("lesson", "enrolment__learner"):
            self.attempt(disputes.answer, by=self.world.room.trainer, dispute=row, support=support, text="查过")
            clock = self.lesson.starts_at.astimezone(attendance.disputes.policies.CITY_TIME)
            hours = Hours(clock.time(), (clock + timedelta(minutes=90)).time())
            self.attempt(
                disputes.decide, by=self.world.school, dispute=row, outcome=outcome, hours=hours, text="核实过"
            )

    @rule()
    def print_a_sheet(self) -> None:
        self.attempt(paper.print_sign_in, by=self.world.room.trainer, lesson=self.lesson)

    @rule(signatures=st.lists(st.sampled_from(["", "in", "both", "late"]), min_size=3, max_size=3))
    def enter_a_sheet(self, signatures: list[str]) -> None:
        sheet = PaperSheet.objects.select_related("lesson", "training_class").order_by("pk").last()
        if sheet is None:
            return
        late = (sheet.starts_at + timedelta(minutes=40)).astimezone(attendance.disputes.policies.CITY_TIME).time()
        signed = [
            Signed(row.position, bool(word), late if word == "late" else None, word in ("both", "late"))
            for row, word in zip(sheet.rows.order_by("position"), signatures, strict=False)
        ]
        by, why = self.world.room.trainer, "看错了"
        self.attempt(paper.enter, by=by, sheet=sheet, signed=signed, photos=[ContentFile(PAGE)], why=why)

    @rule(positions=st.sets(st.integers(min_value=1, max_value=3)), yes=st.booleans(), own=st.booleans())
    def decide_on_a_sheet(self, positions: set[int], yes: bool, own: bool) -> None:
        by = self.world.room.trainer if own else self.world.second
        for entry in PaperEntry.objects.filter(status="entered").select_related("sheet__lesson"):
            if yes:
                self.attempt(paper.confirm, by=by, entry=entry, positions=positions)
            else:
                self.attempt(paper.send_back, by=by, entry=entry, answer="重录")

    @rule(hours=st.sampled_from([1, 5, 14]))
    def move(self, hours: int) -> None:
        lesson, by = self.lesson, timedelta(hours=hours)
        with suppress(Refused), transaction.atomic():
            request = classes.ask_change(
                by=self.world.second, lesson=lesson, starts_at=lesson.starts_at + by, ends_at=lesson.ends_at + by,
                room=lesson.room, trainer=None, reason="停电", now=self.now,
            )  # fmt: skip
            attendance.decide_change(by=self.world.officer, request=request, grant=True, answer="", now=self.now)

    @rule(sure=st.integers(min_value=0, max_value=5))
    def cancel(self, sure: int) -> None:
        if sure:
            return
        with suppress(Refused), transaction.atomic():
            request = classes.ask_cancel(by=self.world.second, lesson=self.lesson, reason="停电", now=self.now)
            attendance.decide_change(by=self.world.officer, request=request, grant=True, answer="", now=self.now)

    @rule(who=WHO)
    def transfer(self, who: int) -> None:
        there = TrainingClass.objects.select_related("course").get(pk=self.world.there.pk)
        self.attempt(enrolment.transfer, by=self.world.officer, enrolment=self.own(who), to=there, reason="上班冲突")

    @invariant()
    def what_is_stored_is_what_the_evidence_says(self) -> None:
        assert list(attendance.differences(now=self.now)) == []

    @invariant()
    def attended_and_missing_minutes_are_the_whole_lesson(self) -> None:
        whole = scheduled_minutes(self.lesson)
        for row in Attendance.objects.filter(lesson=self.lesson):
            assert row.minutes + sum(minutes for _code, minutes in row.missing) == whole

    @invariant()
    def who_is_here_is_due_and_on_the_roster(self) -> None:
        wall = attendance.wall_state(lesson=self.lesson, now=self.now)
        roster = attendance.roster(lesson=self.lesson)
        assert wall.here + wall.awaiting <= wall.due == len(roster)
        came = Attendance.objects.filter(lesson=self.lesson, in_at__isnull=False).values_list(
            "learner__name", flat=True
        )
        assert set(came) <= {row.name for row in roster}

    @invariant()
    def paper_counts_by_two_people_alone(self) -> None:
        rows = Evidence.objects.filter(kind="paper").values_list("note", "by")
        by_entry = {entry.number: entry for entry in PaperEntry.objects.all()}
        for note, by in rows:
            entry = by_entry[note.split()[0]]
            assert (entry.status, entry.decided_by_id) == ("confirmed", by)
            assert by != entry.entered_by_id

    @invariant()
    def nobody_marked_by_one_person_counts_late_additions_alone(self) -> None:
        for row in Evidence.objects.filter(kind="confirm", supersedes__kind="late").select_related("supersedes"):
            assert row.by_id != row.supersedes.by_id


def test_the_rules_of_presence_hold_whatever_is_done_in_whatever_order(room: Room, settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    world = World(room)
    run_state_machine_as_test(
        lambda: Presence(world),
        settings=how(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )


def test_late_additions_need_two_people(room: Room) -> None:
    """A teeth twin: the invariant above can fail, since the rows that it looks for are really written."""
    learner: Learner = room.learner()
    at: datetime = room.at(200)
    by: User = room.trainer
    marked = attendance.mark(by=by, lesson=room.lesson, learner=learner, as_=Mark.PRESENT, reason="no_phone", now=at)
    attendance.confirm(by=people.user(), receipt=marked.receipt, lesson=room.lesson, now=at)
    assert Evidence.objects.filter(kind="confirm", supersedes__kind="late").count() == 1

"""我的信息: what is held about oneself, from every record that was merged into one's own."""

from datetime import datetime

import pytest
from django.test import Client

from courses import merging, supervision
from courses.models import CallBack, CallBackLine, Completion, FollowUp
from courses.people.learners import reveal
from courses.supervision import Answers, Said
from tests.factories import people
from tests.factories.erasure import certified, closed

pytestmark = pytest.mark.django_db


def test_what_one_was_asked_after_a_class_and_who_looked_is_shown_of_both_records(now: datetime) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    certificate, _later = certified(merged, now=now)
    closed(certificate)
    done = Completion.objects.select_related("enrolment__training_class").get(pk=certificate.completion_id)
    supervision.plan_due(now=now)
    row = FollowUp.objects.order_by("months")[0]
    later = row.opens_at
    said = Said("employed", "芝罘湾酒店", wants="想学英语")
    supervision.enter(by=people.user(), follow_up=row, said=said, now=later)
    drawn = CallBack.objects.create(
        number="HF1",
        training_class=done.enrolment.training_class,
        seed="s",
        population=1,
        population_hash="h",
        drawn_at=later,
    )
    line = CallBackLine.objects.create(code="L1", call_back=drawn, place=1, enrolment=done.enrolment)
    told = Answers(is_learner=True, attended=True, charged=True, note="交过五十元教材费")
    supervision.answer(by=people.user(), line=line, said=told, now=later)
    reveal(by=people.user(), learner=merged, field="phone", reason="核对到课", now=later)
    proposal = merging.propose_merge(by=people.user(), kept=kept, merged=merged, reason="核对", now=later)
    merging.confirm_merge(by=people.user(), proposal=proposal, now=later)
    client = Client()
    client.force_login(kept.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/my/data/").content.decode()
    words = {"已就业", "芝罘湾酒店", "想学英语", "交过五十元教材费", "核对到课"}
    assert {word for word in words if word in page} == words


def test_who_was_asked_nothing_reads_nothing_of_it(now: datetime) -> None:
    client = Client()
    client.force_login(people.learner(now=now).user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/my/data/")
    assert "培训结束后向您问过的" not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]

"""A card is proposed by one person, shown by another, objected to, answered, withdrawn; nothing of it is ever lost."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from courses import access, completion, institutions, ledger, turns
from courses.access import Permission
from courses.completion import revoking
from courses.ledger import NotCounted
from courses.models import (
    AuditEvent,
    Card,
    CardStep,
    Completion,
    CountEntry,
    OutboxMessage,
    RoomCheck,
    RoomCount,
    Signal,
    TrainingClass,
    User,
)
from courses.supervision import cards
from courses.supervision.cards import CardRefusal, CardRefused, Proposal
from tests.factories import cards as planted
from tests.factories import catalogue, people
from tests.factories.classes import training_class
from tests.factories.completion import counted, submitted

pytestmark = pytest.mark.django_db
Status, Verb = Card.Status, CardStep.Verb
FACTS = "9 月 10 日末次课，签到 30 人，教室里 12 人。"


@pytest.fixture
def made(now: datetime) -> TrainingClass:
    return training_class(now=now)


@pytest.fixture
def city(now: datetime) -> User:
    return people.staff(role="city", now=now - timedelta(days=1))


@pytest.fixture
def school(now: datetime, made: TrainingClass) -> User:
    return people.staff(role="institution", now=now - timedelta(days=1), institution=made.institution)


def refusal(deed: Callable[..., object], **said: object) -> CardRefusal:
    with pytest.raises(CardRefused) as refused, transaction.atomic():
        deed(**said)
    assert refused.value.sentence
    return refused.value.code  # type: ignore[return-value]


def steps(card: Card) -> list[tuple[str, str]]:
    return list(card.steps.values_list("verb", "text"))


def test_what_is_proposed_counts_only_once_another_has_shown_it(now: datetime, made: TrainingClass, city: User) -> None:
    first = people.user()
    waiting = [planted.proposed(training_class=made, now=now, by=first, colour="red")]
    waiting.append(cards.propose(
        by=first, institution=made.institution, proposal=Proposal("red", "charged", FACTS), now=now
    ))  # fmt: skip
    on = date(2026, 9, 14)
    assert institutions.cards_of_year(institution=made.institution, on=on) == (0, 0)
    for card in waiting:
        assert refusal(cards.confirm, by=first, card=card, now=now) == CardRefusal.SAME_PERSON
        cards.confirm(by=city, card=card, now=now)
    assert institutions.cards_of_year(institution=made.institution, on=on) == (2, 0)
    block = institutions.blocked(institution=made.institution, on=on)
    assert block is not None
    assert (block.red, block.until) == (2, date(2027, 12, 31))
    assert (card.status, card.shown_on, card.decided_by) == (Status.SHOWN, on, city)
    assert steps(card) == [(Verb.PROPOSED, FACTS), (Verb.SHOWN, "")]
    assert refusal(cards.confirm, by=people.user(), card=card, now=now) == CardRefusal.DECIDED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "green"}, CardRefusal.HALF),
        ({"reason": ""}, CardRefusal.HALF),
        ({"facts": " \n "}, CardRefusal.FACTS_MISSING),
    ],
)
def test_half_a_proposal_is_none(
    now: datetime, made: TrainingClass, changes: dict[str, str], code: CardRefusal
) -> None:
    said = {"colour": "red", "reason": "attendance", "facts": FACTS, **changes}
    asked = {"by": people.user(), "institution": made.institution, "proposal": Proposal(**said), "now": now}
    assert refusal(cards.propose, **asked) == code
    assert not Card.objects.exists()


def test_a_card_rests_on_what_is_of_its_own_class(now: datetime, made: TrainingClass) -> None:
    other = training_class(now=now, institution=catalogue.institution("J002", "莱山学校"))
    signal = Signal.objects.create(code="S1", lesson=other.lessons.all()[0], kind="heads", figures={}, rows=[], at=now)
    for institution, a_class, ground in (
        (made.institution, other, None),
        (made.institution, made, signal),
        (other.institution, None, signal),
    ):
        proposal = Proposal("red", "attendance", FACTS, training_class=a_class, signal=ground)
        asked = {"by": people.user(), "institution": institution, "proposal": proposal, "now": now}
        assert refusal(cards.propose, **asked) == CardRefusal.OTHER_CLASS
    card = planted.proposed(training_class=other, now=now, signal=signal)
    assert (card.signal, card.institution) == (signal, other.institution)


def test_one_card_of_a_class_waits_at_a_time(now: datetime, made: TrainingClass) -> None:
    planted.proposed(training_class=made, now=now)
    proposal = Proposal("yellow", "other", FACTS, training_class=made)
    asked = {"by": people.user(), "institution": made.institution, "proposal": proposal, "now": now}
    assert refusal(cards.propose, **asked) == CardRefusal.ALREADY


def test_nobody_from_inside_has_a_part_in_it(now: datetime, made: TrainingClass, school: User) -> None:
    trainer = made.trainers.get()
    card = planted.proposed(training_class=made, now=now)
    for by in (school, trainer):
        asked = {"by": by, "institution": made.institution, "now": now}
        proposal = Proposal("red", "other", FACTS, training_class=made)
        assert refusal(cards.propose, proposal=proposal, **asked) == CardRefusal.INSIDE
        assert refusal(cards.confirm, by=by, card=card, now=now) == CardRefusal.INSIDE
        assert refusal(cards.drop, by=by, card=card, reason="不是", now=now) == CardRefusal.INSIDE
    cards.confirm(by=people.user(), card=card, now=now)
    for by in (school, trainer):
        assert refusal(cards.ask, by=by, card=card, reason="不是", now=now) == CardRefusal.INSIDE


def test_who_made_the_check_does_not_confirm_what_rests_on_it(now: datetime, made: TrainingClass) -> None:
    inspector, lesson = people.user(), made.lessons.order_by("number")[0]
    number = RoomCount.objects.create(
        lesson=lesson, counted=1, register_here=2, register_awaiting=0, due=2, by=inspector, at=now
    )
    check = RoomCheck.objects.create(number="JC1", room_count=number, conclusion="fine", by=inspector, at=now)
    card = planted.proposed(training_class=made, now=now, room_check=check)
    assert refusal(cards.confirm, by=inspector, card=card, now=now) == CardRefusal.OWN_CHECK
    cards.confirm(by=people.user(), card=card, now=now)


def test_what_is_not_shown_stays_on_record_and_who_proposed_it_is_told_why(now: datetime, made: TrainingClass) -> None:
    first = people.user()
    card = planted.proposed(training_class=made, now=now, by=first)
    assert refusal(cards.drop, by=people.user(), card=card, reason=" ", now=now) == CardRefusal.REASON_MISSING
    cards.drop(by=people.user(), card=card, reason="事实不清", now=now)
    assert (card.status, steps(card)[-1]) == (Status.DROPPED, (Verb.DROPPED, "事实不清"))
    told = OutboxMessage.objects.get()
    assert (told.kind, told.user) == ("card_dropped", first)
    own = planted.proposed(training_class=made, now=now, by=first)
    cards.drop(by=first, card=own, reason="写错了班", now=now)
    assert OutboxMessage.objects.count() == 1


def test_the_institution_is_told_and_objects_once_within_its_working_days(
    now: datetime, made: TrainingClass, city: User, school: User
) -> None:
    card = planted.proposed(training_class=made, now=now)
    assert not OutboxMessage.objects.filter(user=school).exists()
    assert not cards.may_object(card=card, now=now)
    cards.confirm(by=city, card=card, now=now)
    told = OutboxMessage.objects.get(user=school)
    assert (told.kind, told.to) == ("red_card_shown", school.phone)
    assert (told.params["reason"], told.params["object_until"]) == ("到课率不足", "2026-09-21")
    assert card.object_until == date(2026, 9, 21)
    said = {"card": card, "text": "当天另有十人在车间。"}
    assert refusal(cards.object_to, by=people.user(), now=now, **said) == CardRefusal.NOT_INSIDE
    assert refusal(cards.object_to, by=school, card=card, text=" ", now=now) == CardRefusal.REASON_MISSING
    late = now + timedelta(days=8)
    assert refusal(cards.object_to, by=school, now=late, **said) == CardRefusal.TOO_LATE
    assert not cards.may_object(card=card, now=late)
    last = now + timedelta(days=7)
    assert cards.may_object(card=card, now=last)
    cards.object_to(by=school, now=last, **said)
    assert (card.objection, card.objected_by, card.waits_for_answer) == ("当天另有十人在车间。", school, True)
    assert refusal(cards.object_to, by=school, now=last, **said) == CardRefusal.OBJECTED


def objected(now: datetime, made: TrainingClass, school: User, first: User) -> Card:
    card = planted.proposed(training_class=made, now=now, by=first)
    cards.confirm(by=people.user(), card=card, now=now)
    cards.object_to(by=school, card=card, text="当天另有十人在车间。", now=now)
    return card


def test_an_objection_is_answered_by_somebody_else_and_the_card_stays(
    now: datetime, made: TrainingClass, city: User, school: User
) -> None:
    first = people.user()
    card = objected(now, made, school, first)
    said = {"card": card, "stays": True, "now": now}
    assert refusal(cards.answer, by=first, text="不成立", **said) == CardRefusal.PROPOSER
    assert refusal(cards.answer, by=city, text="", **said) == CardRefusal.REASON_MISSING
    cards.answer(by=city, text="车间没有签到", **said)
    assert (card.status, card.answered_by, card.waits_for_answer) == (Status.SHOWN, city, False)
    assert OutboxMessage.objects.filter(user=school, kind="card_kept").count() == 1
    assert refusal(cards.answer, by=city, text="再说一次", **said) == CardRefusal.DECIDED


def test_an_objection_that_holds_leads_to_a_withdrawal_that_another_confirms(
    now: datetime, made: TrainingClass, city: User, school: User
) -> None:
    card = objected(now, made, school, people.user())
    cards.answer(by=city, card=card, stays=False, text="车间的签到属实", now=now)
    assert (card.status, card.waits_for_answer, card.waits_for_withdrawal) == (Status.SHOWN, False, True)
    assert refusal(cards.agree, by=city, card=card, now=now) == CardRefusal.SAME_PERSON
    cards.agree(by=people.user(), card=card, now=now)
    assert card.status == Status.WITHDRAWN
    assert [verb for verb, _text in steps(card)] == [
        Verb.PROPOSED, Verb.SHOWN, Verb.OBJECTED, Verb.WITHDRAWAL_ASKED, Verb.WITHDRAWN,
    ]  # fmt: skip
    assert OutboxMessage.objects.filter(user=school).order_by("-pk")[0].kind == "card_withdrawn"
    verbs = AuditEvent.objects.filter(verb__startswith="card_").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [f"card_{verb}" for verb, _text in steps(card)]


def test_a_withdrawal_that_is_not_agreed_to_leaves_the_card_and_may_be_asked_for_again(
    now: datetime, made: TrainingClass, city: User
) -> None:
    card = planted.shown(training_class=made, on=now.date(), now=now)
    first = people.user()
    assert refusal(cards.agree, by=city, card=card, now=now) == CardRefusal.DECIDED
    cards.ask(by=first, card=card, reason="核对有误", now=now)
    asked = {"card": card, "reason": "再核对", "now": now}
    assert refusal(cards.ask, by=city, **asked) == CardRefusal.WITHDRAWAL_ASKED
    cards.refuse(by=city, card=card, reason="属实", now=now)
    assert (card.status, card.withdrawal_by, card.withdrawal_reason) == (Status.SHOWN, None, "")
    stale = Card.objects.select_related("institution").get(pk=card.pk)
    cards.ask(by=city, **asked)
    assert refusal(cards.agree, by=city, card=stale, now=now) == CardRefusal.SAME_PERSON
    cards.agree(by=first, card=stale, now=now)
    assert stale.status == Status.WITHDRAWN
    assert refusal(cards.refuse, by=city, card=card, reason="属实", now=now) == CardRefusal.DECIDED


def test_a_withdrawn_red_card_blocks_nobody_and_what_it_kept_out_is_counted_by_a_decision(now: datetime) -> None:
    done, later = submitted(now=now)
    made = done.enrolment.training_class
    card = planted.shown(training_class=made, on=later.date(), now=later)
    officer = people.user()
    assert completion.approve(by=officer, completion=done, now=later) is None
    follows = cards.follows(card=card, on=later.date())
    assert (follows.kept_out, follows.counted, follows.freed) == (1, 0, 0)
    other = planted.shown(training_class=made, on=later.date(), now=later)
    assert institutions.blocked(institution=made.institution, on=later.date()) is not None
    planted.withdrawn(card=other, now=later)
    assert institutions.blocked(institution=made.institution, on=later.date()) is None
    done.refresh_from_db()
    assert done.not_counted == NotCounted.RED_CARD
    planted.withdrawn(card=card, now=later)
    done.refresh_from_db()
    assert (done.not_counted, CountEntry.objects.exists()) == (NotCounted.FREED, False)
    assert cards.follows(card=card, on=later.date()).freed == 1
    assert list(ledger.differences()) == []
    entry = revoking.count_again(by=people.user(), completion=done, reason="撤牌后重新计数", now=later)
    assert entry is not None
    assert list(ledger.differences()) == []


def test_a_red_card_takes_nothing_back_that_counts_and_says_how_much_does(now: datetime) -> None:
    entry, later = counted(now=now)
    made = Completion.objects.get(pk=entry.completion_id).enrolment.training_class
    card = planted.shown(training_class=made, on=later.date(), now=later)
    follows = cards.follows(card=card, on=later.date())
    assert (follows.counted, follows.kept_out) == (1, 0)
    assert CountEntry.objects.count() == 1


def test_a_completion_kept_out_by_a_card_that_no_longer_stands_is_a_difference(now: datetime) -> None:
    done, later = submitted(now=now)
    card = planted.shown(training_class=done.enrolment.training_class, on=later.date(), now=later)
    completion.approve(by=people.user(), completion=done, now=later)
    assert list(ledger.differences()) == []
    Card.objects.filter(pk=card.pk).update(status="dropped")
    assert [(one.row, "red card" in one.what) for one in ledger.differences()] == [(f"completion {done.number}", True)]


def test_the_city_has_it_in_its_queue_but_not_who_had_a_part(now: datetime, made: TrainingClass, school: User) -> None:
    first, second = (people.staff(role="city", now=now - timedelta(days=1)) for _ in range(2))

    def waits(user: User) -> list[str]:
        kinds = turns.kinds_for(user=user, now=now)
        return [kind.value for kind in turns.OF_CARDS if kind in kinds and turns.my_matters(turn=kind, user=user)]

    card = planted.proposed(training_class=made, now=now, by=first)
    assert (waits(first), waits(second)) == ([], ["card_review"])
    assert [row[1] for row in turns.elsewhere(user=first, now=now)] == ["card_review"]
    cards.confirm(by=second, card=card, now=now)
    cards.object_to(by=school, card=card, text="有异议", now=now)
    assert (waits(first), waits(second)) == ([], ["card_answer"])
    assert "card_answer" in [row[1] for row in turns.elsewhere(user=school, now=now)]
    cards.answer(by=second, card=card, stays=False, text="属实", now=now)
    assert (waits(first), waits(second)) == (["card_withdrawal"], [])
    assert turns.count_mine(user=first, now=now) == 1
    cards.agree(by=first, card=card, now=now)
    assert (waits(first), waits(second)) == ([], [])
    handled = {(status, of) for _pk, status, _many, _at, of in turns.handled(user=second, now=now)}
    assert handled == {("shown", "card"), ("withdrawal_asked", "card")}
    for role in ("inspector", "auditor"):
        other = people.staff(role=role, now=now - timedelta(days=1))
        assert not set(turns.OF_CARDS) & set(turns.kinds_for(user=other, now=now))


def test_who_sees_which_card(now: datetime, made: TrainingClass, school: User) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    away = training_class(now=now, institution=catalogue.institution("J002", "莱山学校", laishan))
    waiting = planted.proposed(training_class=made, now=now)
    stands = planted.shown(training_class=made, on=now.date(), now=now)
    elsewhere = planted.shown(institution=away.institution, on=now.date(), now=now)
    of_class = planted.shown(training_class=away, on=now.date(), now=now)
    since = now - timedelta(days=1)

    def seen(user: User, permission: Permission = Permission.SEE_DESK) -> set[Card]:
        return set(access.visible_cards(user=user, now=now, permission=permission))

    district = people.staff(role="district", now=since, district=made.district)
    city, auditor = (people.staff(role=role, now=since) for role in ("city", "auditor"))
    assert seen(school) == {stands}
    assert seen(district) == {waiting, stands, of_class}
    assert seen(city) == seen(auditor) == {waiting, stands, elsewhere, of_class}
    assert seen(district, Permission.DECIDE_CARDS) == seen(auditor, Permission.PROPOSE_CARDS) == set()
    assert seen(school, Permission.RUN_CLASSES) == {stands}


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "green"},
        {"status": "gone"},
        {"facts": ""},
        {"shown_on": None},
        {"answered_at": "2026-09-14T00:00Z"},
        {"objection": "有异议"},
        {"withdrawal_reason": "有误"},
        {"status": "withdrawn"},
    ],
)
def test_the_database_keeps_no_card_that_cannot_be(
    now: datetime, made: TrainingClass, values: dict[str, object]
) -> None:
    card = planted.shown(training_class=made, on=now.date(), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(decided_by=card.proposed_by)


def test_a_card_with_a_history_cannot_be_deleted_in_the_database_itself(now: datetime, made: TrainingClass) -> None:
    planted.proposed(training_class=made, now=now)
    for statement in ("DELETE FROM courses_cardstep", "UPDATE courses_cardstep SET text = ''"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(DatabaseError):
        _deleted()


def _deleted() -> None:
    """PostgreSQL refuses at once, SQLite when its constraints are checked."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM courses_card")
        connection.check_constraints()

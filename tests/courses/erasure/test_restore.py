"""A backup brings erased people back; applying the tombstones again takes them out again, as they were."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from courses import erasure, privacy
from courses.erasure import ErasureRefusal, ErasureRefused
from courses.models import AuditEvent, ErasureRequest, IdentityDocument, Learner, Tombstone, User
from tests.courses.erasure.conftest import found
from tests.factories import people
from tests.factories.erasure import ADDRESS, NAME, certified, closed, erased, well_known
from tests.faults import everything

# What tells of the erasing itself, and of the request, which the backup does not know.
NOT_COMPARED = {"courses_auditevent", "courses_erasurerequest", "courses_outboxmessage", "courses_classevent"}


DROPPED = {"courses_tombstone": 0, "courses_user": 1}


def state() -> dict[str, list[object]]:
    """Every row but those, the keys of the tombstones, which a database counts on, and passwords that none fits."""
    rows = {table: each for table, each in everything().items() if table not in NOT_COMPARED}
    stones, logins = ([(*row[:at], *row[at + 1 :]) for row in rows[table]] for table, at in DROPPED.items())
    return rows | {"courses_tombstone": stones, "courses_user": logins}


@pytest.mark.django_db
def test_after_a_restore_the_tombstones_give_the_same_state(now: datetime, tmp_path: Path) -> None:
    learner, other = well_known(now=now), people.learner(now=now, name="于海燕")
    certificate, later = certified(other, now=now)
    closed(certificate)
    receives, decides = people.user(), people.user()
    backup = transaction.savepoint()
    for one in (learner, other):
        login = User.objects.get(learner=one)
        asked = erasure.ask(learner=one, by=login, now=later)
        erasure.receive(request=asked, by=receives, note="核对", now=later)
        erasure.agree(request=asked, by=decides, now=later)
    after, kept = state(), tmp_path / "tombstones"
    kept.write_text("\n".join(erasure.lines()), encoding="utf-8")
    transaction.savepoint_rollback(backup)
    assert found(NAME) != set()
    assert not Tombstone.objects.exists()
    with time_machine.travel(later, tick=False):
        call_command("apply_tombstones", str(kept))
        assert found(NAME, ADDRESS, learner.phone, other.phone) == set()
        assert state() == after
        again = everything()
        call_command("apply_tombstones", str(kept))
    assert everything() == again


@pytest.mark.django_db
def test_a_record_that_came_back_by_a_restore_is_emptied_again_and_another_is_not(now: datetime) -> None:
    gone, stays = people.learner(now=now, name=NAME), people.learner(now=now, name="于海燕")
    before = Learner.objects.filter(pk=gone.pk).values().get()
    document = gone.documents.get()
    later = now + timedelta(days=1)
    erased(gone, now=later)
    # As the backup had it.
    Learner.objects.filter(pk=gone.pk).update(**before)
    document.save(force_insert=True)
    User.objects.filter(pk=gone.user_id).update(is_active=True, name=NAME)
    assert erasure.apply(lines=[], now=later) == 1
    gone.refresh_from_db()
    assert (gone.name, gone.phone, gone.user, gone.erased_at) == ("", "", None, later)
    assert not IdentityDocument.objects.filter(learner=gone).exists()
    assert not User.objects.get(pk=before["user_id"]).is_active
    stays.refresh_from_db()
    assert stays.name == "于海燕"
    assert erasure.apply(lines=[], now=later) == 0
    assert AuditEvent.objects.filter(verb="tombstone_applied").count() == 1


@pytest.mark.django_db
def test_who_came_back_after_the_erasure_is_left_alone(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    erased(learner, now=now)
    later = now + timedelta(days=3)
    Learner.objects.filter(pk=learner.pk).update(name=NAME, erased_at=None, verified_at=later)
    assert erasure.apply(lines=[], now=later) == 0
    learner.refresh_from_db()
    assert learner.name == NAME


@pytest.mark.django_db
def test_a_line_that_is_not_ours_refuses_the_whole_file(now: datetime, tmp_path: Path) -> None:
    erased(people.learner(now=now), now=now)
    victim = people.learner(now=now)
    ours = list(erasure.lines())
    person = str(Tombstone.objects.get().person)
    forged = ours[0].replace(person, str(victim.person))
    for line in (
        forged,
        "x",
        f"{victim.person} {now.isoformat()} 0 ZX1 cast-c",
        "x " + privacy.sign(b"x", purpose="tombstone").hex(),
    ):
        with pytest.raises(ErasureRefused) as refused:
            erasure.apply(lines=[*ours, line], now=now)
        assert refused.value.code == ErasureRefusal.FORGED
    file = tmp_path / "lines"
    file.write_text(forged, encoding="utf-8")
    with pytest.raises(CommandError, match="第 1 行"):
        call_command("apply_tombstones", str(file))
    victim.refresh_from_db()
    assert victim.erased_at is None


@pytest.mark.django_db
def test_a_line_names_no_citizen(now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    learner = people.learner(now=now, name=NAME)
    number, phone = learner.documents.get().number, learner.phone
    erased(learner, now=now)
    call_command("tombstones")
    told = capsys.readouterr().out
    assert str(learner.person) in told
    assert not [text for text in (NAME, number, phone, learner.number) if text in told]


@pytest.mark.django_db
def test_a_tombstone_is_neither_changed_nor_removed_and_two_people_decide(now: datetime) -> None:
    erased(people.learner(now=now), now=now)
    for statement in ("UPDATE courses_tombstone SET keeps_name = keeps_name", "DELETE FROM courses_tombstone"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    asked = ErasureRequest.objects.get()
    with pytest.raises(DatabaseError, match="erasure_two_people"), transaction.atomic():
        ErasureRequest.objects.filter(pk=asked.pk).update(decided_by=asked.received_by)

"""The file of an import: gone when it is of no more use, and under the key of today until then."""

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from courses import rosters
from courses.models import AuditEvent, RosterImport, User
from courses.people import proofs
from courses.rosters import RosterRefusal, RosterRefused, keeping
from tests.courses.rosters.conftest import Send
from tests.factories import catalogue, sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(send: Send, sender: User, now: datetime) -> RosterImport:
    return rosters.commit(roster=send(sheets.xlsx([sheets.person(1)])), by=sender, now=now)


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "rosters").iterdir())


def lay(path: Path, *, at: datetime) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"left behind")
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_the_file_of_an_import_goes_thirty_days_after_it(
    committed: RosterImport, tmp_path: Path, now: datetime
) -> None:
    assert rosters.sweep(now=now + timedelta(days=29)) == 0
    assert rosters.sweep(now=now + timedelta(days=30)) == 1
    assert (files(tmp_path), rosters.sweep(now=now + timedelta(days=31))) == ([], 0)
    assert AuditEvent.objects.filter(verb="roster_file_expired", target=committed.number).count() == 1
    committed.refresh_from_db()
    with pytest.raises(RosterRefused) as refused:
        keeping.kept(roster=committed)
    assert refused.value.code == RosterRefusal.GONE


def test_that_of_an_undone_import_goes_thirty_days_after_the_undoing(
    committed: RosterImport, sender: User, now: datetime
) -> None:
    rosters.undo(roster=committed, by=sender, now=now + timedelta(hours=5))
    assert rosters.sweep(now=now + timedelta(days=30)) == 0
    assert rosters.sweep(now=now + timedelta(days=30, hours=5)) == 1


def test_the_days_are_those_of_the_policy(committed: RosterImport, now: datetime) -> None:
    from courses import policy

    document = {**policy.DEFAULTS, "roster_file_days": 3}
    policy.publish(by=None, number="v2", effective_on=policy.local_date(now), document=document)
    assert rosters.sweep(now=now + timedelta(days=3)) == 1


def test_a_list_that_waits_for_its_sender_keeps_its_file(send: Send, tmp_path: Path, now: datetime) -> None:
    roster = send(sheets.xlsx([sheets.person(1)]))
    assert (rosters.sweep(now=now + timedelta(days=40)), files(tmp_path)) == (0, [roster.number])


def test_a_file_whose_deletion_stopped_half_way_is_found_again(send: Send, tmp_path: Path, now: datetime) -> None:
    RosterImport.objects.filter(pk=send(sheets.xlsx([sheets.person(1)])).pk).update(status="discarded")
    assert (rosters.sweep(now=now), files(tmp_path)) == (1, [])


def test_a_change_of_key_takes_the_files_along(committed: RosterImport, tmp_path: Path, settings: Settings) -> None:
    before, content = committed.file, keeping.kept(roster=committed)
    settings.FIELD_KEYS = "k2:" + "Mg" * 21 + "M=," + settings.FIELD_KEYS
    call_command("rotate_field_keys", stdout=io.StringIO())
    committed.refresh_from_db()
    assert committed.file != before
    assert files(tmp_path) == [committed.file.removeprefix("rosters/")]
    settings.FIELD_KEYS = settings.FIELD_KEYS.split(",")[0]
    assert keeping.kept(roster=committed) == content
    assert keeping.reencrypt_files() == 0


def test_files_that_no_row_names_go_after_a_day_and_the_others_stay(
    committed: RosterImport, tmp_path: Path, now: datetime
) -> None:
    old, young = now - timedelta(hours=25), now - timedelta(hours=23)
    lay(tmp_path / "rosters" / "STRAY", at=old)
    lay(tmp_path / "rosters" / "YOUNG", at=young)
    lay(tmp_path / "proofs" / "STRAY", at=old)
    os.utime(tmp_path / committed.file, (old.timestamp(), old.timestamp()))
    assert (rosters.sweep_strays(now=now), proofs.sweep_strays(now=now)) == (1, 1)
    assert files(tmp_path) == sorted(["YOUNG", committed.number])
    assert list((tmp_path / "proofs").iterdir()) == []


def test_before_the_first_upload_there_is_nothing_to_sweep(now: datetime) -> None:
    catalogue.policy()
    assert (rosters.sweep_strays(now=now), proofs.sweep_strays(now=now), rosters.sweep(now=now)) == (0, 0, 0)

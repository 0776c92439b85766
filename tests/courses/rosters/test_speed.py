"""How long a large roster takes; the figure is printed, the ceiling is generous for a shared machine."""

import os
import time

import pytest

from courses import rosters
from courses.models import Enrolment, TrainingClass
from tests.factories import sheets

pytestmark = pytest.mark.django_db


def test_a_large_roster_is_read_checked_and_seated(a_class, sender, now, send) -> None:
    many = int(os.environ.get("ROSTER_ROWS", "100"))
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=many)
    content = sheets.xlsx([sheets.person(place) for place in range(many)])
    began = time.perf_counter()
    roster = send(content)
    read = time.perf_counter()
    if roster.status == roster.Status.RECEIVED:
        roster = rosters.check(roster=roster, now=now)
    checked = time.perf_counter()
    rosters.commit(roster=roster, by=sender, now=now)
    done = time.perf_counter()
    print(f"{many} rows: read {read - began:.1f} s, check {checked - read:.1f} s, commit {done - checked:.1f} s")
    assert Enrolment.objects.count() == many

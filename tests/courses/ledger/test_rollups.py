"""Totals kept beside the entries equal what counting the entries gives, whatever was posted and taken back."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import ledger
from courses.ledger import rollups
from courses.models import CountEntry, DailyBreakdown, DailyTotal, HeadCount, OpeningBatch, PersonCount

pytestmark = pytest.mark.django_db
ROLLUPS = (DailyTotal, DailyBreakdown, PersonCount, HeadCount)

posts = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.integers(1, 3),
            "district": st.sampled_from(["zhifu", "laishan"]),
            "line": st.sampled_from(["skills", "entrepreneurship"]),
            "day": st.integers(0, 2),
            "share": st.sampled_from([0, 50, 100]),
            "is_reversed": st.booleans(),
        }
    ),
    max_size=8,
)


def _post(number: int, said: dict, batch: OpeningBatch, now) -> None:
    posted_on = date(2026, 9, 1) + timedelta(days=said["day"])
    common = {
        "batch": batch, "counted_on": date(2026, 8, 31), "posted_at": now, "year": 2026, "month": 8,
        "line": said["line"], "district": said["district"], "institution": "J001", "kind": "skill",
        "person": UUID(int=said["person"]), "claim_key": f"course:{number}", "sex": str(said["person"] % 2 + 1),
        "age_band": "21-30", "online_share": said["share"],
    }  # fmt: skip
    entry = CountEntry.objects.create(code=f"E{number}", amount=1, posted_on=posted_on, **common)
    rollups.add(entry)
    if said["is_reversed"]:
        back = CountEntry.objects.create(
            code=f"R{number}", amount=-1, reverses=entry, posted_on=posted_on + timedelta(days=1), **common
        )
        rollups.add(back)


def _stored() -> list[set[tuple]]:
    """Every cell that is not nothing."""
    found = []
    for model in ROLLUPS:
        names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        figure = "people" if model is HeadCount else "count"
        found.append(set(model._default_manager.exclude(**{figure: 0}).values_list(*names)))
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=posts)
def test_rollups_equal_the_entries_after_any_posting_and_taking_back(now, said) -> None:
    with transaction.atomic():
        batch = OpeningBatch.objects.create(number="Q1", source="test", total=len(said), file_hash="0", at=now)
        for number, one in enumerate(said):
            _post(number, one, batch, now)
        kept = _stored()
        ledger.rebuild_rollups()
        assert kept == _stored()
        transaction.set_rollback(True)


def test_the_dimensions_say_how_much_was_online(now) -> None:
    batch = OpeningBatch.objects.create(number="Q1", source="test", total=3, file_hash="0", at=now)
    for number, share in enumerate((0, 40, 100)):
        said = {"person": number, "district": "zhifu", "line": "skills", "day": 0, "share": share, "is_reversed": False}
        _post(number, said, batch, now)
    told = DailyBreakdown.objects.filter(dimension="online").values_list("value", "count")
    assert set(told) == {("offline", 1), ("blended", 1), ("online", 1)}


def test_people_are_counted_once_in_a_scope_however_often_they_are_counted(now) -> None:
    batch = OpeningBatch.objects.create(number="Q1", source="test", total=3, file_hash="0", at=now)
    for number, district in enumerate(("zhifu", "zhifu", "laishan")):
        said = {"person": 1, "district": district, "line": "skills", "day": 0, "share": 0, "is_reversed": number == 1}
        _post(number, said, batch, now)
    assert set(HeadCount.objects.values_list("scope", "people")) == {("city", 1), ("zhifu", 1), ("laishan", 1)}
    assert PersonCount.objects.get(scope="city").count == 2

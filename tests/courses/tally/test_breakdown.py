"""Every dimension of a year: the same person-times, recomputed from the lines one by one, and opened down to them."""

import json
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from random import Random
from uuid import uuid4

import pytest
from django.core.management import call_command

from courses import ledger, tally
from courses.models import CountEntry
from courses.tally import By, Cut, Scope
from courses.tally.entries import FURTHER, TOTALS
from tests.factories import catalogue
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 14)
DAYS = (None, date(2026, 6, 30), date(2025, 12, 31))
SCOPES = (Scope(), Scope("zhifu"), Scope("gone"))


@pytest.fixture(params=[1, 2])
def generated(request, now) -> Random:
    """A few hundred lines of two years at random, one in ten taken back, some in a district that no list has any
    more."""
    random = Random(request.param)
    for key, name in (("zhifu", "芝罘区"), ("laishan", "莱山区")):
        catalogue.district(key, name, "")
    rows = []
    for _ in range(300):
        counted_on = date(2025, 1, 1) + timedelta(days=random.randrange(600))
        rows.append(
            row(
                counted_on=counted_on,
                posted_on=min(TODAY, counted_on + timedelta(days=random.randrange(40))),
                line=random.choice(("skills", "skills", "entrepreneurship", "own")),
                district=random.choice(("zhifu", "laishan", "gone")),
                institution=random.choice(("J001", "J002")),
                kind=random.choice(("skill", "syb")),
                brand=random.choice(("", "lucai")),
                category=random.choice(("", "farmer", "grad")),
                sex=random.choice(("", "1", "2")),
                age_band=random.choice(("21-30", "61+")),
                education=random.choice(("", "10")),
                occupation=random.choice(("", "welder")),
                level=random.choice(("", "4")),
                online_share=random.choice((0, 40, 100)),
            )
        )
    batch(rows=rows, now=now)
    for entry in random.sample(list(CountEntry.objects.order_by("pk")), 30):
        _take_back(entry, now)
    ledger.rebuild_rollups()
    return random


def _take_back(entry, now) -> None:
    kept = {field.name: getattr(entry, field.name) for field in CountEntry._meta.concrete_fields}
    kept |= {"id": None, "code": f"R{uuid4().hex[:14]}", "amount": -1, "reverses": entry, "revision": 1}
    kept["posted_on"] = min(TODAY, entry.posted_on + timedelta(days=9))
    CountEntry.objects.create(**kept)


def value_of(entry: CountEntry, by: By) -> str:
    if by == By.ONLINE:
        return {0: "offline", 100: "online"}.get(entry.online_share, "blended")
    return str(getattr(entry, by.value))


@pytest.mark.parametrize("by", By)
def test_every_dimension_is_what_the_lines_one_by_one_say(generated, by) -> None:
    for scope in SCOPES:
        for as_of in DAYS:
            told = Counter()
            for entry in CountEntry.objects.filter(year=2026).exclude(line="own"):
                if (scope.district or entry.district) == entry.district and entry.posted_on <= (as_of or TODAY):
                    told[value_of(entry, by), entry.line] += entry.amount
            found = tally.breakdown(year=2026, scope=scope, by=by, today=date(2026, 12, 31), as_of=as_of)
            shown = {(one.value, line): count for one in found.slices for line, count in one.counts.items()}
            assert {key: count for key, count in shown.items() if count} == {k: n for k, n in told.items() if n}
            whole = tally.for_year(year=2026, scope=scope, as_of=as_of, today=TODAY)
            assert found.totals == {line: row.verified for line, row in whole.lines.items()}


@pytest.mark.parametrize("by", By)
def test_the_rows_behind_each_slice_are_the_lines_that_add_up_to_it(generated, by) -> None:
    assert {one.value for one in By} == {*TOTALS, *FURTHER} - {"line"}
    for scope in ("", "zhifu"):
        visible = CountEntry.objects.filter(district=scope) if scope else CountEntry.objects.all()
        found = tally.breakdown(year=2026, scope=Scope(scope or None), by=by, today=date(2026, 12, 31), as_of=DAYS[1])
        for one in found.slices:
            for line, count in one.counts.items():
                value = int(one.value) if by == By.MONTH else one.value
                cut = Cut(2026, line=line, as_of=DAYS[1], **{by.value: value})
                behind = tally.lines(visible=visible, cut=cut, scope=scope)
                slow = tally.lines(visible=visible, cut=cut, scope=None)
                every = list(tally.entries(visible=visible, cut=cut))
                assert behind.sums.total == sum(entry.amount for entry in every) == count
                assert (behind.sums, len(behind)) == (slow.sums, len(every))
                pages = [entry for first in range(0, len(behind), 7) for entry in behind[first : first + 7]]
                assert pages == every == list(slow[0 : len(slow)])


def test_command_and_page_tell_the_same_slices(generated) -> None:
    for by in By:
        said = StringIO()
        call_command("tally", "2026", "--json", "--by", by.value, "--district", "zhifu", stdout=said)
        found = tally.breakdown(year=2026, scope=Scope("zhifu"), by=by, today=date(2026, 12, 31))
        assert json.loads(said.getvalue()) == tally.as_plain(found=found)


def test_a_breakdown_takes_three_statements(generated, django_assert_num_queries) -> None:
    with django_assert_num_queries(3):
        tally.breakdown(year=2026, scope=Scope(), by=By.CATEGORY, today=date(2026, 12, 31))


def test_a_value_that_was_never_told_and_a_key_that_left_its_list_are_named(generated) -> None:
    districts = {
        one.value: one.label
        for one in tally.breakdown(year=2026, scope=Scope(), by=By.DISTRICT, today=date(2026, 12, 31)).slices
    }
    assert districts == {"zhifu": "芝罘区", "laishan": "莱山区", "gone": "gone"}
    sexes = [one.label for one in tally.breakdown(year=2026, scope=Scope(), by=By.SEX, today=date(2026, 12, 31)).slices]
    assert sexes == ["男", "女", "未填写"]


def test_a_line_keeps_whether_its_presence_rests_on_scans_or_on_a_hand(now) -> None:
    entry, _later = counted(now=now)
    assert entry.proof == CountEntry.Proof.HAND
    batch(rows=[row(counted_on=date(2026, 3, 1))], now=now)
    told = {
        one.value: one.total
        for one in tally.breakdown(year=2026, scope=Scope(), by=By.PROOF, today=date(2026, 12, 31)).slices
    }
    assert told == {"hand": 1, "batch": 1}
    proofs = tally.for_year(year=2026, scope=Scope(), as_of=None, today=TODAY).proofs
    assert (proofs.scan, proofs.all, proofs.tenths) == (0, 2, 0)

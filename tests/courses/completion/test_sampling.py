"""A sample is drawn by lot, can be drawn again by anybody, and a doubt goes to people."""

from datetime import timedelta

import pytest

from courses.completion import CompletionRefused, sampling
from courses.completion.sampling import SampleRefusal, SampleRefused
from courses.models import Completion, CountEntry, Revocation, SampleLine
from tests.factories import catalogue, people
from tests.factories.completion import counted, revoked

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(now):
    return counted(now=now)


def draw(now, **fields):
    return sampling.draw(
        by=people.user(), now=now, **{"year": now.year, "month": now.month, "district": None, **fields}
    )


def test_seed_and_population_lead_to_the_same_list_also_when_the_ledger_goes_on(entry) -> None:
    line, later = entry
    sample = draw(later)
    assert (sample.population, sample.lines.get().completion) == (1, line.completion)
    counted(now=later, course=catalogue.course(occupation=catalogue.occupation("baker")))
    revoked(line.completion, now=later + timedelta(days=2))
    assert sampling.drawn_again(sample=sample)
    SampleLine.objects.update(completion=Completion.objects.exclude(pk=line.completion_id).get())
    assert not sampling.drawn_again(sample=sample)


def test_the_lot_depends_on_the_seed_alone_and_chooses_each_at_most_once() -> None:
    numbers = [f"Z{number:04}" for number in range(1000)]
    first, again, other = (sampling.lot(seed=seed, numbers=numbers, size=50) for seed in ("a", "a", "b"))
    assert first == again == sampling.lot(seed="a", numbers=numbers[::-1], size=50)
    assert len(set(first)) == 50
    assert len(set(first) & set(other)) < 15


def test_a_month_without_counts_gives_no_sample(now) -> None:
    with pytest.raises(SampleRefused) as refused:
        draw(now)
    assert refused.value.code == SampleRefusal.NOBODY


def test_a_doubt_proposes_a_revocation_and_takes_nothing_back_by_itself(entry) -> None:
    _line, later = entry
    drawn = draw(later).lines.get()
    proposed = sampling.note(
        by=people.user(), line=drawn, result=SampleLine.Result.DOUBTFUL, text="称未参训", now=later
    )
    assert proposed == Revocation.objects.get()
    assert (proposed.status, proposed.reason) == ("proposed", "称未参训")
    assert [one.amount for one in CountEntry.objects.all()] == [1]


def test_a_result_is_noted_once_and_a_doubt_needs_its_reason(entry) -> None:
    _line, later = entry
    drawn = draw(later).lines.get()
    checker = people.user()
    with pytest.raises(SampleRefused) as refused:
        sampling.note(by=checker, line=drawn, result=SampleLine.Result.DOUBTFUL, text=" ", now=later)
    assert refused.value.code == SampleRefusal.NOTE_MISSING
    sampling.note(by=checker, line=drawn, result=SampleLine.Result.OK, text="", now=later)
    with pytest.raises(SampleRefused) as refused:
        sampling.note(by=checker, line=drawn, result=SampleLine.Result.OK, text="", now=later)
    assert refused.value.code == SampleRefusal.NOTED


def test_who_had_a_hand_in_it_does_not_check_it(entry) -> None:
    line, later = entry
    drawn = draw(later).lines.select_related("completion").get()
    for by in (line.completion.approved_by, line.completion.submitted_by, line.completion.proposed_by):
        with pytest.raises((SampleRefused, CompletionRefused)):
            sampling.note(by=by, line=drawn, result=SampleLine.Result.OK, text="", now=later)

import pytest

from tests.drill import handover, newcomers
from tests.drill.__main__ import DRILLS, main
from tests.races import Arena


def test_the_list_names_every_drill_with_its_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()] == list(DRILLS)
    assert {"seats", "checkin", "person", "count", "kill"} <= set(DRILLS)
    assert all(drill.__doc__ in told for drill in DRILLS.values() if drill.__doc__)


def test_an_unknown_drill_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flood"]) == 2
    assert "There is no drill flood." in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.django_db
def test_login_codes_reach_the_gateway_through_broker_and_worker(arena: Arena) -> None:
    figures = handover.run(arena, codes=handover.CODES // 50, per_s=2)
    assert figures.faults == []
    assert figures.numbers["handed_over"] == handover.CODES // 50


@pytest.mark.long
@pytest.mark.django_db
def test_people_never_seen_before_get_through_one_address_to_their_check_in(arena: Arena) -> None:
    figures = newcomers.run(arena, people=newcomers.PEOPLE // 10)
    assert figures.faults == []
    assert figures.numbers["through"] == newcomers.PEOPLE // 10

"""What the publish gate makes of an office's papers, at a tenth of the drill's size."""

import pytest

from cms import gate as publish_gate
from tests.drill import gate
from tests.races import Arena

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_of_fifty_papers_every_planted_number_is_found_and_none_that_is_clean_is_held(arena: Arena) -> None:
    figures = gate.run(arena, things=gate.THINGS // 10)
    assert figures.faults == []
    assert figures.numbers == {"things": 50, "planted": 25, "found": 25, "clean": 25, "alarms": 0}


def test_a_gate_that_finds_nothing_and_one_that_holds_everything_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish_gate, "file_findings", lambda *_args, **_more: ())
    monkeypatch.setattr(publish_gate, "page_findings", lambda _page: ())
    blind = gate.judge(things=10)
    assert (len(blind["missed"]), blind["held"]) == (5, [])
    every = publish_gate.text_findings("13805351234", place="x")
    monkeypatch.setattr(publish_gate, "file_findings", lambda *_args, **_more: every)
    monkeypatch.setattr(publish_gate, "page_findings", lambda _page: every)
    deaf = gate.judge(things=10)
    assert (len(deaf["missed"]), len(deaf["held"])) == (5, 5)

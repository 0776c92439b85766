"""T01 to T16 at one fiftieth, and that a fault would be seen."""

import pytest

from courses.attendance import PersonRefused, ScanRefused, codes
from courses.refusals import Refused
from tests.adversary.rooms import Room
from tests.adversary.seeds import SEED, drawn
from tests.adversary.threats import AGENTS, FULL, METHODS, play
from tests.ground import ROOT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", FULL)
def test_what_the_reference_asks_for_holds(name: str) -> None:
    assert play(name=name, many=max(1, FULL[name] // 50)) == []


def test_every_program_meets_every_method_and_a_seed_plays_the_same_again() -> None:
    """T04 at one fiftieth already; and what is drawn can be drawn again."""
    meets = {
        (n % len(AGENTS), METHODS[n // len(AGENTS) % len(METHODS)]) for n in range(2 * FULL["t04_opened_links"] // 50)
    }
    assert len(meets) == len(AGENTS) * 3
    token = SEED.set(7)
    assert drawn().random() == drawn().random()
    SEED.reset(token)


def test_no_page_asks_where_somebody_is() -> None:
    """T06, the static half: the call stands in no script, template or view; `t06_no_position` asks the answers."""
    files = [path for folder in ("static", "templates", "courses", "cms") for path in (ROOT / folder).rglob("*.*")]
    texts = [path for path in files if path.suffix in {".js", ".html", ".py", ".svg"}]
    asking = [path.name for path in texts if "geolocation" in path.read_text(encoding="utf-8").lower()]
    assert (len(texts) > 500, asking) == (True, ["middleware.py"])


@pytest.mark.parametrize("refused", [ScanRefused, PersonRefused])
def test_a_refused_scan_says_what_happened_and_what_to_do_next(refused: type[Refused]) -> None:
    """T09: twelve codes at most at the wall and at the trainer's scan, and none of them is just a failure."""
    said = [str(sentence) for sentence in refused.sentences.values()]
    assert len(said) <= 15
    assert [text for text in said if "请" not in text.split("。")[-2] or "失败" in text] == []


def test_a_code_that_never_ends_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teeth: the picture turns and the server does not look at its age."""
    monkeypatch.setattr(codes, "_mac", lambda code, direction, step: f"{code:010d}"[:10])
    found = play(name="t01_replayed_codes", many=5)
    assert sum("was taken again" in fault for fault in found) == 5


def test_a_second_account_that_counts_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teeth: no browser is known by a name."""
    ticket = Room.ticket
    monkeypatch.setattr(Room, "ticket", lambda here, at, _browser, direction: ticket(here, at, "", direction))
    assert len(play(name="t05_one_phone", many=4)) == 1

"""A part that is kept is the part that would be drawn anew, whatever was drawn in between."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from courses.templatetags.look import STATUSES
from courses.web.teach.drawn import drawn

NAMES = st.text(alphabet="王李强&<\"' aé", min_size=1, max_size=4)
MINUTES = st.integers(0, 400).map(lambda minutes: datetime(2026, 9, 14, 1, tzinfo=UTC) + timedelta(minutes=minutes))
SHAPES, WORDS = st.sampled_from(sorted(STATUSES)), st.sampled_from(["已到", "迟到", "<b>"])
ROWS = {
    "teach/lesson/missing.html": st.fixed_dictionaries(
        {"no": st.integers(1, 3), "person": NAMES, "unmarked": st.booleans(), "shape": SHAPES, "word": WORDS}
    ),
    "teach/lesson/came.html": st.fixed_dictionaries(
        {
            "no": st.integers(1, 3), "person": NAMES, "by_hand": st.booleans(), "in_at": MINUTES,
            "out_at": st.none() | MINUTES, "shape": SHAPES, "word": WORDS,
        }
    ),
    "teach/wall/roll.html": st.fixed_dictionaries(
        {"number": st.integers(1, 3), "person": NAMES, "here": st.booleans()}
    ),
}  # fmt: skip


@pytest.mark.parametrize("template", sorted(ROWS))
@given(data=st.data())
def test_a_kept_row_is_the_row_drawn_anew_in_the_language_of_the_moment(template: str, data: st.DataObject) -> None:
    facts = data.draw(ROWS[template])
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            assert drawn(template, **facts) == render_to_string(template, facts)


def test_what_is_asked_for_again_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"number": 7, "person": "王*强", "here": True}
    first = drawn("teach/wall/roll.html", **facts)
    monkeypatch.setattr("courses.web.teach.drawn.render_to_string", lambda *_: pytest.fail("drawn again"))
    assert drawn("teach/wall/roll.html", **facts) is first

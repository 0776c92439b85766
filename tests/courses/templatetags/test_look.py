"""Marks, icons and the words beside shapes."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template

from courses.attendance import PICTURES
from courses.templatetags import look


def test_every_icon_file_is_a_drawing_in_the_colour_of_the_text() -> None:
    names = sorted(path.stem for path in (look.IMAGES / "icons").glob("*.svg"))
    assert len(names) >= 32
    for name in names:
        text = (look.IMAGES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        assert 'stroke="currentColor"' in text, name
        assert "#" not in text, name
        assert look.icon(name).startswith('<svg class="ic" viewBox="0 0 24 24"'), name


def test_an_unknown_icon_is_a_mistake_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        look.icon("nothing")


@pytest.mark.parametrize("name", ["wok", "rig", "hull", "chip", "sprout", "screen"])
def test_a_motif_follows_the_theme_and_can_stand_without_water(name: str) -> None:
    assert "#" not in look.motif(name)
    assert "var(--m-tide)" in look.motif(name)
    assert "var(--m-tide)" not in look.motif(name, on="sea", water=False).replace("M60 86H180", "") or name == "screen"
    assert len(look.motif(name, water=False)) < len(look.motif(name))


def test_every_picture_of_the_roll_call_is_drawn_with_one_wine_part() -> None:
    drawn = {path.stem for path in (look.IMAGES / "rollcall").glob("*.svg")}
    assert drawn == set(PICTURES)
    assert {name: look.roll_picture(name).count("#8A1538") for name in sorted(drawn)} == dict.fromkeys(sorted(drawn), 1)


def test_an_unlit_lighthouse_has_no_lamp() -> None:
    assert "#F2B233" in look.lighthouse()
    assert "#F2B233" not in look.lighthouse(lit=False)


def test_each_status_has_shape_and_word_and_the_word_is_escaped() -> None:
    assert {kind: shape for kind, shape in look.STATUSES.items() if kind in {"slow", "wait"}} == {
        "slow": "triangle",
        "wait": "triangle",
    }
    others = [shape for kind, shape in look.STATUSES.items() if kind not in {"slow", "wait"}]
    assert len(others) == len(set(others))
    assert "&lt;b&gt;</span>" in look.status("ok", "<b>")


@pytest.mark.parametrize(
    ("taken", "total", "tone", "open_marks"),
    [(24, 30, "free", 6), (28, 30, "few", 2), (30, 30, "full", 0), (31, 30, "full", 0)],
)
def test_seats_are_drawn_one_by_one(taken: int, total: int, tone: str, open_marks: int) -> None:
    drawn = look.seats(taken, total)
    assert f"seats-{tone}" in drawn
    assert drawn.count('<i class="f">') == open_marks
    assert drawn.count("<i") == total


def test_a_large_class_shows_free_seats_while_there_are_any() -> None:
    drawn = look.seats(199, 200)
    assert drawn.count("<i") == 50
    assert look.seats(200, 200).count('class="f"') == 0


def test_a_link_knows_the_page_it_stands_on() -> None:
    context = Context({"request": SimpleNamespace(path="/courses/syb/")})
    assert 'aria-current="page"' in look.nav_link(context, "/courses/", "课程")
    assert "aria-current" not in look.nav_link(context, "/courses/", "课程", "", exact=True)
    assert "aria-current" not in look.nav_link(context, "/verify/", "查证书")


def test_stylesheets_name_components_and_pages() -> None:
    page = Template('{% load look %}{% stylesheets "table" "pages/error" %}').render(Context())
    assert [line.split("/static/")[1].split('"')[0] for line in page.splitlines()] == [
        "css/components/table.css",
        "css/pages/error.css",
    ]

"""The pictures that are kept: each page in each mode, none too large."""

from tests.journeys import screens

KEPT = (*screens.KEPT, *screens.ANSWERS, *screens.DOORS, *screens.ERRORS)
PICTURES = {path.name: path.stat().st_size for path in screens.FOLDER.glob("*.png")}


def test_no_picture_is_larger_than_it_may_be_and_none_is_of_a_page_that_is_not_kept() -> None:
    assert PICTURES
    assert {name: size for name, size in PICTURES.items() if size > screens.LIMIT} == {}
    assert {name for name in PICTURES if name.removesuffix(".png").rpartition("-")[0] not in KEPT} == set()


def test_each_page_that_is_kept_has_its_picture_in_each_mode() -> None:
    assert {f"{name}-{mode}.png" for name in KEPT for mode in screens.MODES} - set(PICTURES) == set()

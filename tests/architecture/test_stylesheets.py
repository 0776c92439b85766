"""A page loads the sheet of every class that it and its parts wear: without it, that part has no look."""

import re
from functools import cache

import pytest

from tests.architecture.trees import ROOT

SHEETS, PAGES = ROOT / "static" / "css", ROOT / "templates"
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
REMARK = re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


@cache
def sheets() -> dict[str, tuple[set[str], set[str]]]:
    """Of each sheet, the classes that its selectors begin with, and all that it names."""
    found = {}
    for path in SHEETS.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/|\{[^{}]*\}", ";", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        own = set(re.findall(r"(?:^|[;{},])\s*\.([a-z][\w-]*)", text))
        found[str(path.relative_to(SHEETS)).removesuffix(".css")] = (own, set(re.findall(r"\.([a-z][\w-]*)", text)))
    return found


def loaded(text: str) -> set[str]:
    """Its own sheets and those of the frames that it stands in."""
    named = {name for tag in re.findall(r"\{% stylesheets ([^%]*)%\}", text) for name in re.findall(r'"([^"]+)"', tag)}
    found = {name if "/" in name else f"components/{name}" for name in named}
    found |= set(re.findall(r"css/([\w/-]+)\.css", text))
    if frame := re.search(r"\{% extends (\S+) %\}", text):
        # A frame that is chosen at run time has at least what all have.
        name = frame[1].strip('"') if '"' in frame[1] else "base.html"
        found |= loaded((PAGES / name).read_text(encoding="utf-8"))
    return found


def worn(text: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The classes of its markup and of what it includes by name."""
    bare = REMARK.sub("", text)
    found = {one for value in re.findall(r'class(?:es)?="([^"]*)"', bare) for one in TAG.sub(" ", value).split()}
    for name in set(re.findall(r'\{% include "([^"]+)"', bare)) - seen:
        if (PAGES / name).exists():
            found |= worn((PAGES / name).read_text(encoding="utf-8"), seen | {name})
    return found


def bare(text: str) -> list[str]:
    """Classes that only sheets give a look to which this page does not load."""
    here = loaded(text)
    named = set[str]().union(*(all_ for name, (_own, all_) in sheets().items() if name in here))
    looks = set[str]().union(*(own for own, _all in sheets().values()))
    return sorted((worn(text) & looks) - named)


def test_every_page_loads_the_sheets_of_what_it_wears() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in PAGES.rglob("*.html")}
    # The admin has sheets of its own.
    ours = [path for path, text in pages.items() if "{% extends" in text and '"wagtailadmin/' not in text]
    assert len(ours) > 100
    found = {str(path.relative_to(PAGES)): without for path in ours if (without := bare(pages[path]))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ('{% extends "base_desk.html" %}{% include "components/breadcrumb.html" %}', ["crumbs"]),
        ('{% extends "base_desk.html" %}{% stylesheets "lists" %}{% include "components/breadcrumb.html" %}', []),
        ('{% extends "base_public.html" %}<div class="integrity-bar gap-s">', []),
    ],
)
def test_a_part_without_its_sheet_is_found(text: str, without: list[str]) -> None:
    assert bare(text) == without

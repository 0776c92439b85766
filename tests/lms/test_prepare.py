"""What a first start does before it can serve: each step is named before it begins."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from lms import translations
from lms.management.commands import prepare
from tests.factories import catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> tuple[StringIO, list[tuple[str, str]]]:
    """What is written, and by command what had been written last when it began."""
    said, seen = StringIO(), list[tuple[str, str]]()

    def record(name: str, **_options: Any) -> None:
        seen.append((name, said.getvalue().splitlines()[-1] if said.getvalue() else ""))

    monkeypatch.setattr(prepare, "call_command", record)
    monkeypatch.setattr(translations, "compile_all", lambda: record("compile"))
    return said, seen


def test_each_step_of_a_first_start_is_named_before_it_begins_with_how_long_it_takes(
    done: tuple[StringIO, list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    said, seen = done
    settings.DEMO = True
    monkeypatch.setattr(translations, "stale", lambda: ["django.po"])
    monkeypatch.setattr(prepare.Command, "tables_are_behind", lambda _self: True)
    call_command("prepare", stdout=said)
    words = {name: line for name, line in seen if name in ("compile", "migrate", "load_reference", "seed_demo")}
    assert [line.partition(" (")[0] for line in words.values()] == [
        "编译翻译 writing the translations",
        "建表 making the tables",
        "读入参考数据 reading the reference lists",
        "建立演示城市，只做一次 building the demo city, once",
    ]
    assert [line for line in words.values() if "second" not in line and "minute" not in line] == []
    assert [name for name, _line in seen][-2:] == ["seed_demo", "renew_demo"]


def test_the_demo_city_writes_to_the_terminal_itself_so_that_its_counts_stay_on_one_line(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    given: dict[str, dict[str, Any]] = {}
    settings.DEMO = True
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: given.update({name: options}))
    monkeypatch.setattr(prepare.Command, "tables_are_behind", lambda _self: False)
    call_command("prepare", stdout=StringIO())
    assert given["seed_demo"] == {}


def test_a_later_start_has_nothing_to_say(
    done: tuple[StringIO, list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said, seen = done
    monkeypatch.setattr(translations, "stale", list)
    monkeypatch.setattr(prepare.Command, "tables_are_behind", lambda _self: False)
    catalogue.district()
    call_command("prepare", "--no-demo", stdout=said)
    assert (said.getvalue(), [name for name, _line in seen]) == ("", ["createcachetable", "load_reference"])

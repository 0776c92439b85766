"""How far a long first start has come: one line on a terminal, a line now and then where lines are kept."""

from io import StringIO

from django.core.management.base import OutputWrapper

from cms.demo.telling import Telling


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Each row takes this long."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now = seconds, 0.0

    def __call__(self) -> float:
        self.now += self.seconds
        return self.now


def said(window: StringIO, seconds: float) -> str:
    telling = Telling(OutputWrapper(window), clock=Clock(seconds))
    telling.step("结业")
    assert list(telling.count(range(30))) == list(range(30))
    telling.step("台账")
    telling.done()
    return window.getvalue()


def test_where_lines_are_kept_one_is_added_every_five_seconds() -> None:
    assert said(StringIO(), 0.5).splitlines() == [
        "  结业 …",
        "  结业 10/30",
        "  结业 20/30",
        "  结业 30/30",
        "  台账 …",
    ]


def test_a_step_that_is_soon_done_is_one_line() -> None:
    assert said(StringIO(), 0.01).splitlines() == ["  结业 …", "  台账 …"]


def test_a_terminal_has_one_line_a_step_which_ends_with_the_whole_number() -> None:
    lines = said(Terminal(), 0.5).split("\n")
    assert len(lines) == 3
    assert lines[0].count("\r") == 31
    assert lines[0].endswith("\r  结业 30/30\033[K")
    assert (lines[1], lines[2]) == ("\r  台账 …\033[K", "")


def test_nobody_is_told_anything_without_a_window() -> None:
    telling = Telling(None)
    telling.step("结业")
    assert list(telling.count("ab")) == ["a", "b"]
    telling.done()

"""The timetable names tasks that exist, and every task is woken by something."""

import ast

from courses.completion.holding import SWEEP
from lms.celery import TIMETABLE
from tests.architecture.trees import ROOT, tree


def tasks() -> set[str]:
    module = tree(ROOT / "courses" / "tasks.py")
    return {
        f"courses.tasks.{node.name}"
        for node in module.body
        if isinstance(node, ast.FunctionDef) and any("shared_task" in ast.unparse(mark) for mark in node.decorator_list)
    }


def test_the_timetable_names_only_tasks_that_exist() -> None:
    assert {entry["task"] for entry in TIMETABLE.values()} - tasks() == set()


def test_no_sweep_is_late_and_still_wanted() -> None:
    frequent = [entry for entry in TIMETABLE.values() if isinstance(entry["schedule"], int | float)]
    assert [entry["options"]["expires"] <= entry["schedule"] for entry in frequent] == [True] * len(frequent)


def test_an_approval_that_waits_for_the_sweep_of_signals_names_its_pace() -> None:
    [sweep] = [entry for entry in TIMETABLE.values() if entry["task"] == "courses.tasks.compute_signals"]
    assert sweep["schedule"] == SWEEP.total_seconds()

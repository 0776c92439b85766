"""The database has the last word on what a closed list may hold."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, CheckConstraint, Model, Q

LISTS = [
    (model, field)
    for model in apps.get_app_config("courses").get_models()
    for field in model._meta.local_fields
    if field.choices and isinstance(field, CharField)
]


def test_the_models_have_closed_lists() -> None:
    assert len(LISTS) > 50


@pytest.mark.parametrize(("model", "field"), LISTS, ids=lambda one: one.__name__ if isinstance(one, type) else one.name)
def test_the_database_takes_the_values_of_a_closed_list_and_no_other(
    model: type[Model], field: "CharField[str, str]"
) -> None:
    known = {value for value, _label in field.flatchoices} | ({""} if field.blank else set())
    assert known in [set(_named(constraint.condition, field.name)) for constraint in _checks(model)]


def _checks(model: type[Model]) -> Iterator[CheckConstraint]:
    yield from (one for one in model._meta.constraints if isinstance(one, CheckConstraint))


def _named(condition: Any, name: str) -> Iterator[str]:
    """The values that a condition allows; none where it is not about this field alone."""
    leaves = list(_leaves(condition))
    if all(lookup in (name, f"{name}__in") for lookup, _value in leaves):
        for lookup, value in leaves:
            yield from value if lookup.endswith("__in") else (value,)


def _leaves(condition: Q) -> Iterator[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _leaves(child)
        else:
            assert isinstance(child, tuple)
            yield child

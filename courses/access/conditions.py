"""Conditions on classes, asked of rows that lead to a class: by a join, and no list of classes is read first."""

from typing import Any, cast

from django.db.models import Q

# Not an empty Q, which vanishes from `Q() | other` and would leave the other alone.
EVERYTHING = ~Q(pk__in=[])
NOTHING = Q(pk__in=[])


def under(condition: Q, path: str) -> Q:
    """The same condition on the class at the end of `path`; empty where it lets everything through."""
    if condition == EVERYTHING:
        return Q()
    moved = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        if not isinstance(child, Q):
            name, value = cast("tuple[str, Any]", child)
            moved.children.append((f"{path}__{name}", value))
        elif child != EVERYTHING or condition.connector != Q.AND:
            moved.children.append(under(child, path) if child != EVERYTHING else child)
    # An empty condition lets everything through, and so would its opposite.
    return NOTHING if moved.negated and not moved.children else moved

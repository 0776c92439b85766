"""Taking a protection away, so that a twin can show what it was for."""

from django.db import connection, models


def drop_constraint(model: type[models.Model], name: str) -> None:
    """SQLite may make the table anew, from what the model says: for that moment it says nothing of the constraint."""
    meta, all_of_them = model._meta, model._meta.constraints
    constraint = next(constraint for constraint in all_of_them if constraint.name == name)
    meta.constraints = [other for other in all_of_them if other is not constraint]
    try:
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
    finally:
        meta.constraints = all_of_them


def drop_unique(model: type[models.Model], name: str) -> None:
    """A column that was unique stays as it is, but for that."""
    unique: models.Field[object, object] = model._meta.get_field(name)  # type: ignore[assignment]
    plain = unique.clone()
    plain._unique = False  # type: ignore[attr-defined]
    plain.set_attributes_from_name(name)
    plain.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, unique, plain)

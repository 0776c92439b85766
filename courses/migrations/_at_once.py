"""Many new tables as one step."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """Makes the tables of models that are all new, each with every field, index and constraint that the steps give it.

    One by one, Django draws all models anew for each of them, which takes the square of their number: half a minute.
    """

    reduces_to_sql = True

    def __init__(self, operations: Sequence[CreateModel | AddField | AddIndex | AddConstraint]) -> None:
        self.operations = list(operations)
        names = [operation.name_lower for operation in self.operations if isinstance(operation, CreateModel)]
        others = [operation for operation in self.operations if not isinstance(operation, CreateModel)]
        if strangers := {operation.model_name_lower for operation in others}.difference(names):
            raise ValueError(f"not new in this step: {sorted(strangers)}")
        self.names = names

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Models that are drawn already would be drawn again at each of the steps.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.names:
            model = to_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in reversed(self.names):
            model = from_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def describe(self) -> str:
        return f"Create {len(self.names)} tables at once"

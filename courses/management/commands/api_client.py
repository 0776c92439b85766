from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model
from django.utils import timezone

from courses.models import ApiClient, District, Institution, Venue
from courses.people import clients
from courses.people.clients import ClientRefused, Scope

Row = TypeVar("Row", bound=Model)


class Command(BaseCommand):
    help = "Opens an access for another system and prints its token, this once; --revoke ends it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--scope", action="append", choices=[scope.value for scope in Scope], default=[])
        parser.add_argument("--institution", help="number of the institution that it speaks for")
        parser.add_argument("--district", help="key of the district that it speaks for")
        parser.add_argument("--venue", help="number of the venue where a scanner is fixed")
        parser.add_argument("--room", default="", help="the room in it")
        parser.add_argument("--revoke", action="store_true")

    def handle(self, *, name: str, scope: list[str], **options: Any) -> None:
        if options["revoke"]:
            clients.revoke(by=None, client=_one(ApiClient, name=name), now=timezone.now())
            return
        if not scope:
            raise CommandError("at least one --scope is needed")
        try:
            _client, token = clients.issue(
                by=None,
                name=name,
                scopes=[Scope(value) for value in scope],
                institution=_one(Institution, number=options["institution"]) if options["institution"] else None,
                district=_one(District, key=options["district"]) if options["district"] else None,
                venue=_one(Venue, number=options["venue"]) if options["venue"] else None,
                room=options["room"],
                now=timezone.now(),
            )
        except ClientRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(token)


def _one(model: type[Row], **key: str) -> Row:
    found = model._default_manager.filter(**key).first()
    if found is None:
        raise CommandError(f"no {model._meta.model_name} with {key}")
    return found

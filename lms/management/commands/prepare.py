from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lms import memory, translations


class Command(BaseCommand):
    help = (
        "Makes an installation ready to serve, in one process: translations, tables, reference data and, unless "
        "--no-demo, the demo city (once) and today's demo class (each time). Safe to repeat."
    )
    # The system checks want the tables that this command is about to make.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="reference data only")

    def handle(self, *, no_demo: bool, **options: Any) -> None:
        if translations.stale():
            self.say("编译翻译 writing the translations (some seconds) …")
            translations.compile_all()
        if self.tables_are_behind():
            self.say("建表 making the tables (up to half a minute the first time) …")
            call_command("migrate", interactive=False, verbosity=0)
        memory.settle()
        # No migration of ours: who migrated by hand has none yet.
        call_command("createcachetable", verbosity=0)
        self.bring_lists()
        if settings.DEMO and not no_demo:
            self.bring_demo()

    def tables_are_behind(self) -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def say(self, text: str) -> None:
        """Each step is named before it begins, with how long it commonly takes; one with nothing to do is not."""
        self.stdout.write(text)

    def bring_lists(self) -> None:
        # Imported late: models are only there once the apps are loaded.
        from courses.models import District

        if not District.objects.exists():
            self.say("读入参考数据 reading the reference lists (some seconds) …")
        call_command("load_reference", only_new=True, verbosity=0)

    def bring_demo(self) -> None:
        from courses.models import Course

        if not Course.objects.exists():
            self.say("建立演示城市，只做一次 building the demo city, once (a minute or two) …")
            # Not through our own window: a wrapper in a wrapper would end each line that is to be written anew.
            call_command("seed_demo")
        call_command("renew_demo", verbosity=0)

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from courses.models import User
from courses.people import posts
from courses.people.posts import Given, StaffRefused


class Command(BaseCommand):
    help = (
        "Opens the login of a first officer of the city, two at most, and prints the one-time link; --reset opens a "
        "login of the staff anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="small letters and digits")
        parser.add_argument("name", nargs="?", default="", help="the person's name")
        parser.add_argument("--reset", action="store_true", help="password and second factor end, a new link opens it")

    def handle(self, *, username: str, name: str, reset: bool, **options: Any) -> None:
        try:
            given = _reopened(username) if reset else posts.found(username=username, name=name, now=timezone.now())
        except StaffRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        if given.code:
            self.stdout.write(f"{settings.WAGTAILADMIN_BASE_URL}{reverse('account_first')}#{given.code}")
        else:
            self.stderr.write("The login has its password already.")


def _reopened(username: str) -> Given:
    login = User.objects.filter(username__iexact=username, is_staff=True).first()
    if login is None:
        raise CommandError(f"no login of the staff is called {username}")
    return posts.reset_access(by=None, login=login, now=timezone.now())

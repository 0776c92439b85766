#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

# The application's own role may not alter tables, nor change what has been recorded for good: these verbs run as the
# owner, where the environment names one.
OWNERS_VERBS = ("migrate", "createcachetable", "prepare")


def surroundings(arguments: list[str], given: dict[str, str]) -> dict[str, str]:
    """What to add to the environment for this call."""
    added = {} if "DJANGO_SETTINGS_MODULE" in given else {"DJANGO_SETTINGS_MODULE": "lms.settings.dev"}
    owner = given.get("MIGRATE_DATABASE_URL")
    if owner and arguments[1:2] and arguments[1] in OWNERS_VERBS:
        added["DATABASE_URL"] = owner
    return added


if __name__ == "__main__":
    os.environ.update(surroundings(sys.argv, dict(os.environ)))
    execute_from_command_line(sys.argv)

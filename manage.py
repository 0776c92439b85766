#!/usr/bin/env python
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

# The application's own role may not alter tables, nor change what has been recorded for good: these verbs run as the
# owner, where the environment names one.
OWNERS_VERBS = ("migrate", "createcachetable", "prepare")


def surroundings(arguments: list[str], given: dict[str, str]) -> dict[str, str]:
    """What to add to the environment for this call."""
    added = {} if "DJANGO_SETTINGS_MODULE" in given else {"DJANGO_SETTINGS_MODULE": "lms.settings.dev"}
    if added:
        added |= {name: value for name, value in kept_keys(given).items() if name not in given}
    owner = given.get("MIGRATE_DATABASE_URL")
    if owner and arguments[1:2] and arguments[1] in OWNERS_VERBS:
        added["DATABASE_URL"] = owner
    return added


def kept_keys(given: dict[str, str]) -> dict[str, str]:
    """The keys that `run.py` made for this machine: a verb called by hand must read what the service has written."""
    path = Path(given.get("DATA_DIR") or Path(__file__).resolve().parent / "var") / "secrets.env"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line)


if __name__ == "__main__":
    os.environ.update(surroundings(sys.argv, dict(os.environ)))
    execute_from_command_line(sys.argv)

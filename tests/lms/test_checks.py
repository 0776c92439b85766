"""What would be dangerous for citizens does not start: real processes under the settings of a served city."""

from pathlib import Path

import pytest

from tests.lms.production import complete, reasons, run

# A start of the whole project takes seconds: the everyday suite has that which names all mistakes at once.
long = pytest.mark.long
SERVE = ["-c", "import lms.wsgi; print('serving')"]
DANGERS = {
    "no secret key": ({"SECRET_KEY": ""}, "lms.E001"),
    "a short secret key": ({"SECRET_KEY": "short"}, "lms.E001"),
    "no key for personal fields": ({"FIELD_KEYS": ""}, "lms.E002"),
    "a key for personal fields that is none": ({"FIELD_KEYS": "k1:abc"}, "lms.E002"),
    "no key for certificates": ({"CERTIFICATE_KEYS": ""}, "lms.E010"),
    "a key for certificates that is none": ({"CERTIFICATE_KEYS": "c1:abc"}, "lms.E010"),
    "login codes printed to a log": ({"SMS_BACKEND": "console"}, "lms.E005"),
    "login codes kept in memory": ({"SMS_BACKEND": "memory"}, "lms.E005"),
    "no carrier was chosen": ({"SMS_BACKEND": None}, "lms.E005"),
    "a gateway without address": ({"SMS_BACKEND": "http", "SMS_GATEWAY_URL": ""}, "lms.E006"),
    "SQLite that nobody asked for": ({"SQLITE_ACCEPTED": None}, "lms.E007"),
    "files about citizens in no bucket": ({"S3_BUCKET": "pictures"}, "lms.E009"),
    "files about citizens in the public bucket": ({"S3_BUCKET": "one", "S3_PRIVATE_BUCKET": "one"}, "lms.E009"),
    "no host": ({"ALLOWED_HOSTS": ""}, "lms.E008"),
}


def environment(folder: Path, changes: dict[str, str | None]) -> dict[str, str]:
    changed = complete(folder) | changes
    return {name: value for name, value in changed.items() if value is not None}


@long
def test_a_complete_environment_serves(tmp_path: Path) -> None:
    served = run(SERVE, complete(tmp_path))
    assert (served.returncode, served.stdout) == (0, "serving\n")


@long
def test_the_deployment_check_of_a_complete_environment_is_clean(tmp_path: Path) -> None:
    checked = run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], complete(tmp_path))
    assert (checked.returncode, checked.stdout) == (0, "System check identified no issues (0 silenced).\n")


def starts() -> list[list[str]]:
    """As few starts as every danger fits into: none has two that share a number or a setting, so that each number that
    is told is told of its own danger. Without any secret key nothing else is looked at."""
    found = [["no secret key"]]
    for danger in list(DANGERS)[1:]:
        place = next((one for one in found[1:] if not any(_alike(danger, other) for other in one)), None)
        if place is None:
            found.append([danger])
        else:
            place.append(danger)
    return found


def _alike(danger: str, other: str) -> bool:
    (own, number), (theirs, its_number) = DANGERS[danger], DANGERS[other]
    return number == its_number or bool(own.keys() & theirs.keys())


@long
@pytest.mark.parametrize("dangers", starts(), ids=" + ".join)
def test_dangerous_defaults_refuse_to_start_and_say_what_to_set(dangers: list[str], tmp_path: Path) -> None:
    changes = {name: value for danger in dangers for name, value in DANGERS[danger][0].items()}
    refused = run(SERVE, environment(tmp_path, changes))
    assert refused.returncode != 0
    assert "serving" not in refused.stdout
    if dangers != ["no secret key"]:
        assert sorted(reasons(refused)) == sorted(DANGERS[danger][1] for danger in dangers)


def test_every_danger_has_its_start() -> None:
    assert sorted(danger for one in starts() for danger in one) == sorted(DANGERS)
    assert len(starts()) == 5


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    bare = {"DJANGO_SETTINGS_MODULE": "lms.settings.production", "DATA_DIR": str(tmp_path), "SECRET_KEY": "short"}
    refused = run(SERVE, bare)
    assert (refused.returncode, reasons(refused)) == (
        1,
        ["lms.E001", "lms.E002", "lms.E010", "lms.E005", "lms.E007", "lms.E008"],
    )


def test_the_environment_cannot_open_debug_or_the_demo_doors(tmp_path: Path) -> None:
    told = run(
        ["-c", "import django; from django.conf import settings; print(settings.DEBUG, settings.DEMO)"],
        complete(tmp_path) | {"DEBUG": "1", "DEMO": "1"},
    )
    assert told.stdout == "False False\n"


@long
@pytest.mark.parametrize(("name", "number"), [("DEBUG", "lms.E003"), ("DEMO", "lms.E004")])
def test_settings_of_a_hurry_do_not_serve(name: str, number: str, tmp_path: Path) -> None:
    """Someone's own settings module on top of production, as it happens at night."""
    (tmp_path / "hurry.py").write_text(f"from lms.settings.production import *\n{name} = True\n")
    changed = complete(tmp_path) | {"DJANGO_SETTINGS_MODULE": "hurry", "PYTHONPATH": str(tmp_path)}
    refused = run(SERVE, changed)
    assert (refused.returncode, reasons(refused)) == (1, [number])


@long
def test_the_background_refuses_what_the_web_refuses(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from lms.celery import app; from celery.signals import beat_init, worker_init;"
        "[signal.send(sender=None) for signal in ({},)]; print('working')"
    )
    for signal in ("worker_init", "beat_init"):
        refused = run(["-c", code.format(signal)], environment(tmp_path, {"SMS_BACKEND": "console"}))
        assert (refused.returncode, refused.stdout, reasons(refused)) == (1, "", ["lms.E005"])
    assert run(["-c", code.format("worker_init")], complete(tmp_path)).stdout == "working\n"

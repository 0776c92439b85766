"""The files that run a city: who sees which folder."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.urls import reverse

from courses.web.teach.screens import Screen
from tests import ground
from tests.architecture.trees import ROOT
from tests.bench.walls import SCREEN_PROCESSES, SCREENS_NICE
from tests.drill.crowded import STAFF_NICE
from tests.lms.production import complete, run

pytestmark = pytest.mark.django_db

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def mounts(service: str) -> dict[str, str]:
    """Place in the container → volume."""
    said = (line.split(":") for line in COMPOSE["services"][service]["volumes"])
    return {place: volume for volume, place, *_mode in said}


def test_nginx_serves_the_pictures_that_the_application_keeps_and_sees_no_other_data() -> None:
    (folder,) = re.findall(r"location /media/ \{\s+alias (\S+?)/;", NGINX)
    seen = mounts("nginx")
    assert seen[folder] == mounts("web")["/srv/data/media"] == "media"
    assert "data" not in seen.values()
    assert f"media:{folder}:ro" in COMPOSE["services"]["nginx"]["volumes"]


def test_neither_dashboards_nor_screens_delay_a_check_in() -> None:
    """They are served by processes of their own, which give way where processors are short."""
    served = dict(re.findall(r"location (?:~ )?(\S+) \{[^}]*proxy_pass http://(\w+);", NGINX))
    screens = r"^/teach/lesson/[^/]+/(wall/)?state$"
    assert served == {"/": "web", screens: "screens", "/desk/": "desk", "/cms/": "desk"}
    nice = {name: int(COMPOSE["services"][name]["environment"].get("WEB_NICE", 0)) for name in served.values()}
    assert nice == {"web": 0, "screens": SCREENS_NICE, "desk": STAFF_NICE}
    assert (
        COMPOSE["services"]["screens"]["environment"]["WEB_PROCESSES"] == f"${{SCREEN_PROCESSES:-{SCREEN_PROCESSES}}}"
    )


def test_the_screens_of_nginx_are_those_that_ask() -> None:
    (pattern,) = re.findall(r"location ~ (\S+) \{", NGINX)
    for kind in Screen:
        assert re.fullmatch(pattern, reverse(f"{kind}_state", args=["L1"]))


def test_three_hundred_screens_behind_one_address_have_a_limit_of_their_own() -> None:
    """Each asks every two seconds, and all of them at the moment when a code turns."""
    place, zone, burst = re.findall(r"location ~ (\S+state\$) \{\s+limit_req zone=(\w+) burst=(\d+) nodelay;", NGINX)[0]
    rate = int(re.findall(rf"zone={zone}:\d+m rate=(\d+)r/s", NGINX)[0])
    assert (rate >= 2 * 150, int(burst) >= 2 * 300) == (True, True)
    asked = [f"/teach/lesson/ABC123/{what}state" for what in ("", "wall/")]
    assert all(re.search(place, path) for path in asked)
    assert not re.search(place, "/teach/lesson/ABC123/wall/pause/")


def test_while_the_application_is_away_nginx_has_a_page_of_its_own_that_needs_nothing_else() -> None:
    (codes, address) = re.findall(r"error_page ([\d ]+) (\S+);", NGINX)[0]
    (folder,) = re.findall(rf"location = {address} \{{ internal; root (\S+);", NGINX)
    assert {"502", "504"} <= set(codes.split())
    page = ROOT / "deploy" / mounts("nginx")[f"{folder}{address}"]
    text = page.read_text(encoding="utf-8")
    assert "网站正在维护" in text
    assert not re.search(r"(?:src|href)=\"(?!/\")|url\(", text)


LOOK = """
import json, django
django.setup()
from django.test import Client
browser = Client(headers={"host": "px.example.gov.cn"})
home, desk = browser.get("/", secure=True), browser.get("/desk/", secure=True)
print(json.dumps([home.status_code, "潮线" in home.content.decode(), desk.status_code, desk.headers["Location"]]))
"""


# One process for all of them: what is asked is that they suffice, not that each can begin by itself. The library's own
# compressing of what it has collected is half a minute that answers nothing here.
STEPS = """
import json, sys
from django.core.management import execute_from_command_line
from whitenoise.storage import CompressedManifestStaticFilesStorage
CompressedManifestStaticFilesStorage.compress_files = lambda self, paths: iter(())
for step in json.loads(sys.argv[1]):
    execute_from_command_line(step)
"""


def test_what_the_first_start_runs_is_enough_for_a_public_site_and_a_door_for_staff(tmp_path: Path) -> None:
    """The image's own steps and exactly those of the service `migrate`; what follows by hand stands in the manual."""
    told = COMPOSE["services"]["migrate"]["command"][-1]
    steps = [step.removeprefix("python ").split() for step in told.split(" && ")]
    assert ["manage.py", "seed_pages", "--courses"] in steps
    with ground.fresh() as city:
        surroundings = complete(tmp_path) | {"DATABASE_URL": city.url, "STATIC_ROOT": str(tmp_path / "static")}
        # The cache is Redis there and a table here.
        image = (["manage.py", "createcachetable"], ["manage.py", "collectstatic", "--no-input", "--skip-checks"])
        done = run(["-c", STEPS, json.dumps([*image, *steps])], surroundings)
        assert done.returncode == 0, done.stderr
        looked = run(["-c", LOOK], surroundings)
    assert json.loads(looked.stdout) == [200, True, 302, "/account/staff/?next=/desk/"], looked.stderr


def test_the_manual_names_the_steps_of_a_first_start() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for said in ("seed_pages --courses", "manage.py staff", "manage.py api_client", "deploy/.env"):
        assert said in manual

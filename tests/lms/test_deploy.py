"""The files that run a city: who sees which folder."""

import re

import yaml

from tests.architecture.trees import ROOT

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

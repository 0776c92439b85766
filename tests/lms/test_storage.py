"""Files in an S3-compatible store: what the environment says, and a real client against a server on loopback."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from courses.models import LearnerCategory
from courses.people import proofs
from tests.factories import catalogue, papers, people
from tests.lms.production import complete, run

BUCKETS = {"S3_BUCKET": "pictures", "S3_PRIVATE_BUCKET": "citizens"}
ASK = """
import django, json
from django.conf import settings
print(json.dumps([settings.STORAGES, settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"]]))
"""
KEYS = {"access_key": "one", "secret_key": "two", "region_name": "cn-north-1", "addressing_style": "path"}


def settings_of(folder: Path, **given: str) -> tuple[dict[str, Any], list[str]]:
    told = run(["-c", ASK], complete(folder) | given)
    kept, pictures = json.loads(told.stdout)
    return kept, pictures


def test_without_buckets_files_lie_on_this_machines_disk(tmp_path: Path) -> None:
    kept, pictures = settings_of(tmp_path)
    assert {name: kept[name]["BACKEND"].rsplit(".", 1)[1] for name in ("default", "private")} == {
        "default": "FileSystemStorage",
        "private": "FileSystemStorage",
    }
    assert pictures == ["'self'", "data:"]


def test_two_buckets_take_the_pictures_and_the_files_about_citizens(tmp_path: Path) -> None:
    given = {"S3_ENDPOINT_URL": "https://store.example.gov.cn", "S3_ACCESS_KEY": "one", "S3_SECRET_KEY": "two"}
    kept, pictures = settings_of(tmp_path, **BUCKETS, **given, MEDIA_URL="https://pictures.example.gov.cn/all/")
    assert (kept["default"]["BACKEND"], kept["private"]["BACKEND"]) == (
        "lms.storage.PublicBucket",
        "lms.storage.PrivateBucket",
    )
    assert (kept["default"]["OPTIONS"]["bucket_name"], kept["private"]["OPTIONS"]["bucket_name"]) == (
        "pictures",
        "citizens",
    )
    assert kept["private"]["OPTIONS"]["endpoint_url"] == "https://store.example.gov.cn"
    assert pictures == ["'self'", "data:", "https://pictures.example.gov.cn"]


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def buckets(store: str, settings: Settings) -> Iterator[Any]:
    client = boto3.client(
        "s3", endpoint_url=store, aws_access_key_id="one", aws_secret_access_key="two", region_name="cn-north-1"
    )
    for name in BUCKETS.values():
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"})
    options = KEYS | {"endpoint_url": store, "file_overwrite": False}
    settings.MEDIA_URL = "/media/"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "lms.storage.PublicBucket", "OPTIONS": options | {"bucket_name": "pictures"}},
        "private": {"BACKEND": "lms.storage.PrivateBucket", "OPTIONS": options | {"bucket_name": "citizens"}},
    }
    yield client
    for name in BUCKETS.values():
        for one in client.list_objects_v2(Bucket=name).get("Contents", []):
            client.delete_object(Bucket=name, Key=one["Key"])
        client.delete_bucket(Bucket=name)


def keys(client: Any, bucket: str) -> list[str]:
    return sorted(one["Key"] for one in client.list_objects_v2(Bucket=bucket).get("Contents", []))


def test_a_picture_of_a_page_is_read_under_the_media_address(buckets: Any) -> None:
    name = storages["default"].save("original_images/灯塔.jpg", ContentFile(b"light"))
    assert keys(buckets, "pictures") == ["original_images/灯塔.jpg"]
    assert storages["default"].url(name) == "/media/original_images/%E7%81%AF%E5%A1%94.jpg"
    second = storages["default"].save("original_images/灯塔.jpg", ContentFile(b"another"))
    assert second != name
    with storages["default"].open(name) as first:
        assert first.read() == b"light"


@pytest.mark.django_db
def test_a_citizens_file_lies_there_as_a_cipher_without_an_address(buckets: Any, now: datetime) -> None:
    catalogue.policy()
    veteran = LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran", proof="优待证")
    learner = people.learner(now=now)
    content = ContentFile(papers.pdf())
    made = proofs.hand_in(learner=learner, category=veteran, content=content, by=learner.user, now=now)
    assert (keys(buckets, "citizens"), keys(buckets, "pictures")) == ([made.file], [])
    assert b"PDF" not in buckets.get_object(Bucket="citizens", Key=made.file)["Body"].read()
    assert proofs.content_of(proof=made) == papers.pdf()
    with pytest.raises(ValueError, match="no address"):
        storages["private"].url(made.file)
    assert learner.user
    proofs.take_back(by=learner.user, proof=made, now=now)
    assert keys(buckets, "citizens") == []


@pytest.mark.django_db
def test_files_without_a_row_are_swept_out_of_the_bucket_after_a_day(buckets: Any) -> None:
    storages["private"].save("proofs/NOBODYSFILE", ContentFile(b"cipher"))
    written = storages["private"].get_modified_time("proofs/NOBODYSFILE")
    assert proofs.sweep_strays(now=written + timedelta(hours=23)) == 0
    assert proofs.sweep_strays(now=written + timedelta(hours=25)) == 1
    assert keys(buckets, "citizens") == []


def test_a_file_that_went_in_the_meantime_is_missing_as_on_disk(buckets: Any) -> None:
    with pytest.raises(FileNotFoundError):
        storages["private"].get_modified_time("proofs/GONE")

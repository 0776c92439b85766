"""A code verifies with the public key alone; whatever was changed in it does not; keys rotate without voiding paper."""

import base64
import json
import subprocess
import sys
from datetime import datetime

import pytest
from django.test import Client
from pytest_django import Settings

from courses import certificates
from courses.certificates import CertificateRefusal, CertificateRefused, State
from courses.certificates.signing import read_code
from courses.models import Certificate, SigningKey
from tests.factories import people
from tests.factories.certificates import approved, issued

pytestmark = pytest.mark.django_db


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


def code_of(certificate: Certificate) -> str:
    return certificates.code_of(certificate).partition("#")[2]


# What an employer may write, without a line of ours: the published key, the code, the standard library and one package.
OFFLINE = """
import base64, hashlib, json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
keys, code, name, document = sys.argv[1:]
key_id, content, signature = code.split(".")
decode = lambda text: base64.b32decode(text + "=" * (-len(text) % 8))
x = next(key["x"] for key in json.loads(keys)["keys"] if key["kid"] == key_id)
public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
public.verify(decode(signature), decode(content))
said = json.loads(decode(content))
holder = hashlib.sha256(f"{said[1]}\\n{name}\\n{document}".encode()).hexdigest()[:20]
print(json.dumps([said, holder == said[-1]]))
"""


def offline(keys: str, certificate: Certificate, name: str) -> list[object]:
    given = [keys, code_of(certificate), name, certificate.snapshot["document"]]
    done = subprocess.run([sys.executable, "-c", OFFLINE, *given], capture_output=True, text=True, check=True)
    told: list[object] = json.loads(done.stdout)
    return told


def test_a_code_verifies_offline_with_the_public_key_alone(now: datetime) -> None:
    made = issued(now=now)
    keys = Client().get("/verify/keys.json").content.decode()
    said, is_holder = offline(keys, made, "王小强")
    assert is_holder is True
    assert isinstance(said, list)
    assert {made.number, "培训合格证书", "中式烹调师（四级）", 36, "王*强", made.snapshot["institution"]} <= set(said)
    assert offline(keys, made, "王大强")[1] is False


def test_a_code_names_no_person_in_full(now: datetime) -> None:
    made = issued(now=now, name="阿依古丽·买买提")
    content = code_of(made).split(".")[1]
    said = base64.b32decode(content + "=" * (-len(content) % 8)).decode()
    assert "阿依古丽" not in said
    assert "370" not in said


def test_one_changed_character_anywhere_voids_the_code(now: datetime) -> None:
    code = code_of(issued(now=now))
    keys = {row.key_id: bytes.fromhex(row.public) for row in SigningKey.objects.all()}
    assert read_code(code=code, keys=keys)
    step = len(code) // 60
    for place in range(0, len(code), step):
        other = "B" if code[place] == "A" else "A"
        assert read_code(code=code[:place] + other + code[place + 1 :], keys=keys) is None


@pytest.mark.parametrize("code", ["", "c1", "c1..", "c1.A.A", "c9.AAAA.AAAA", "c1.é.é", "x" * 5000, "...", "c1.a.b.c"])
def test_what_is_no_code_is_none(code: str, now: datetime) -> None:
    issued(now=now)
    keys = {row.key_id: bytes.fromhex(row.public) for row in SigningKey.objects.all()}
    assert read_code(code=code, keys=keys) is None


def test_keys_rotate_and_paper_of_a_key_that_is_gone_still_verifies(now: datetime, settings: Settings) -> None:
    old = issued(now=now)
    settings.CERTIFICATE_KEYS = f"c2:{key('2')}"
    new = issued(now=now)
    assert [row["kid"] for row in Client().get("/verify/keys.json").json()["keys"]] == ["c1", "c2"]
    assert (old.key_id, new.key_id) == ("c1", "c2")
    for row in (old, new):
        found = certificates.check_code(code=code_of(row), now=now)
        assert found is not None
        assert found.state == State.VALID


def test_an_id_is_never_used_for_two_keys(now: datetime, settings: Settings) -> None:
    issued(now=now)
    settings.CERTIFICATE_KEYS = f"c1:{key('2')}"
    with pytest.raises(CertificateRefused) as refused:
        certificates.issue(by=people.user(), completion=approved(now=now), now=now)
    assert refused.value.code == CertificateRefusal.KEY_TAKEN
    assert Certificate.objects.count() == 1

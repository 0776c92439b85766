"""Ciphers, digests, signatures, masks and encrypted fields, on real keys and a real database."""

import base64
import re
import traceback
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from courses.models import Learner, User
from courses.people.documents import check_character
from courses.privacy import (
    DigestField,
    EncryptedJSONField,
    EncryptedTextField,
    KeysRefused,
    PrivacyCode,
    TokenRefused,
    decrypt,
    digest,
    encrypt,
    encrypted_fields,
    mask_given_name,
    mask_id,
    mask_name,
    mask_phone,
    reencrypt,
    sign,
    verify,
)
from courses.privacy.keys import ring
from tests.factories.people import resident_number

PHONE = "13800001234"
CONTEXT = "courses.learner.phone"
NOW = datetime(2026, 9, 14, 1, tzinfo=UTC)


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


ONE, TWO, SEPARATE = f"k1:{key('1')}", f"k2:{key('2')},k1:{key('1')}", key("d")
CIPHERS = ["aes-gcm", "sm4-gcm"]
MACS = ["hmac-sha256", "hmac-sm3"]


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.FIELD_KEYS, settings.DIGEST_KEY = ONE, SEPARATE
    settings.FIELD_CIPHER, settings.FIELD_DIGEST = "aes-gcm", "hmac-sha256"


@pytest.mark.parametrize("cipher", CIPHERS)
def test_any_text_comes_back_as_it_was(cipher):
    @given(st.text(), st.text(max_size=40))
    def comes_back(text, context):
        assert decrypt(encrypt(text, context=context), context=context) == text

    with override_settings(FIELD_CIPHER=cipher):
        comes_back()


@pytest.mark.parametrize(("cipher", "start"), [("aes-gcm", "k1.aes."), ("sm4-gcm", "k1.sm4.")])
def test_a_token_names_key_and_suite_and_never_repeats(settings, cipher, start):
    settings.FIELD_CIPHER = cipher
    first, second = encrypt(PHONE, context=CONTEXT), encrypt(PHONE, context=CONTEXT)
    assert first.startswith(start)
    assert second.startswith(start)
    assert first != second
    assert PHONE not in first


@pytest.mark.parametrize("cipher", CIPHERS)
def test_a_token_in_another_column_is_refused(settings, cipher):
    settings.FIELD_CIPHER = cipher
    token = encrypt(PHONE, context=CONTEXT)
    with pytest.raises(TokenRefused) as refused:
        decrypt(token, context="courses.user.phone")
    assert refused.value.code == PrivacyCode.TAMPERED


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_changed_bit_is_noticed(settings, cipher):
    settings.FIELD_CIPHER = cipher
    start, _, encoded = encrypt("7", context=CONTEXT).rpartition(".")
    content = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    for place in range(len(content) * 8):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(TokenRefused) as refused:
            decrypt(f"{start}.{base64.urlsafe_b64encode(changed).decode()}", context=CONTEXT)
        assert refused.value.code == PrivacyCode.TAMPERED


def test_a_token_under_the_other_suite_s_mark_is_refused():
    token = encrypt(PHONE, context=CONTEXT)
    with pytest.raises(TokenRefused) as refused:
        decrypt(token.replace(".aes.", ".sm4."), context=CONTEXT)
    assert refused.value.code == PrivacyCode.TAMPERED


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (PHONE, PrivacyCode.NOT_A_TOKEN),
        ("", PrivacyCode.NOT_A_TOKEN),
        ("k1.des.AAAA", PrivacyCode.NOT_A_TOKEN),
        ("K1.aes.AAAA", PrivacyCode.NOT_A_TOKEN),
        ("k9.aes.AAAA", PrivacyCode.KEY_UNKNOWN),
        ("k1.aes.", PrivacyCode.TAMPERED),
        ("k1.aes.AAAA", PrivacyCode.TAMPERED),
        ("k1.aes.手机", PrivacyCode.TAMPERED),
    ],
)
def test_what_is_no_token_of_this_ring_is_refused(token, code):
    with pytest.raises(TokenRefused) as refused:
        decrypt(token, context=CONTEXT)
    assert refused.value.code == code


def test_after_a_rotation_old_tokens_open_and_new_ones_use_the_first_key(settings):
    old = encrypt(PHONE, context=CONTEXT)
    settings.FIELD_KEYS = TWO
    assert decrypt(old, context=CONTEXT) == PHONE
    assert encrypt(PHONE, context=CONTEXT).startswith("k2.aes.")


def test_a_dropped_key_is_named_and_nothing_else(settings):
    old = encrypt(PHONE, context=CONTEXT)
    settings.FIELD_KEYS = f"k2:{key('2')}"
    with pytest.raises(TokenRefused) as refused:
        decrypt(old, context=CONTEXT)
    assert refused.value.code == PrivacyCode.KEY_UNKNOWN
    assert "k1" in str(refused.value)
    assert old not in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("", PrivacyCode.KEYS_MISSING),
        (" , ", PrivacyCode.KEYS_MISSING),
        (key("1"), PrivacyCode.KEY_ENTRY),
        (f"K1:{key('1')}", PrivacyCode.KEY_ENTRY),
        (f"k.1:{key('1')}", PrivacyCode.KEY_ENTRY),
        ("k1:not base64 at all", PrivacyCode.KEY_ENTRY),
        ("k1:" + base64.urlsafe_b64encode(b"short").decode(), PrivacyCode.KEY_LENGTH),
        (f"k1:{key('1')},k1:{key('2')}", PrivacyCode.KEY_TWICE),
    ],
)
def test_unusable_keys_are_refused_without_being_quoted(settings, keys, code):
    settings.FIELD_KEYS = keys
    with pytest.raises(KeysRefused) as refused:
        encrypt(PHONE, context=CONTEXT)
    assert refused.value.code == code
    assert not re.search(r"[A-Za-z0-9_-]{20,}", str(refused.value))


@pytest.mark.parametrize("name", ["FIELD_CIPHER", "FIELD_DIGEST"])
def test_an_unknown_suite_is_refused(settings, name):
    setattr(settings, name, "rot13")
    with pytest.raises(KeysRefused) as refused:
        digest(PHONE, purpose="phone")
    assert refused.value.code == PrivacyCode.SUITE_UNKNOWN


@pytest.mark.parametrize("mac", MACS)
def test_a_digest_is_64_hex_characters_and_belongs_to_its_purpose(settings, mac):
    settings.FIELD_DIGEST = mac
    found = {digest(value, purpose=purpose) for value in (PHONE, "13800001235") for purpose in ("phone", "document")}
    assert len(found) == 4
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in found)
    assert digest(PHONE, purpose="phone") in found


def test_the_two_digest_suites_differ(settings):
    first = digest(PHONE, purpose="phone")
    settings.FIELD_DIGEST = "hmac-sm3"
    assert digest(PHONE, purpose="phone") != first


def test_digests_survive_a_rotation_with_a_key_of_their_own(settings):
    before = digest(PHONE, purpose="phone")
    settings.FIELD_KEYS = f"k3:{key('3')}"
    assert digest(PHONE, purpose="phone") == before


def test_without_a_key_of_their_own_digests_hang_on_the_oldest_key(settings):
    settings.DIGEST_KEY = ""
    before = digest(PHONE, purpose="phone")
    settings.FIELD_KEYS = TWO
    assert digest(PHONE, purpose="phone") == before
    settings.FIELD_KEYS, settings.DIGEST_KEY = f"k2:{key('2')}", key("1")
    assert digest(PHONE, purpose="phone") == before
    settings.DIGEST_KEY = ""
    assert digest(PHONE, purpose="phone") != before


@pytest.mark.parametrize("mac", MACS)
def test_a_signature_holds_for_its_payload_purpose_and_length_only(settings, mac):
    settings.FIELD_DIGEST = mac
    signature = sign(b"lesson", purpose="scan", length=7)
    assert len(signature) == 7
    assert verify(b"lesson", signature, purpose="scan", length=7)
    assert not verify(b"lessen", signature, purpose="scan", length=7)
    assert not verify(b"lesson", signature, purpose="screen", length=7)
    assert not verify(b"lesson", signature[:6], purpose="scan", length=7)
    assert not verify(b"lesson", b"", purpose="scan", length=7)


def test_signatures_of_an_older_key_still_hold(settings):
    signature = sign(b"lesson", purpose="scan")
    settings.FIELD_KEYS = TWO
    assert verify(b"lesson", signature, purpose="scan")
    assert sign(b"lesson", purpose="scan") != signature


def test_one_key_gives_unrelated_subkeys(settings):
    settings.DIGEST_KEY = ""
    keys = ring()
    subkeys = {
        keys.subkey(key_id="k1", use="encrypt/aes"),
        keys.subkey(key_id="k1", use="sign/scan"),
        keys.subkey(key_id="", use="digest/phone"),
        keys.keys["k1"],
    }
    assert len(subkeys) == 4


def test_neither_ring_nor_refusal_shows_keys_or_content():
    assert repr(ring()) == str(ring()) == "<KeyRing k1>"
    token = encrypt(PHONE, context=CONTEXT)
    try:
        decrypt(token, context="elsewhere")
    except TokenRefused as refused:
        told = "".join(traceback.format_exception(refused))
    assert PHONE not in told
    assert token not in told


def test_a_masked_number_beside_sex_and_age_band_leaves_thousands_of_numbers_possible():
    """Of one in four districts of a city and ten years of birth; the check character leaves one in eleven."""
    known = resident_number(born_on=date(1990, 1, 1), serial=123)
    days = [date(1985, 1, 1) + timedelta(days=step) for step in range(3652)]
    possible = 0
    for district in ("370602", "370611", "370612"):
        for day in days:
            for sequence in (f"{first}23" for first in range(10)):
                seventeen = f"{district}{day:%Y%m%d}{sequence}"
                possible += mask_id(seventeen + check_character(seventeen)) == mask_id(known)
    assert possible > 9_000


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("370699199001011234", "37*************234"),
        ("USA110078010100", "US**********100"),
        ("E12345678", "E******78"),
        ("12345678", "1*****78"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_document_numbers_are_masked(number, masked):
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [(PHONE, "138****1234"), ("05356601234", "053****1234"), ("6601234", "*****34"), ("123", "***")],
)
def test_phones_are_masked(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小强", "王*强"),
        ("刘洋", "刘*"),
        ("欧阳建华", "欧*华"),
        ("阿不都热依木·买买提", "阿*提"),
        ("𠮷野家", "𠮷*家"),
        ("辻󠄀本一郎", "辻󠄀*郎"),
        ("John Smith", "J***"),
        ("Élodie", "É***"),
        ("王", "*"),
        ("", ""),
    ],
)
def test_names_are_masked(name, masked):
    assert mask_name(name) == masked


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=3, max_size=30))
def test_a_masked_name_tells_neither_the_middle_nor_the_length(name):
    assert mask_name(name) == f"{name[0]}*{name[-1]}"


@pytest.mark.parametrize(
    ("name", "masked"), [("王小强", "王**"), ("刘洋", "刘**"), ("欧阳小海", "欧**"), ("Jack Lee", "J**"), ("", "")]
)
def test_of_a_name_without_its_given_part_the_first_character_remains(name: str, masked: str) -> None:
    assert mask_given_name(name) == masked


# fields


def stored(model, pk, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


@pytest.fixture
def learner(db):
    return Learner.objects.create(
        number="L0001", name="王小强", phone=PHONE, address="芝罘区海港路 1 号", created_at=NOW
    )


@pytest.mark.parametrize("cipher", CIPHERS)
def test_the_database_sees_tokens_and_the_model_sees_text(db, settings, cipher):
    settings.FIELD_CIPHER = cipher
    learner = Learner.objects.create(number="L0001", phone=PHONE, created_at=NOW)
    assert stored(Learner, learner.pk, "phone").startswith(f"k1.{cipher[:3]}.")
    assert Learner.objects.get().phone == PHONE
    assert Learner.objects.values_list("phone", flat=True).get() == PHONE


def test_empty_text_stays_empty(learner):
    learner.phone = ""
    learner.save()
    assert stored(Learner, learner.pk, "phone") == ""
    assert Learner.objects.get().phone == ""


def test_bulk_writes_are_encrypted_too(learner):
    learner.phone = "13900000000"
    Learner.objects.bulk_update([learner], ["phone"])
    assert stored(Learner, learner.pk, "phone").startswith("k1.aes.")
    Learner.objects.update(address="莱山区")
    learner.refresh_from_db()
    assert (learner.phone, learner.address) == ("13900000000", "莱山区")


@pytest.mark.parametrize("question", ["phone", "phone__in", "phone__contains", "phone__startswith", "phone__gt"])
def test_nothing_can_be_asked_of_an_encrypted_field(question):
    with pytest.raises(FieldError):
        Learner.objects.filter(**{question: PHONE})


def test_only_whether_it_is_empty_can_be_asked(learner):
    assert Learner.objects.filter(phone__isnull=False).count() == 1


def test_a_token_copied_to_another_column_does_not_open(learner):
    Learner.objects.update(address=models.Value(stored(Learner, learner.pk, "phone"), TextField()))
    with pytest.raises(TokenRefused):
        Learner.objects.get()


def test_fields_deconstruct_to_what_was_written():
    assert EncryptedTextField(blank=True).deconstruct()[1:] == (
        "courses.privacy.fields.EncryptedTextField",
        [],
        {"blank": True},
    )
    assert EncryptedJSONField(context="old.place").deconstruct()[3] == {"context": "old.place"}
    assert DigestField(unique=True).deconstruct()[1:] == ("courses.privacy.fields.DigestField", [], {"unique": True})
    assert DigestField().max_length == 64


def test_a_unique_or_indexed_encrypted_field_fails_the_system_check():
    field = EncryptedTextField(unique=True)
    field.set_attributes_from_name("phone")
    field.model = Learner
    assert "courses.E001" in {message.id for message in field.check()}


def test_a_fixture_shows_the_token_and_not_the_text(learner):
    out = StringIO()
    call_command("dumpdata", "courses.Learner", stdout=out)
    assert PHONE not in out.getvalue()
    assert "k1.aes." in out.getvalue()


def test_neither_row_nor_field_shows_the_content(learner):
    assert PHONE not in repr(learner) + str(learner) + repr(Learner._meta.get_field("phone"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values.filter(lambda value: value is not None and value != ""))
def test_any_json_comes_back_as_it_was(value):
    field = EncryptedJSONField(context="courses.outboxmessage.parameters")
    token = field.get_prep_value(value)
    assert token.startswith("k1.aes.")
    assert field.from_db_value(token, None, None) == value
    assert field.to_python(value) is value


def test_json_none_is_null():
    assert EncryptedJSONField(context="here").get_prep_value(None) is None


def test_reencryption_leaves_no_token_of_the_old_key_and_runs_again_for_nothing(learner, settings):
    Learner.objects.create(number="L0002", phone="", address="", created_at=NOW)
    settings.FIELD_KEYS = TWO
    assert reencrypt(Learner.objects.all(), fields=("phone", "address")) == 2
    assert reencrypt(Learner.objects.all(), fields=("phone", "address")) == 0
    settings.FIELD_KEYS = f"k2:{key('2')}"
    assert Learner.objects.get(number="L0001").phone == PHONE
    assert Learner.objects.get(number="L0002").phone == ""


def test_reencryption_brings_values_to_another_cipher(learner, settings):
    settings.FIELD_CIPHER = "sm4-gcm"
    reencrypt(Learner.objects.all(), fields=("phone",))
    tokens = Learner.objects.annotate(token=Cast("phone", TextField())).values_list("token", flat=True)
    assert [token[:7] for token in tokens] == ["k1.sm4."]


def test_reencryption_does_not_overwrite_what_changed_meanwhile(learner, settings, monkeypatch):
    settings.FIELD_KEYS = TWO

    def changed_meanwhile(token, *, context):
        Learner.objects.update(phone="13911112222")
        return decrypt(token, context=context)

    monkeypatch.setattr("courses.privacy.fields.decrypt", changed_meanwhile)
    assert reencrypt(Learner.objects.all(), fields=("phone",)) == 0
    monkeypatch.undo()
    assert Learner.objects.get().phone == "13911112222"


def test_the_command_reencrypts_every_model_and_warns_about_the_digest_key(learner, settings):
    User.objects.create(username="u1", phone=PHONE, date_joined=NOW)
    settings.FIELD_KEYS = TWO
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert "courses.User: 1\n" in out.getvalue()
    assert "courses.Learner: 2\n" in out.getvalue()
    assert "DIGEST_KEY" not in out.getvalue()
    settings.DIGEST_KEY = ""
    call_command("rotate_field_keys", stdout=out)
    assert "DIGEST_KEY" in out.getvalue()


def test_every_encrypted_field_of_a_model_is_found():
    assert encrypted_fields(Learner) == ("phone", "email", "address")

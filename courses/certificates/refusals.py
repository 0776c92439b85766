"""Why a certificate is not issued, withdrawn or handed out."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class CertificateRefusal(StrEnum):
    NOT_APPROVED = "not_approved"
    ALREADY_ISSUED = "already_issued"
    SAME_PERSON = "same_person"
    GLYPH_MISSING = "glyph_missing"
    NAME_TOO_LONG = "name_too_long"
    NO_KEY = "no_key"
    KEY_TAKEN = "key_taken"
    REASON_MISSING = "reason_missing"
    NOT_LIVE = "not_live"
    NOTHING_ASKED = "nothing_asked"


class CertificateRefused(Refused):
    sentences = {
        CertificateRefusal.NOT_APPROVED: _("这条结业现在是「%(status)s」，没有发证。批准后再办理。"),
        CertificateRefusal.ALREADY_ISSUED: _("这条结业已经发过证书，没有重复发。需要更正的，请办理换发。"),
        CertificateRefusal.SAME_PERSON: _("本人经手，须他人办理，未保存。"),
        CertificateRefusal.GLYPH_MISSING: _(
            "%(name)s的证书没有发，编号没有用掉：字库里没有「%(characters)s」（%(codes)s）。请联系市级管理员补字后再发。"
        ),
        CertificateRefusal.NAME_TOO_LONG: _("「%(field)s」太长，证书上排不下，没有发证。请缩短后再办理。"),
        CertificateRefusal.NO_KEY: _("还没有配置证书的签名密钥，没有发证。请联系系统管理员。"),
        CertificateRefusal.KEY_TAKEN: _("签名密钥的编号已经用过，没有发证。请系统管理员给新密钥换一个编号。"),
        CertificateRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        CertificateRefusal.NOT_LIVE: _("这张证书已不在有效状态，或正在办理撤销，未改动。请刷新后再看。"),
        CertificateRefusal.NOTHING_ASKED: _("没有待确认的申请，未改动。请刷新后再看。"),
    }

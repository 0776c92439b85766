"""Why a certificate is not issued, withdrawn or handed out."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class CertificateRefusal(StrEnum):
    NOT_APPROVED = "not_approved"
    ALREADY_ISSUED = "already_issued"
    SAME_PERSON = "same_person"
    IN_QUESTION = "in_question"
    GLYPH_MISSING = "glyph_missing"
    NAME_TOO_LONG = "name_too_long"
    NO_KEY = "no_key"
    KEY_TAKEN = "key_taken"
    REASON_MISSING = "reason_missing"
    NOT_LIVE = "not_live"
    NOT_REVOKED = "not_revoked"
    NOTHING_ASKED = "nothing_asked"
    HOLDER_ERASED = "holder_erased"
    EXTERNAL_UNKNOWN = "external_unknown"
    EXTERNAL_NUMBER = "external_number"
    EXTERNAL_ISSUER = "external_issuer"
    EXTERNAL_DAY = "external_day"
    EXTERNAL_TWICE = "external_twice"
    EXTERNAL_GONE = "external_gone"


class CertificateRefused(Refused):
    sentences = {
        CertificateRefusal.NOT_APPROVED: _("这条结业现在是「%(status)s」，没有发证。请等批准后再办理。"),
        CertificateRefusal.ALREADY_ISSUED: _(
            "这条结业已经发过证书，没有重复发。需要更正的，请办理换发；撤销错了的，请办理重新发证。"
        ),
        CertificateRefusal.SAME_PERSON: _("本人经手，须他人办理，未保存。"),
        CertificateRefusal.IN_QUESTION: _("这条结业依据有变或已提出撤销，还没有办结，没有发证。请等办结后再办理。"),
        CertificateRefusal.GLYPH_MISSING: _(
            "%(name)s的证书没有发，编号没有用掉：字库里没有「%(characters)s」（%(codes)s）。请市级管理员在「证书补字」里补字，另一人确认后再发。"
        ),
        CertificateRefusal.NAME_TOO_LONG: _("「%(field)s」太长，证书上排不下，没有发证。请缩短后再办理。"),
        CertificateRefusal.NO_KEY: _("还没有配置证书的签名密钥，没有发证。请联系系统管理员。"),
        CertificateRefusal.KEY_TAKEN: _("签名密钥的编号已经用过，没有发证。请系统管理员给新密钥换一个编号。"),
        CertificateRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        CertificateRefusal.NOT_LIVE: _("这张证书已不在有效状态，或正在办理撤销，未改动。请刷新后再看。"),
        CertificateRefusal.NOT_REVOKED: _("只有撤销后、还没有重新发证的证书可以重新发证，未改动。请刷新后再看。"),
        CertificateRefusal.HOLDER_ERASED: _("持证人已注销个人信息，不再发证或换发，未改动。不用再办。"),
        CertificateRefusal.EXTERNAL_UNKNOWN: _("请从列表里选证书种类，未保存。"),
        CertificateRefusal.EXTERNAL_NUMBER: _(
            "证书编号只能有字母、数字、短横和括号，4 到 40 位，未保存。请照证书填写。"
        ),
        CertificateRefusal.EXTERNAL_ISSUER: _("请照证书填写发证机构，2 到 60 个字，未保存。"),
        CertificateRefusal.EXTERNAL_DAY: _(
            "发证日期要在开班日（%(begun)s）和今天（%(today)s）之间，未保存。请照证书填写。"
        ),
        CertificateRefusal.EXTERNAL_TWICE: _(
            "这个编号的%(kind)s已经登记过，未重复保存。请核对编号；确实登记错的，请先撤下原来那条。"
        ),
        CertificateRefusal.EXTERNAL_GONE: _("这条登记已经撤下，未改动。请刷新后再看。"),
        CertificateRefusal.NOTHING_ASKED: _("没有待确认的申请，未改动。请刷新后再看。"),
    }

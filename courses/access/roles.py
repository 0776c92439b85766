"""Who may do what, in sentences."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import Post, User

Role = Post.Role


class Permission(StrEnum):
    TEACH = "teach"
    RUN_CLASSES = "run_classes"
    ENROL_AT_COUNTER = "enrol_at_counter"
    SEE_PROOFS = "see_proofs"
    SEE_SHEETS = "see_sheets"
    BOOK_GROUPS = "book_groups"
    REVIEW = "review"
    ENTER_SCORES = "enter_scores"
    ISSUE_CERTIFICATES = "issue_certificates"
    DECIDE_CERTIFICATES = "decide_certificates"
    SEE_DESK = "see_desk"
    SEE_TALLY = "see_tally"
    SET_TARGETS = "set_targets"
    SET_RULES = "set_rules"
    KEEP_NEEDS = "keep_needs"
    CLOSE_MONTH = "close_month"
    SAMPLE = "sample"
    MERGE_PEOPLE = "merge_people"
    CORRECT_PEOPLE = "correct_people"
    ERASE_PEOPLE = "erase_people"
    EXPORT = "export"
    EXPORT_FULL = "export_full"
    FILL_FORMS = "fill_forms"
    FIND_LEARNERS = "find_learners"
    REVEAL = "reveal"
    INSPECT = "inspect"
    SEE_SIGNALS = "see_signals"
    LOOK_AT_SIGNALS = "look_at_signals"
    COUNT_HEADS = "count_heads"
    SEE_CALL_BACKS = "see_call_backs"
    CALL_BACK = "call_back"
    FOLLOW_UP = "follow_up"
    PROPOSE_CARDS = "propose_cards"
    DECIDE_CARDS = "decide_cards"
    SEE_AUDIT = "see_audit"
    RUN_MESSAGES = "run_messages"
    APPOINT = "appoint"
    CONFIRM_STAFF = "confirm_staff"
    EDIT_PAGES = "edit_pages"
    REVIEW_PAGES = "review_pages"
    JUDGE_WORKS = "judge_works"
    EXAMINE = "examine"
    READ_INBOX = "read_inbox"


@dataclass(frozen=True)
class RoleRule:
    sentence: str | Promise
    permissions: frozenset[Permission]


def _rule(sentence: str | Promise, *permissions: Permission) -> RoleRule:
    return RoleRule(sentence, frozenset(permissions))


P = Permission
ROLES: dict[str, RoleRule] = {
    Role.TRAINER: _rule(
        _("放签到码，看到课，登记手工考勤，录入和核对纸质签到表，提出结业；只看自己任课的班。"), P.TEACH
    ),
    Role.INSTITUTION: _rule(
        _(
            "申请开班，导入名单，窗口报名，为单位团报，审核报名和材料，登记成绩，提交结业，发证，录入和核对纸质签到表，"
            "说明待看事项，对红黄牌申辩，记跟踪服务，查本机构的学员，导出花名册，管本机构教师和管理员的账号；只看本机构。"
        ),
        P.SEE_DESK,
        P.READ_INBOX,
        P.RUN_CLASSES,
        P.ENTER_SCORES,
        P.ISSUE_CERTIFICATES,
        P.BOOK_GROUPS,
        P.ENROL_AT_COUNTER,
        P.SEE_PROOFS,
        P.SEE_SHEETS,
        P.SEE_TALLY,
        P.SEE_SIGNALS,
        P.FOLLOW_UP,
        P.FIND_LEARNERS,
        P.EXPORT,
        P.APPOINT,
    ),
    Role.DISTRICT: _rule(
        _(
            "批准本区市的班次、结业、成绩修改和撤证，撤销结业，评选训练营申请，窗口报名，为单位团报，看报名材料、"
            "签过字的签到表和计数，"
            "核对待看事项，到教室清点人数，提出红黄牌，电话回访，导出，提出本区市经办和机构管理员的账号；只看本区市。"
        ),
        P.SEE_DESK,
        P.READ_INBOX,
        P.REVIEW,
        P.DECIDE_CERTIFICATES,
        P.BOOK_GROUPS,
        P.ENROL_AT_COUNTER,
        P.SEE_PROOFS,
        P.SEE_SHEETS,
        P.SEE_TALLY,
        P.SEE_SIGNALS,
        P.LOOK_AT_SIGNALS,
        P.COUNT_HEADS,
        P.SEE_CALL_BACKS,
        P.CALL_BACK,
        P.PROPOSE_CARDS,
        P.EXPORT,
        P.FIND_LEARNERS,
        P.REVEAL,
        P.APPOINT,
    ),
    Role.CITY: _rule(
        _(
            "定目标，提出和确认政策版本与承诺书，维护培训需求目录，评选训练营申请，窗口报名，为单位团报，发证撤证，看全市计数和签过字的签到表，核对待看事项，到教室清点人数，"
            "出示和撤回红黄牌，电话回访，抽查结业，合并重复的学员，确认姓名和证件的更正，办理个人信息注销，月结，导出，重发没有送达的消息，管工作人员的账号。"
        ),
        P.SEE_DESK,
        P.READ_INBOX,
        P.REVIEW,
        P.ISSUE_CERTIFICATES,
        P.DECIDE_CERTIFICATES,
        P.BOOK_GROUPS,
        P.ENROL_AT_COUNTER,
        P.SEE_SHEETS,
        P.SEE_TALLY,
        P.SET_TARGETS,
        P.SET_RULES,
        P.KEEP_NEEDS,
        P.CLOSE_MONTH,
        P.SAMPLE,
        P.MERGE_PEOPLE,
        P.CORRECT_PEOPLE,
        P.ERASE_PEOPLE,
        P.EXPORT,
        P.EXPORT_FULL,
        P.FILL_FORMS,
        P.FIND_LEARNERS,
        P.REVEAL,
        P.SEE_AUDIT,
        P.RUN_MESSAGES,
        P.SEE_SIGNALS,
        P.LOOK_AT_SIGNALS,
        P.COUNT_HEADS,
        P.SEE_CALL_BACKS,
        P.CALL_BACK,
        P.APPOINT,
        P.CONFIRM_STAFF,
        P.PROPOSE_CARDS,
        P.DECIDE_CARDS,
    ),
    Role.INSPECTOR: _rule(
        _("抽查班次，到教室清点人数，提出红黄牌，电话回访，核对待看事项，从计数看到凭据和签过字的签到表；其余只读。"),
        P.SEE_DESK,
        P.READ_INBOX,
        P.SEE_SHEETS,
        P.SEE_TALLY,
        P.INSPECT,
        P.SEE_SIGNALS,
        P.LOOK_AT_SIGNALS,
        P.COUNT_HEADS,
        P.SEE_CALL_BACKS,
        P.CALL_BACK,
        P.PROPOSE_CARDS,
        P.EXPORT,
    ),
    Role.AUDITOR: _rule(
        _("从计数看到凭据和签过字的签到表，看待看事项、电话回访和操作记录；只读。"),
        P.SEE_DESK,
        P.READ_INBOX,
        P.SEE_SHEETS,
        P.SEE_TALLY,
        P.INSPECT,
        P.SEE_SIGNALS,
        P.SEE_CALL_BACKS,
        P.SEE_AUDIT,
    ),
    Role.EDITOR: _rule(_("写课程页、消息和政策，提交审核；可以登记新课程。看不到任何人的信息。"), P.EDIT_PAGES),
    Role.REVIEWER: _rule(
        _(
            "批准或退回编辑提交的页面，撤下页面；自己写的由别人批准；修改课程资料、场地等名单和官方信息。看不到任何人的信息。"
        ),
        P.EDIT_PAGES,
        P.REVIEW_PAGES,
    ),
    Role.EXPERT: _rule(
        _(
            "评定分给自己的创业计划书和网店链接，在指派给自己的班登记考试成绩，查看发给自己的消息；"
            "只看分给、指派给自己的，学员姓名不显示全名。"
        ),
        P.JUDGE_WORKS,
        P.EXAMINE,
        P.READ_INBOX,
    ),
}

# Whole prefixes of other people's screens; enforced by middleware, since their views carry no gate of ours.
THIRD_PARTY: dict[str, Permission] = {"/cms/": Permission.EDIT_PAGES}

# Whole prefixes that are open although their views carry no gate of ours, each with the reason.
PUBLIC_PREFIXES: dict[str, str] = {
    "/api/v1/": "each operation asks for a token with its scope; the schema and its page are public",
    "/media/": "pictures and files of public pages, served by this process only where DEBUG is on",
}


def held(*, user: User, now: datetime) -> list[Post]:
    """The posts that a login holds at this moment; read once per request and user object."""
    posts: list[Post] | None = getattr(user, "_posts_held", None)
    if posts is None:
        posts = list(user.posts.select_related("district", "institution")) if user.pk else []
        user._posts_held = posts  # type: ignore[attr-defined]
    return [post for post in posts if post.is_held(now)]


def permissions(*, user: User, now: datetime) -> frozenset[Permission]:
    granted: set[Permission] = set()
    for post in held(user=user, now=now):
        granted |= ROLES[post.role].permissions
    return frozenset(granted)


def may(*, user: User, permission: Permission, now: datetime) -> bool:
    return user.is_active and permission in permissions(user=user, now=now)


def is_staff(*, user: User, now: datetime) -> bool:
    return bool(held(user=user, now=now))


WHOLE_CITY = frozenset({Role.CITY, Role.INSPECTOR, Role.AUDITOR})

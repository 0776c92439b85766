"""Editor → reviewer → public: two people, a gate in between, a schedule that keeps to it, a history of all of it."""

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.documents.models import Document
from wagtail.models import Page, PageLogEntry, Revision

from cms import gate, publishing, review
from cms.models import ArticleIndexPage, ArticlePage, CoursePage, HomePage, Release, ReviewedPage
from courses.models import AuditEvent, Post, User
from tests.cms.gate.papers import docx, paragraph, pdf, xlsx
from tests.factories import people

DOCUMENT = "370699199001010016"
PHONE = "13805351234"


@pytest.fixture(autouse=True)
def _clock(now: datetime, settings: Settings) -> Iterator[None]:
    """The cast is past its second factor, which has tests of its own."""
    settings.ENFORCE_SECOND_FACTOR = False
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def editor(site: HomePage, now: datetime) -> User:
    return people.staff(role=Post.Role.EDITOR, now=now, username="editor")


@pytest.fixture
def reviewer(site: HomePage, now: datetime) -> User:
    return people.staff(role=Post.Role.REVIEWER, now=now, username="reviewer")


@pytest.fixture
def draft(editor: User, now: datetime) -> ArticlePage:
    page = ArticlePage(title="结业公示", slug="list", kind="notice", date=now.date(), live=False, owner=editor)
    page.body = [("paragraph", publishing.rich("<p>名单见附件。</p>"))]
    ArticleIndexPage.objects.get().add_child(instance=page)
    page.save_revision(user=editor)
    return page


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def submit(page: Page, editor: User) -> None:
    page.get_workflow().start(page, editor)


def decide(page: Page, user: User, action: str = "approve", comment: str = "") -> Any:
    """The press of a button on the review list."""
    state = Page.objects.get(pk=page.pk).specific.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    return as_(user).post(address, {"comment": comment}, HTTP_X_REQUESTED_WITH="XMLHttpRequest")


def is_live(page: Page) -> bool:
    return bool(Page.objects.get(pk=page.pk).live)


def write(page: ArticlePage, by: User, **fields: Any) -> ArticlePage:
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision(user=by)
    return page


def attached(content: bytes, name: str) -> Document:
    return Document.objects.create(title="名单", file=ContentFile(content, name))


def verbs(page: Page) -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(target=str(page.pk), verb__startswith="page_")
    return list(rows.values_list("verb", "by_name"))


# --- two people -----------------------------------------------------------------------------------------------------


def test_what_an_editor_submits_and_a_reviewer_approves_is_published(
    draft: ArticlePage, editor: User, reviewer: User
) -> None:
    submit(draft, editor)
    assert not is_live(draft)
    decide(draft, reviewer)
    assert is_live(draft)
    assert verbs(draft) == [("page_submitted", "editor"), ("page_approved", "reviewer")]


def test_a_page_is_returned_with_a_comment_that_its_history_keeps(
    draft: ArticlePage, editor: User, reviewer: User
) -> None:
    submit(draft, editor)
    decide(draft, reviewer, "reject", "请写明公示期")
    assert not is_live(draft)
    assert verbs(draft) == [("page_submitted", "editor"), ("page_returned", "reviewer")]
    assert "请写明公示期" in as_(editor).get(f"/cms/pages/{draft.pk}/history/").content.decode()
    told = list(PageLogEntry.objects.filter(page=draft.pk).values_list("action", flat=True))
    assert {"wagtail.workflow.start", "wagtail.workflow.reject"} <= set(told)


@pytest.mark.parametrize("who", ["editor", "reviewer"])
def test_nobody_publishes_with_one_press(who: str, draft: ArticlePage, request: pytest.FixtureRequest) -> None:
    client = as_(request.getfixturevalue(who))
    form = {"title": "结业公示", "slug": "list", "kind": "notice", "date": "2026-09-14", "body-count": "0"}
    edit = f"/cms/pages/{draft.pk}/edit/"
    assert "action-publish" not in client.get(edit).content.decode()
    client.post(edit, {**form, "action-publish": "1"})
    client.post(f"/cms/bulk/wagtailcore/page/publish/?id={draft.pk}", {"include_descendants": ""})
    index = ArticleIndexPage.objects.get()
    assert b"action-publish" not in client.get(f"/cms/pages/add/cms/articlepage/{index.pk}/").content
    client.post(f"/cms/pages/add/cms/articlepage/{index.pk}/", {**form, "slug": "b", "action-publish": "1"})
    assert not ArticlePage.objects.live().exists()


def test_a_copy_of_a_live_page_waits_for_its_own_review(cook: CoursePage, draft: ArticlePage, reviewer: User) -> None:
    draft.save_revision().publish()
    index = ArticleIndexPage.objects.get()
    form = {"new_title": "副本", "new_slug": "copy", "new_parent_page": index.pk, "publish_copies": "on"}
    as_(reviewer).post(f"/cms/pages/{draft.pk}/copy/", form)
    assert list(ArticlePage.objects.live().values_list("slug", flat=True)) == ["list"]


def test_who_holds_both_posts_does_not_approve_what_is_his_own(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    Post.objects.create(user=reviewer, role=Post.Role.EDITOR, since=now)
    submit(draft, reviewer)
    assert decide(draft, reviewer).status_code in {302, 403}
    assert not is_live(draft)
    answer = as_(reviewer).get(f"/cms/review/{draft.pk}/")
    assert "请另一位审核人批准" in answer.content.decode()


def test_a_reviewer_who_changes_the_text_hands_it_to_another(draft: ArticlePage, editor: User, reviewer: User) -> None:
    submit(draft, editor)
    write(draft, reviewer, summary="审核人改过的话")
    decide(draft, reviewer)
    assert not is_live(draft)


def test_an_approval_is_of_what_was_submitted_and_a_later_version_stays_a_draft(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    submit(draft, editor)
    submitted = draft.get_latest_revision()
    late = write(
        draft, people.staff(role=Post.Role.REVIEWER, now=now, username="late"), title="没有人看过", summary=PHONE
    )
    decide(draft, reviewer)
    page = Page.objects.get(pk=draft.pk)
    assert (page.live, page.title, page.live_revision_id) == (True, "结业公示", submitted.pk)
    assert (page.has_unpublished_changes, page.get_latest_revision_as_object().title) == (True, "没有人看过")
    assert page.latest_revision_id == late.get_latest_revision().pk
    detail = AuditEvent.objects.get(verb="page_approved").detail
    assert detail == {"revision": submitted.pk, "is_latest": False}


def test_a_later_version_does_not_clear_what_was_submitted(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    write(draft, editor, summary=f"联系 {PHONE}")
    submit(draft, editor)
    write(draft, people.staff(role=Post.Role.REVIEWER, now=now, username="late"), summary="联系窗口")
    decide(draft, reviewer)
    assert not is_live(draft)
    assert PHONE[:3] in as_(reviewer).get(f"/cms/review/{draft.pk}/").content.decode()


def test_who_wrote_what_waits_does_not_approve_it_after_a_later_change_by_another(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    write(draft, reviewer, summary="审核人写的话")
    submit(draft, editor)
    write(draft, people.staff(role=Post.Role.REVIEWER, now=now, username="late"), summary="别的话")
    decide(draft, reviewer)
    assert not is_live(draft)


def test_an_editor_may_not_approve(draft: ArticlePage, editor: User, now: datetime) -> None:
    submit(draft, people.staff(role=Post.Role.EDITOR, now=now, username="other"))
    assert decide(draft, editor).status_code in {302, 403}
    assert not is_live(draft)


def test_a_reviewer_takes_a_live_page_down_and_an_editor_does_not(
    draft: ArticlePage, editor: User, reviewer: User
) -> None:
    draft.save_revision().publish()
    as_(editor).post(f"/cms/pages/{draft.pk}/unpublish/")
    assert is_live(draft)
    as_(reviewer).post(f"/cms/pages/{draft.pk}/unpublish/")
    assert not is_live(draft)


def test_every_page_of_the_site_is_reviewed() -> None:
    ours = {model for model in apps.get_app_config("cms").get_models() if issubclass(model, Page)}
    assert ours == set(ReviewedPage.__subclasses__())


# --- the gate -------------------------------------------------------------------------------------------------------

LEAKS: dict[str, dict[str, Any]] = {
    "标题": {"title": f"关于 {PHONE} 的通知"},
    "别名": {"slug": f"list-{DOCUMENT}"},
    "摘要": {"summary": f"联系 {PHONE}"},
    "说话人": {"speaker": f"王师傅 {PHONE}"},
    "SEO": {"seo_title": f"{DOCUMENT}"},
    "搜索说明": {"search_description": f"{DOCUMENT}"},
    "正文": {"body": [("paragraph", publishing.rich("<p>370699<b>1990</b><i>0101</i>0016</p>"))]},
    "链接": {"body": [("paragraph", publishing.rich(f'<p><a href="tel:{PHONE}">来电</a></p>'))]},
    "小标题": {"body": [("heading", f"{PHONE}")]},
    "提示": {"body": [("notice", {"tone": "info", "text": f"{DOCUMENT}"})]},
    "引语": {"body": [("quote", {"text": "好", "speaker": f"{PHONE}"})]},
    "步骤": {"body": [("steps", {"steps": [{"title": "一", "text": f"致电 {PHONE}"}]})]},
}


@pytest.mark.parametrize("place", LEAKS)
def test_a_number_anywhere_on_a_page_holds_it_back(
    place: str, draft: ArticlePage, editor: User, reviewer: User
) -> None:
    write(draft, editor, **LEAKS[place])
    submit(draft, editor)
    answer = decide(draft, reviewer)
    assert not is_live(draft)
    assert f"/cms/review/{draft.pk}/" in json.dumps(answer.json())
    assert verbs(draft)[-1] == ("page_held", "reviewer")


@pytest.mark.parametrize("place", LEAKS)
def test_without_the_gate_the_same_page_goes_out(
    place: str, draft: ArticlePage, editor: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "page_findings", lambda page: ())
    write(draft, editor, **LEAKS[place])
    submit(draft, editor)
    decide(draft, reviewer)
    assert is_live(draft)


FILES: dict[str, tuple[bytes, str, str]] = {
    "名单.docx": (docx(paragraph(DOCUMENT, hidden=True)), "名单.docx", "正文第 2 段"),
    "名单.xlsx": (
        xlsx(lambda book: (book.create_sheet("底稿").append([PHONE]), setattr(book["底稿"], "sheet_state", "hidden"))),
        "名单.xlsx",
        "隐藏的工作表「底稿」 › A1",
    ),
    "名单.pdf": (pdf("page", f"list {DOCUMENT}"), "名单.pdf", "第 2 页"),
    "名单.csv": (f"a,b\n1,{PHONE}\n".encode(), "名单.csv", "第 2 行"),
}


def with_file(page: ArticlePage, by: User, name: str, *, linked: bool = False) -> str:
    content, file_name, place = FILES[name]
    document = attached(content, file_name)
    body: list[tuple[str, Any]] = [("file", {"document": document})]
    if linked:
        body = [("paragraph", publishing.rich(f'<p><a linktype="document" id="{document.pk}">名单</a></p>'))]
    write(page, by, body=body)
    return place


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("name", FILES)
def test_a_number_in_an_attachment_holds_the_page_back_and_is_shown_masked(
    name: str, linked: bool, draft: ArticlePage, editor: User, reviewer: User
) -> None:
    place = with_file(draft, editor, name, linked=linked)
    submit(draft, editor)
    decide(draft, reviewer)
    assert not is_live(draft)
    told = as_(editor).get(f"/cms/review/{draft.pk}/").content.decode()
    assert place in told
    assert DOCUMENT not in told
    assert PHONE not in told
    assert "37*************016" in told or "138****1234" in told


def press_on_the_page(page: ArticlePage, user: User, action: str, **more: str) -> Any:
    """The button below the editor, pressed in a form that says something else."""
    form = {"title": "没有提交过的标题", "action-workflow-action": "1", "workflow-action-name": action, **more}
    return as_(user).post(f"/cms/pages/{page.pk}/edit/", form)


def test_an_approval_from_the_page_itself_is_about_what_was_submitted(
    draft: ArticlePage, editor: User, reviewer: User
) -> None:
    submit(draft, editor)
    press_on_the_page(draft, reviewer, "approve")
    assert is_live(draft)
    assert Page.objects.get(pk=draft.pk).title == "结业公示"
    assert not Revision.objects.filter(object_id=str(draft.pk), user=reviewer).exists()


def test_a_return_from_the_page_itself_keeps_its_comment(draft: ArticlePage, editor: User, reviewer: User) -> None:
    submit(draft, editor)
    said = json.dumps({"comment": "请写明公示期"})
    press_on_the_page(draft, reviewer, "reject", **{"workflow-action-extra-data": said})
    assert verbs(draft)[-1] == ("page_returned", "reviewer")
    assert "请写明公示期" in as_(editor).get(f"/cms/pages/{draft.pk}/history/").content.decode()


def test_an_approval_from_the_page_itself_is_held_too_and_says_why(
    draft: ArticlePage, editor: User, reviewer: User
) -> None:
    write(draft, editor, summary=f"联系 {PHONE}")
    submit(draft, editor)
    answer = press_on_the_page(draft, reviewer, "approve")
    assert answer.headers["Location"] == f"/cms/review/{draft.pk}/"
    assert not is_live(draft)


def test_a_command_cannot_publish_past_the_gate(draft: ArticlePage) -> None:
    draft.summary = f"联系 {PHONE}"
    revision = draft.save_revision()
    with pytest.raises(gate.PublishRefused):
        revision.publish()
    assert not is_live(draft)


def test_the_facts_of_a_course_are_asked_with_its_page(cook: CoursePage) -> None:
    cook.course.audience = f"报名请致电 {PHONE}"
    cook.course.save()
    [finding] = review.held(page=CoursePage.objects.get())
    assert (finding.place, finding.shown) == ("课程 › 适合谁", "138****1234")


# --- letting a false alarm pass -------------------------------------------------------------------------------------


@pytest.fixture
def waiting(draft: ArticlePage, editor: User) -> ArticlePage:
    """A number that looks like a phone and is the number of a document."""
    write(draft, editor, summary="批文 13912340001 号")
    submit(draft, editor)
    return draft


def let_pass(page: Page, by: User, *, reason: str, keys: list[str] | None = None) -> Any:
    found = keys if keys is not None else [finding.key for finding in review.held(page=page)]
    return as_(by).post(f"/cms/review/{page.pk}/release/", {"key": found, "reason": reason}, follow=True)


def test_a_reviewer_lets_a_false_alarm_pass_with_a_reason_that_is_kept(waiting: ArticlePage, reviewer: User) -> None:
    answer = let_pass(waiting, reviewer, reason="这是批文号，不是手机")
    assert "已放行 1 处" in answer.content.decode()
    row = Release.objects.get()
    assert (row.page_id, row.by, row.reason) == (waiting.pk, reviewer, "这是批文号，不是手机")
    assert "13912340001" not in str(AuditEvent.objects.values_list())
    decide(waiting, reviewer)
    assert is_live(waiting)
    assert [verb for verb, _by in verbs(waiting)] == ["page_submitted", "page_released", "page_approved"]


@pytest.mark.parametrize(
    ("reason", "keys", "told"),
    [
        ("", None, "没有写理由"),
        (f"问过 {PHONE}", None, "理由里有完整的号码"),
        ("批文号", [], "没有选中任何一处"),
        ("批文号", ["f" * 64], "没有选中任何一处"),
    ],
)
def test_nothing_passes_without_a_choice_and_a_reason(
    reason: str, keys: list[str] | None, told: str, waiting: ArticlePage, reviewer: User
) -> None:
    assert told in let_pass(waiting, reviewer, reason=reason, keys=keys).content.decode()
    assert not Release.objects.exists()


def test_an_editor_cannot_let_anything_pass(waiting: ArticlePage, editor: User) -> None:
    assert let_pass(waiting, editor, reason="批文号").status_code == 403
    assert not Release.objects.exists()


def test_a_reviewer_cannot_let_his_own_words_pass(waiting: ArticlePage, reviewer: User) -> None:
    write(waiting, reviewer, quote="好")
    assert "没有放行" in let_pass(waiting, reviewer, reason="批文号").content.decode()
    assert not Release.objects.exists()


def test_what_passed_on_one_page_does_not_pass_on_another_nor_does_a_new_number(
    waiting: ArticlePage, editor: User, reviewer: User
) -> None:
    let_pass(waiting, reviewer, reason="批文号")
    write(waiting, editor, quote=f"{PHONE}")
    assert [finding.shown for finding in review.held(page=waiting)] == ["138****1234"]
    index = ArticleIndexPage.objects.get()
    other = index.add_child(
        instance=ArticlePage(title="另一页", slug="b", date=waiting.date, summary=waiting.summary, live=False)
    )
    assert len(review.held(page=other)) == 1


def test_a_scan_without_text_passes_once_a_person_has_looked_at_it(
    draft: ArticlePage, editor: User, reviewer: User
) -> None:
    from tests.cms.gate.test_files import SCAN

    write(draft, editor, body=[("file", {"document": attached(SCAN, "scan.pdf")})])
    submit(draft, editor)
    decide(draft, reviewer)
    assert not is_live(draft)
    let_pass(draft, reviewer, reason="看过，只有盖章")
    decide(draft, reviewer)
    assert is_live(draft)


# --- the schedule ---------------------------------------------------------------------------------------------------


def test_an_approved_page_goes_live_and_expires_at_its_times(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    write(draft, editor, go_live_at=now + timedelta(hours=2), expire_at=now + timedelta(days=5))
    submit(draft, editor)
    decide(draft, reviewer)
    states = []
    for later in (timedelta(hours=1), timedelta(hours=3), timedelta(days=6)):
        with time_machine.travel(now + later, tick=False):
            call_command("publish_due")
            states.append(is_live(draft))
    assert states == [False, True, False]
    told = list(PageLogEntry.objects.filter(page=draft.pk).values_list("action", flat=True))
    assert {"wagtail.publish.schedule", "wagtail.publish.scheduled", "wagtail.unpublish.scheduled"} <= set(told)


def test_the_gate_stands_before_the_schedule_too(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    write(draft, editor, go_live_at=now + timedelta(hours=2), summary=f"联系 {PHONE}")
    submit(draft, editor)
    decide(draft, reviewer)
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


def test_a_file_exchanged_after_the_approval_takes_the_page_off_the_schedule_and_the_others_go_out(
    draft: ArticlePage, editor: User, reviewer: User, now: datetime
) -> None:
    document = attached(pdf("clean"), "list.pdf")
    write(draft, editor, go_live_at=now + timedelta(hours=2), body=[("file", {"document": document})])
    other = ArticlePage(title="另一页", slug="b", date=now.date(), live=False, go_live_at=now + timedelta(hours=2))
    ArticleIndexPage.objects.get().add_child(instance=other)
    other.save_revision(user=editor)
    for page in (draft, other):
        submit(page, editor)
        decide(page, reviewer)
    document.file.save("list.pdf", ContentFile(pdf(f"list {DOCUMENT}")))
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        call_command("publish_due")
    assert (is_live(draft), is_live(other)) == (False, True)
    assert verbs(draft)[-1] == ("page_held", "")
    assert PageLogEntry.objects.filter(page=draft.pk, action="wagtail.schedule.cancel").exists()


# --- at the door ----------------------------------------------------------------------------------------------------


def upload(user: User, content: bytes, name: str, kind: str = "documents") -> dict[str, Any]:
    file = io.BytesIO(content)
    file.name = name
    answer = as_(user).post(
        f"/cms/{kind}/multiple/add/",
        {"title": name, "files[]": file, "collection": 1},
        HTTP_X_REQUESTED_WITH="XMLHttpRequest",
    )
    told: dict[str, Any] = json.loads(answer.content)
    return told


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_leaks_is_refused_at_the_door_and_gets_no_address(name: str, editor: User) -> None:
    content, file_name, place = FILES[name]
    told = upload(editor, content, file_name)
    assert not told["success"]
    assert place in told["error_message"]
    assert "****" in told["error_message"]
    assert DOCUMENT not in told["error_message"]
    assert PHONE not in told["error_message"]
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", FILES)
def test_without_the_gate_the_same_file_gets_an_address(
    name: str, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "file_findings", lambda stream, name: ())
    content, file_name, _place = FILES[name]
    assert upload(editor, content, file_name)["success"]
    assert Document.objects.count() == 1


def test_a_clean_file_and_a_clean_picture_are_taken_and_a_picture_with_a_number_in_its_remarks_is_not(
    editor: User,
) -> None:
    from tests.cms.gate.papers import png

    assert upload(editor, pdf("clean"), "clean.pdf")["success"]
    assert upload(editor, png(), "clean.png", "images")["success"]
    assert not upload(editor, png() + b"tEXt tel 13805351234", "a.png", "images")["success"]


def test_a_title_with_a_number_is_refused_when_a_file_is_renamed(editor: User) -> None:
    document = attached(pdf("clean"), "list.pdf")
    as_(editor).post(f"/cms/documents/edit/{document.pk}/", {"title": f"名单 {PHONE}", "collection": 1, "tags": ""})
    document.refresh_from_db()
    assert document.title == "名单"

"""What an editor can put into a page. Nothing here loads from another host."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

TEXT_FEATURES = ["bold", "ol", "ul", "link", "document-link"]


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("图片"))
    alt = blocks.CharBlock(label=_("图片内容"), max_length=120, help_text=_("看不见图片的人听到的话"))
    caption = blocks.CharBlock(label=_("图注"), max_length=120, required=False)

    class Meta:
        icon = "image"
        label = _("图片")
        template = "cms/blocks/picture.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("原话"))
    speaker = blocks.CharBlock(
        label=_("谁说的"), max_length=60, required=False, help_text=_("姓名请隐去一字，并征得本人同意")
    )

    class Meta:
        icon = "openquote"
        label = _("引语")
        template = "cms/blocks/quote.html"


class NoticeBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        label=_("语气"), choices=[("info", _("说明")), ("ok", _("好消息")), ("warn", _("提醒"))], default="info"
    )
    text = blocks.TextBlock(label=_("内容"))

    class Meta:
        icon = "info-circle"
        label = _("提示")
        template = "cms/blocks/notice.html"


class StepsBlock(blocks.StructBlock):
    steps = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("title", blocks.CharBlock(label=_("这一步"), max_length=60)),
                ("text", blocks.TextBlock(label=_("怎么做"), required=False)),
            ],
            label=_("步骤"),
        ),
        label=_("步骤"),
    )

    class Meta:
        icon = "list-ol"
        label = _("步骤")
        template = "cms/blocks/steps.html"


class FileBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("文件"))

    class Meta:
        icon = "doc-full"
        label = _("附件")
        template = "cms/blocks/file.html"


class StoryBlock(blocks.StreamBlock):
    heading = blocks.CharBlock(label=_("小标题"), max_length=60, icon="title", template="cms/blocks/heading.html")
    paragraph = blocks.RichTextBlock(label=_("正文"), features=TEXT_FEATURES, template="cms/blocks/paragraph.html")
    picture = PictureBlock()
    quote = QuoteBlock()
    notice = NoticeBlock()
    steps = StepsBlock()
    file = FileBlock()


class PlanBlock(blocks.StructBlock):
    lessons = blocks.CharBlock(label=_("课次"), max_length=12, help_text=_("例如 1–2"))
    text = blocks.CharBlock(label=_("内容"), max_length=80)
    hours = blocks.IntegerBlock(label=_("学时"), min_value=1)

    class Meta:
        icon = "list-ul"
        label = _("一段内容")


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("问"), max_length=80)
    answer = blocks.RichTextBlock(label=_("答"), features=TEXT_FEATURES)

    class Meta:
        icon = "help"
        label = _("一问一答")

"""The frame of the site and a page for every course; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms import publishing
from courses.models import Course


class Command(BaseCommand):
    help = "建立网站栏目、说明页和编辑组，并为课程建页发布；可以重复运行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--courses", nargs="*", metavar="NUMBER", help="只为这些课程建页；不写就是全部，只写选项名就是一门也不建"
        )
        parser.add_argument("--wait", nargs="*", default=[], metavar="NUMBER", help="只建草稿、等人发布的课程")
        parser.add_argument("--refresh", action="store_true", help="把说明页换成随程序附带的文字，自己改过的会被替换")

    def handle(self, *args: Any, **options: Any) -> None:
        publishing.frame(refresh=options["refresh"])
        courses = Course.objects.all()
        if options["courses"] is not None:
            courses = courses.filter(number__in=[*options["courses"], *options["wait"]])
        published = 0
        for course in courses:
            if course.number in options["wait"]:
                publishing.draft_course(course=course)
            else:
                publishing.publish_course(course=course)
                published += 1
        self.stdout.write(f"已发布 {published} 个课程页。")

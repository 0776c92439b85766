"""Today's demo class, at each start."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from cms.demo.today import renew
from courses.models import User


class Command(BaseCommand):
    help = "换一个今日演示班：已批准，五分钟前上课，课程页等人发布。有人正在走的班不动。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not User.objects.filter(username="demo-trainer").exists():
            if options["verbosity"]:
                self.stdout.write("还没有演示城市，没有建演示班。请先运行 seed_demo。")
            return
        with transaction.atomic():
            made = renew(now=timezone.now())
        if options["verbosity"]:
            self.stdout.write(f"今日演示班：{made.number}，{made.course.name}。")

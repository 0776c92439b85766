"""The demo city, once; with --scale, counted completions for measuring."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from cms.demo.city import build
from cms.demo.counts import load_scale
from cms.demo.telling import Telling
from courses.models import Course, ProgrammeKind, User


class Command(BaseCommand):
    help = "建立演示城市：机构、课程、一年的班次和人次；已有课程时不动。--scale N 另外导入 N 人次供测量。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--share", type=int, metavar="%", default=100, help="往期班次只做百分之几，今天的场面不少")
        parser.add_argument("--scale", type=int, metavar="N", default=0, help="导入 N 人次（一个期初批次，没有凭据）")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        self.loud = options["verbosity"] > 0
        done = self.scale(options["scale"]) if options["scale"] else self.city(options["share"] / 100)
        if self.loud:
            self.stdout.write(done + f"用时 {time.monotonic() - began:.0f} 秒 s.")

    def city(self, share: float) -> str:
        if Course.objects.exists():
            return "已有课程，演示城市没有建立，什么也没有改。"
        call_command("load_reference", verbosity=0)
        with transaction.atomic():
            build(now=timezone.now(), telling=Telling(self.stdout if self.loud else None), share=share)
        return "演示城市已建立 the demo city is built. "

    def scale(self, number: int) -> str:
        if not ProgrammeKind.objects.exists():
            call_command("load_reference", verbosity=0)
        by = User.objects.filter(username="bureau-16").first()
        batch = load_scale(number=number, by=by, now=timezone.now())
        return f"批次 {batch.number}：{batch.total} 人次，{batch.file_hash[:12]}。"

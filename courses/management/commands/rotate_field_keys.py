from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from courses import certificates, exports, rosters
from courses.attendance import paper
from courses.classes import paper_files
from courses.people import proofs
from courses.privacy import encrypted_fields, reencrypt


class Command(BaseCommand):
    help = "Re-encrypt every stored value under the first key of FIELD_KEYS. May run beside the service, and again."

    def handle(self, *args: Any, **options: Any) -> None:
        rewritten = 0
        for model in apps.get_models():
            if fields := encrypted_fields(model):
                count = reencrypt(model._base_manager.all(), fields=fields)
                rewritten += count
                self.stdout.write(f"{model._meta.label}: {count}")
        kept = {
            "proof": proofs,
            "opening": paper_files,
            "roster": rosters,
            "certificate": certificates,
            "sheet": paper,
            "export": exports,
        }
        for what, files in ((what, module.reencrypt_files()) for what, module in kept.items()):
            self.stdout.write(f"{what} files: {files}")
            rewritten += files
        self.stdout.write(_("已换用新密钥：%(count)d 项。") % {"count": rewritten})
        if not getattr(settings, "DIGEST_KEY", ""):
            self.stdout.write(
                _("没有设置 DIGEST_KEY，查找摘要仍用 FIELD_KEYS 的最后一把密钥。删去它以前，请先把它设为 DIGEST_KEY。")
            )

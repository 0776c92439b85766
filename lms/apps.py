from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The project itself: composition, deployment checks and the commands that prepare an installation."""

    name = "lms"
    verbose_name = "潮线"

    def ready(self) -> None:
        from lms import checks

        assert checks

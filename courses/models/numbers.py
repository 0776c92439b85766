"""The last number given in each series of numbers that count up."""

from django.db import models


class NumberSeries(models.Model):
    """One series: `02F2026` of the classes, `J` of the institutions. `last` only grows, so no number comes twice."""

    key = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key

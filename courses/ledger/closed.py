"""Which months are closed: what is posted into them is an adjustment and says why."""

from courses.models import MonthClose


def is_closed(*, year: int, month: int) -> bool:
    """From the proposal of a close on; asked under the ledger's lock, which a proposal holds alone."""
    return MonthClose.objects.filter(year=year, month=month, taken_back_at__isnull=True).exists()


def closed_months() -> set[tuple[int, int]]:
    return set(MonthClose.objects.filter(taken_back_at__isnull=True).values_list("year", "month"))

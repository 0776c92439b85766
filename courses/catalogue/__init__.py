"""课程 as the public finds them: search, open classes, seats in words, what a page's publication means for its course."""

from courses.catalogue.openings import (
    BrandOffer,
    Seats,
    Week,
    brand_offers,
    is_open,
    next_classes,
    open_classes,
    open_query,
    seats,
    this_week,
)
from courses.catalogue.schedule import Schedule, schedule
from courses.catalogue.search import (
    Filters,
    Found,
    Listed,
    Soonest,
    loosened,
    mark_published,
    mark_unpublished,
    months,
    normalise,
    refresh_search_text,
    search,
)

__all__ = [
    "BrandOffer",
    "Filters",
    "Found",
    "Listed",
    "Schedule",
    "Seats",
    "Soonest",
    "Week",
    "brand_offers",
    "is_open",
    "loosened",
    "mark_published",
    "mark_unpublished",
    "months",
    "next_classes",
    "normalise",
    "open_classes",
    "open_query",
    "refresh_search_text",
    "schedule",
    "search",
    "seats",
    "this_week",
]

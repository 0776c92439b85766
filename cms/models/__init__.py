"""The pages that the public reads."""

from cms.models.article import ArticleIndexPage, ArticlePage
from cms.models.course import CourseIndexPage, CoursePage
from cms.models.home import HomePage
from cms.models.review import Release, ReviewTask
from cms.models.reviewed import ReviewedPage
from cms.models.site import OfficialSettings
from cms.models.standard import StandardPage

__all__ = [
    "ArticleIndexPage",
    "ArticlePage",
    "CourseIndexPage",
    "CoursePage",
    "HomePage",
    "OfficialSettings",
    "Release",
    "ReviewTask",
    "ReviewedPage",
    "StandardPage",
]

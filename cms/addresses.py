"""The public address of a page without asking the database: the home page is the root of the one site."""


def address(url_path: str) -> str:
    """`/home/courses/syb/`, the path in the page tree, is `/courses/syb/` for readers."""
    return "/" + url_path.removeprefix("/").partition("/")[2]

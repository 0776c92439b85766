"""HTML as text: what is read aloud, what stands in attributes and comments, and which files it links to."""

from html.parser import HTMLParser

INLINE = frozenset({"a", "b", "i", "u", "s", "em", "strong", "span", "sub", "sup", "small", "font", "code", "mark"})
HIDDEN_TEXT = frozenset({"href", "src", "alt", "title", "content", "value", "data", "aria-label", "placeholder"})


class Markup(HTMLParser):
    """Text runs together over inline tags, as the reader sees it; every other tag ends a piece."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = [""]
        self.asides: list[str] = []
        self.documents: list[int] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.pieces.append("")
        known = dict(attrs)
        if tag == "a" and known.get("linktype") == "document" and (known.get("id") or "").isdigit():
            self.documents.append(int(str(known["id"])))
        self.asides += [value for name, value in attrs if value and name in HIDDEN_TEXT]

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self.pieces.append("")

    def handle_data(self, data: str) -> None:
        self.pieces[-1] += data

    def handle_comment(self, data: str) -> None:
        self.asides.append(data)

    @property
    def text(self) -> str:
        """Pieces under one another: a number that a line break cuts in two is still found."""
        return "\n".join(piece for piece in self.pieces if piece.strip())

"""What a page made from a document may hold: a few tags, fewer attributes, no address of anything outside."""

from __future__ import annotations

from html.parser import HTMLParser

ALLOWED = {  # the tags of a page, and the attributes that each may have
    "div": set(),
    "a": {"name", "href"},
    "h2": set(),
    "h3": set(),
    "h4": set(),
    "p": {"class"},
    "span": {"class"},
    "table": {"class", "width", "cellspacing", "cellpadding"},
    "tr": set(),
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "img": {"src"},
    **{tag: set() for tag in ("ul", "ol", "li", "b", "i", "u", "s", "sub", "sup", "br")},
}


class PageCheck(HTMLParser):
    """Fails on a tag, an attribute or an address that no page of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def check(self, page: str) -> set[str]:
        """Return the tags of a page. Raises AssertionError for what no page of ours has."""
        self.feed(page)
        self.close()
        return self.tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        self.tags.add(tag)
        for name, value in attrs:
            assert name in ALLOWED[tag]
            if name == "href":
                assert str(value).startswith("#")
            if name == "src":
                assert str(value).startswith("media:")
            if name == "class":
                assert value in ("narrative", "quiet", "caption")

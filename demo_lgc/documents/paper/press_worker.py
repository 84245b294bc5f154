"""The process that prints: it loads WeasyPrint once, then turns HTML into PDF/A until its input ends.

Protocol: that of `serving`; a request is JSON (`html`, `title`, `author`, `created_at` in ISO 8601) and its
answer the bytes of the PDF.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from demo_lgc.documents.paper.printing import pdf_of
from demo_lgc.documents.workers.serving import serve_pipes


def main() -> None:
    """Print until standard input ends."""
    for noisy in ("weasyprint", "fontTools"):
        logging.getLogger(noisy).disabled = True
    serve_pipes(_warm, _printed)


def _printed(request: bytes) -> bytes:
    asked = json.loads(request)
    return pdf_of(asked["html"], asked["title"], asked["author"], datetime.fromisoformat(asked["created_at"]))


def _warm() -> None:
    """Print an empty page: the first printing loads the fonts, and would be the doctor's."""
    pdf_of("<p>é</p>", "", "", datetime.fromisoformat("2000-01-01T00:00:00+00:00"))


if __name__ == "__main__":
    main()

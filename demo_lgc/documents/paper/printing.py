"""Print a document as PDF/A-1b, the form that may be kept for ever.

WeasyPrint is heavy: this module is imported by the press worker only, never by the process of the window.

PDF/A-1 is PDF 1.4, which knows TrueType and bare CFF fonts but no OpenType ones (ISO 19005-1 §6.3.2), and
WeasyPrint embeds an `.otf` whole: so the page is set in TrueType families.

Reference: [PDFA] ISO 19005-1; [MSS] ECO.2.1.5.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from html import escape
from typing import Any

import weasyprint
from weasyprint.urls import URLFetcher

# WeasyPrint has no annotations.
_Html: Any = weasyprint.HTML
_UrlFetcher: Any = URLFetcher

FONTS = '"DejaVu Sans", "Liberation Sans", Arial, "Segoe UI"'

PAGE_STYLE = f"""
@page {{ size: A4; margin: 14mm 16mm 26mm 16mm; @bottom-center {{ content: element(foot); width: 100% }} }}
html {{ font-family: {FONTS}; font-size: 9pt; line-height: 1.4; overflow-wrap: anywhere }}
body, p, h1 {{ margin: 0 }}
h1 {{ margin-top: 6mm; line-height: 1.15 }}
table {{ border-collapse: collapse }}
.heading {{ break-after: avoid }}
tr {{ break-inside: avoid }}
td:first-child {{ padding-left: 0 }}
.letterhead {{ font-size: 8.5pt; border-bottom: 1.5px solid #2857C0 }}
.letterhead td {{ padding: 0 0 3mm 0 }}
.letterhead b {{ font-size: 10.5pt }}
.letterhead .practice {{ text-align: right }}
.letterhead .practice b {{ font-size: 8.5pt }}
.identity {{ margin-top: 4mm; background: #F4F6F9 }}
.identity td.who, .identity td.symbol {{ padding: 3mm 4mm }}
.patient {{ font-size: 11pt; font-weight: 600; margin-bottom: 1mm }}
.traits {{ font-size: 8.5pt; line-height: 1.35 }}
.traits td {{ padding: 0 3mm 0 0; vertical-align: top }}
.traits td:first-child {{ white-space: nowrap }}
.identity td.symbol {{ width: 26mm; text-align: center; font-size: 7pt; line-height: 1.2 }}
.symbol img {{ width: 22mm; height: 22mm }}
.date {{ padding-bottom: 1.5mm }}
.recipients {{ padding-top: 1.5mm }}
.text {{ font-size: 10pt; padding-top: 1mm }}
.lines {{ font-size: 9.5pt }}
.count {{ break-before: avoid }}
.lines thead td {{ padding: 1.5mm }}
.signature {{ break-inside: avoid; break-before: avoid; margin: 8mm 0 0 55%; min-height: 18mm }}
.foot {{ position: running(foot); font-size: 7pt; line-height: 1.35; color: #465264;
  border-top: 1px solid #E1E5EB; padding-top: 1.5mm; text-align: center }}
.foot .whose {{ font-size: 8pt; color: #18212D }}
.page::after {{ content: counter(page) "/" counter(pages) }}
"""


def pdf_of(html: str, title: str, author: str, created_at: datetime) -> bytes:
    """Return the page of an HTML fragment as PDF/A-1b: fonts embedded, sRGB output intent, XMP metadata.

    `created_at` carries an offset and is the only date written. The same arguments give the same bytes
    with the same fonts and the same WeasyPrint. Nothing is fetched: of all addresses only `data:` is read.

    Reference: [PDFA] ISO 19005-1, level B.
    """
    when = created_at.isoformat(timespec="seconds")
    page = (
        f'<html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="author" content="{escape(author)}">'
        f'<meta name="dcterms.created" content="{when}"><meta name="dcterms.modified" content="{when}">'
        f"<style>{PAGE_STYLE}</style></head><body>{html}</body></html>"
    )
    fetcher = _UrlFetcher(allowed_protocols=("data",), allow_redirects=False)
    made: bytes = _Html(string=page, url_fetcher=fetcher).write_pdf(
        pdf_variant="pdf/a-1b",
        pdf_identifier=hashlib.sha256(page.encode()).hexdigest()[:32].encode(),
        presentational_hints=True,
    )
    return made

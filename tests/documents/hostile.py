"""Files that wish us ill, or that somebody broke: each with what must become of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from demo_lgc.domain.errors import DocumentProblem as P

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPEN = '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
END = "</ClinicalDocument>"
PATIENT = (
    "<recordTarget><patientRole><patient><name><family qualifier='BR'>ESSAI</family>"
    "<given qualifier='BR'>ALICE</given></name></patient></patientRole></recordTarget>"
)


def document(body: str = "", *, before: str = "", patient: str = PATIENT) -> bytes:
    """A small CDA around a body."""
    return f"{HEAD}{before}{OPEN}<id root='1.2.3'/>{patient}{body}{END}".encode()


def section(text: str, entries: str = "") -> str:
    """A body of one section."""
    return (
        f"<component><structuredBody><component><section><title>Texte</title><text>{text}</text>{entries}"
        "</section></component></structuredBody></component>"
    )


def file_body(content: bytes, kind: str = "application/pdf") -> str:
    """A level 1 body."""
    text = b64encode(content).decode()
    return (
        f'<component><nonXMLBody><text mediaType="{kind}" representation="B64">{text}</text></nonXMLBody>'
        "</component>"
    )


def _bomb() -> bytes:
    entities = "".join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, 10))
    return document(section("&b9;"), before=f'<!DOCTYPE x [<!ENTITY b0 "aaaaaaaaaa">{entities}]>')


REFUSED: dict[str, tuple[P, Callable[[], bytes]]] = {
    "nothing": (P.EMPTY, lambda: b""),
    "blanks": (P.EMPTY, lambda: b" \r\n\t "),
    "a picture": (P.NOT_XML, lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    "a PDF": (P.NOT_XML, lambda: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj"),
    "a page of the web": (P.NOT_XML, lambda: b"<html><body><p>Bonjour<br></body></html>"),
    "another XML": (P.NOT_CDA, lambda: b"<facture xmlns='urn:x'><total>12</total></facture>"),
    "a document of no namespace": (P.NOT_CDA, lambda: b"<ClinicalDocument><id/></ClinicalDocument>"),
    "a cut document": (P.TRUNCATED, lambda: document(section("Bonjour " * 60))[:-150]),
    "an empty DTD": (P.DOCTYPE, lambda: document(before="<!DOCTYPE ClinicalDocument>")),
    "a DTD in UTF-16": (
        P.DOCTYPE,
        lambda: ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []>' + OPEN + END).encode("utf-16"),
    ),
    "a bomb of entities": (P.DOCTYPE, _bomb),
    "a quadratic bomb": (
        P.DOCTYPE,
        lambda: document(section("&a;" * 50_000), before=f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'),
    ),
    "an external entity": (
        P.DOCTYPE,
        lambda: document(section("&f;"), before='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'),
    ),
    "an external DTD": (
        P.DOCTYPE,
        lambda: document(before='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    ),
    "10,000 levels": (
        P.TOO_DEEP,
        lambda: document(section("<content>" * 10_000 + "x" + "</content>" * 10_000)),
    ),
    "300 levels around a long text": (
        P.TOO_DEEP,
        lambda: document(section("<content>" * 300 + "x" * 10_000_000 + "</content>" * 300)),
    ),
    "100 MB of base64": (P.TOO_LARGE, lambda: document(file_body(b"%PDF-" + b"\0" * 75_000_000))),
    "a million elements": (P.TOO_LARGE, lambda: document(section("<br/>" * 1_000_000))),
    "a million attributes": (
        P.TOO_LARGE,
        lambda: document(section("<content" + "".join(f' a{i}=""' for i in range(1_000_000)) + "/>")),
    ),
    "two patients": (P.TWO_PATIENTS, lambda: document(section("Bonjour"), patient=PATIENT * 2)),
}

_NULLS = (
    "<code nullFlavor='UNK'/><effectiveTime nullFlavor='NA'/><setId nullFlavor='UNK'/>"
    "<versionNumber nullFlavor='UNK'/><author><time nullFlavor='UNK'/><assignedAuthor nullFlavor='UNK'>"
    "<id nullFlavor='UNK'/><addr nullFlavor='UNK'/><telecom nullFlavor='UNK'/><assignedPerson>"
    "<name nullFlavor='UNK'/></assignedPerson></assignedAuthor></author>"
)
# What must be shown all the same: the words that the page must hold, and the words of a warning.
SHOWN: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "another encoding than it says": (
        "Créatinine élevée",
        "encodage",
        lambda: document(section("Créatinine élevée")).decode().encode("cp1252"),
    ),
    "nullFlavor everywhere": (
        "Rien",
        "",
        lambda: document(_NULLS + section("Rien", "<entry nullFlavor='NI'><act nullFlavor='NI'/></entry>")),
    ),
    "unknown code systems": (
        "Inconnu",
        "",
        lambda: document(
            "<code code='X' codeSystem='9.9.9' displayName='Type inconnu'/>"
            + section(
                "Inconnu",
                "<entry><observation classCode='OBS' moodCode='EVN'><code code='?' codeSystem='9.9'/>"
                "<value xsi:type='CD' code='?' codeSystem='9.9'/></observation></entry>",
            )
        ),
    ),
    "a PDF that is not one": ("", "n’en est pas un", lambda: document(file_body(b"MZ\x90 not a pdf"))),
    "base64 that is not": (
        "",
        "abîmé",
        lambda: document(file_body(b"%PDF-1.4")).replace(b"JVBERi0xLjQ=", b"J"),
    ),
    "a file elsewhere": (
        "",
        "extérieur",
        lambda: document(
            "<component><nonXMLBody><text mediaType='application/pdf'>"
            "<reference value='http://127.0.0.1:9/x.pdf'/></text></nonXMLBody></component>"
        ),
    ),
    "no patient": ("Bonjour", "aucun patient", lambda: document(section("Bonjour"), patient="")),
    "no body": ("", "vide", document),
    "columns and rows without end": (
        "Case",
        "",
        lambda: document(
            section(
                "<table><tbody><tr><td colspan='100000000' rowspan='100000000'>Case</td>"
                "<td colspan='-1' rowspan='NaN'>x</td></tr></tbody></table>"
            )
        ),
    ),
    "45,000 rows": (
        "Dernière",
        "",
        lambda: document(
            section("<table>" + "<tr><td>x</td></tr>" * 45_000 + "<tr><td>Dernière</td></tr></table>")
        ),
    ),
    "60,000 items": (
        "– Fin",
        "",
        lambda: document(section("<list>" + "<item>x</item>" * 60_000 + "<item>Fin</item></list>")),
    ),
    "a text without end": (
        "Bonjour",
        "trop long",
        lambda: document(section("<paragraph>Bonjour</paragraph>" * 100_000)),
    ),
    "90,000 links and anchors": (
        "xxxxx",
        "trop long",
        lambda: document(
            section(
                "".join(
                    f"<content ID='a{i}'><linkHtml href='#a{i + 1}'>x</linkHtml></content>"
                    for i in range(45_000)
                )
                + "Fin"
            )
        ),
    ),
    "tables in tables": (
        "Fond",
        "",
        lambda: document(section("<table><tr><td>" * 40 + "Fond" + "</td></tr></table>" * 40)),
    ),
    "references that lead nowhere, or to themselves": (
        "Bonjour",
        "",
        lambda: document(
            section(
                "<content ID='a'>Bonjour <linkHtml href='#nulle-part'>ici</linkHtml></content>"
                "<renderMultiMedia referencedObject='rien'/>",
                "<entry><act classCode='ACT' moodCode='EVN'><text><reference value='#zzz'/></text></act>"
                "</entry>",
            )
        ),
    ),
}

# What must not live in a page.
ACTIVE = (
    "<script>alert(1)</script>",
    "<paragraph onmouseover='alert(1)' onclick='alert(1)'>p</paragraph>",
    "<table onmouseover='x' background='http://127.0.0.1:9/b.png'><tr onclick='x'><td>c</td></tr></table>",
    "<linkHtml href='javascript:alert(1)'>a</linkHtml>",
    "<linkHtml href='JaVa&#9;Script:alert(1)'>b</linkHtml>",
    "<linkHtml href='data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;'>c</linkHtml>",
    "<linkHtml href='file:///etc/passwd'>d</linkHtml>",
    "<linkHtml href='http://127.0.0.1:9/x'>e</linkHtml>",
    "<img xmlns='http://www.w3.org/1999/xhtml' src='http://127.0.0.1:9/i.png'/>",
    "<iframe xmlns='http://www.w3.org/1999/xhtml' src='http://127.0.0.1:9/f'>f</iframe>",
    "<style>@import url(http://127.0.0.1:9/s.css)</style>",
    "<content styleCode='Bold\" onload=\"x'>g</content>",
    "<content>&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=http://127.0.0.1:9/h.png&gt;</content>",
    "<object data='http://127.0.0.1:9/o'>h</object>",
)

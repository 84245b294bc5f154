"""Documents of fictitious people, made by hand: what reading gives, without reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF
from PySide6.QtGui import QColor, QFont, QImage, QPageSize, QPainter, QPdfWriter

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import (
    DocumentPatient,
    Enclosed,
    Identifier,
    MetadataGroup,
    Metadatum,
    Party,
    ReceivedDocument,
    Section,
)
from demo_lgc.domain.results import Interpretation, LabResult, Measure, Point, Reference

WINTER = timezone(timedelta(hours=1))
SAMPLED = datetime(2014, 11, 3, 7, 40, tzinfo=WINTER)
BEFORE = PartialDate(2014, 9, 2)
LOINC = "2.16.840.1.113883.6.1"
HENRI = DocumentPatient(
    birth_name="CHEMIN",
    given_names=("HENRI", "LOUIS"),
    first_given_name="HENRI",
    sex="M",
    birth_date=PartialDate(1948, 8, 18),
)
MARIE_CURIE = "Centre Hospitalier Marie Curie"


def a_document(**changes: Any) -> ReceivedDocument:
    """A report of a stay in hospital, in three sections."""
    document = ReceivedDocument(
        identifier=Identifier("1.2.250.1.999.1.1", "11"),
        set_id=Identifier("1.2.250.1.999.1.2", "3"),
        version=1,
        replaces=None,
        type=Code("34112-3", LOINC, "CR d’hospitalisation"),
        title="CR d’hospitalisation",
        created_at=datetime(2014, 11, 3, 15, 5, tzinfo=WINTER),
        patient=HENRI,
        authors=(Party("Auteur", "Dr Jacques MULLER", organisation=MARIE_CURIE),),
        responsible=Party("Responsable", "Jacques COMBE", at=datetime(2014, 11, 3, 15, 20, tzinfo=WINTER)),
        custodian=Party("Conservateur", organisation=MARIE_CURIE),
        metadata=HEADER,
        sections=(
            Section("Motif d’hospitalisation", "s1"),
            Section("Synthèse médicale du séjour", "s2", subsections=(Section("Évolution", "s2-1"),)),
            Section("Traitements à la sortie", "s3"),
        ),
        html=STAY,
    )
    return replace(document, **changes)


HEADER = (
    MetadataGroup(
        "Document",
        (
            Metadatum("Identifiant", "1.2.250.1.999.1.1^11"),
            Metadatum("Version", "1"),
            Metadatum("Confidentialité", "Normal"),
            Metadatum("Modèles", "1.2.250.1.213.1.1.1.1\n1.2.250.1.213.1.1.1.5.1"),
        ),
    ),
    MetadataGroup(
        "Patient",
        (
            Metadatum("Nom de naissance", "CHEMIN"),
            Metadatum("Prénoms", "HENRI LOUIS"),
            Metadatum("Né le", "18/08/1948"),
            Metadatum("Adresse", "3 chemin des Vignes, 92100 BOULOGNE"),
        ),
    ),
    MetadataGroup(
        "Auteur",
        (Metadatum("Nom", "Dr Jacques MULLER"), Metadatum("Établissement", MARIE_CURIE)),
    ),
)
STAY = """
<h2><a name="s1"></a>Motif d’hospitalisation</h2>
<p>Déséquilibre glycémique chez un patient diabétique de type 2, avec asthénie depuis trois semaines et
perte de poids de quatre kilogrammes.</p>
<h2><a name="s2"></a>Synthèse médicale du séjour</h2>
<p>Patient de 66 ans, suivi pour un diabète insulino-traité. À l’entrée&nbsp;: glycémie capillaire à 3,2 g/L,
pas d’acétonémie. Voir les <a href="#s3">traitements à la sortie</a>.</p>
<table class="narrative"><tr><th>Examen</th><th>Date</th><th>Conclusion</th></tr>
<tr><td>Fond d’œil</td><td>31/10/2014</td><td>Pas de rétinopathie</td></tr>
<tr><td>Électrocardiogramme</td><td>31/10/2014</td>
<td><span class="abnormal">Bloc de branche droit</span></td></tr>
</table>
<h3><a name="s2-1"></a>Évolution</h3>
<p>Équilibre obtenu en quatre jours sous schéma <i>basal-bolus</i>.</p>
<p class="quiet">Document relu avant signature.</p>
<h2><a name="s3"></a>Traitements à la sortie</h2>
<ul><li>INSULATARD FLEXPEN 100 UI/ml, 22 UI au coucher</li><li>METFORMINE 1000 mg, matin et soir</li></ul>
<p class="caption">Prochaine consultation dans un mois, avec les résultats de l’épreuve d’effort.</p>
"""


def measured(text: str, unit: str, *others: Measure) -> Measure:
    """A quantity as a laboratory writes it."""
    return Measure(text, unit, number=Decimal(text.replace(",", ".")), others=others)


def usual(low: str = "", high: str = "", unit: str = "") -> Reference:
    """An interval of usual values."""
    return Reference(Decimal(low) if low else None, Decimal(high) if high else None, unit)


def a_result(name: str, value: str, unit: str, bounds: tuple[str, str], **changes: Any) -> LabResult:
    """A quantity measured the 3rd of November 2014."""
    before = changes.pop("before", "")
    result = LabResult(
        name,
        Code("", "", ""),
        (measured(value, unit),),
        SAMPLED,
        references=(usual(*bounds, unit),),
        previous=(Point(BEFORE, (measured(before, unit),)),) if before else (),
        path=("Biochimie sanguine",),
    )
    return replace(result, **changes)


HIGH, LOW, NORMAL = Interpretation.HIGH, Interpretation.LOW, Interpretation.NORMAL
BLOOD = ("Hématologie et ionogramme",)
RESULTS = (
    a_result("Urée sanguine", "6,2", "mmol/L", ("3.5", "8.0"), interpretation=NORMAL, before="5,9"),
    a_result("Glycémie à jeun", "9,2", "mmol/L", ("3.9", "6.1"), interpretation=HIGH, before="7,9"),
    a_result("HbA1c", "7,9", "%", ("4.0", "7.0"), interpretation=HIGH, before="7,3"),
    a_result("Créatinine", "94", "umol/L", ("59", "104"), interpretation=NORMAL, before="91"),
    a_result("Hémoglobine", "12,6", "g/dL", ("13.0", "17.0"), interpretation=LOW, before="12,8", path=BLOOD),
    a_result("Leucocytes", "6,4", "10*9/L", ("4.0", "10.0"), interpretation=NORMAL, before="6,1", path=BLOOD),
    a_result("Plaquettes", "238", "10*9/L", ("150", "400"), interpretation=NORMAL, before="245", path=BLOOD),
    a_result(
        "Potassium",
        "6,8",
        "mmol/L",
        ("3.5", "5.1"),
        interpretation=Interpretation.CRITICAL_HIGH,
        before="4,5",
        path=BLOOD,
        comments=("Résultat contrôlé sur un second tube. Service prévenu par téléphone à 08:55.",),
    ),
)


def a_biology(**changes: Any) -> ReceivedDocument:
    """A report of biology with a critical potassium."""
    bio = a_document(
        type=Code("11502-2", LOINC, "CR d’examens biologiques"),
        title="CR d’examens biologiques",
        sections=(Section("Biochimie sanguine", "b1"), Section("Hématologie et ionogramme", "b2")),
        html="<h2><a name='b1'></a>Biochimie sanguine</h2><p>Urée 6,2 mmol/L</p>"
        "<h2><a name='b2'></a>Hématologie et ionogramme</h2><p>Potassium 6,8 mmol/L</p>",
        results=RESULTS,
    )
    return replace(bio, **changes)


def a_scan(**changes: Any) -> ReceivedDocument:
    """A level 1 document: its body is a PDF."""
    enclosed = (Enclosed("application/pdf", a_pdf(), "Radiographie de l’épaule droite"),)
    kind = Code("18748-4", LOINC, "CR d’imagerie médicale")
    title = "Radiographie de l’épaule droite"
    return replace(a_document(type=kind, title=title, sections=(), html="", enclosed=enclosed), **changes)


def a_pdf(pages: int = 2, *, words: bool = True) -> bytes:
    """A PDF of some pages, of words or of a picture."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(20, 20, 20, 20))
    writer.setResolution(96)
    painter = QPainter(writer)
    for page in range(pages):
        if page:
            writer.newPage()
        if not words:
            painter.drawImage(0, 0, QImage.fromData(a_picture()))
            continue
        for place, (size, text) in enumerate(
            (
                (22, f"Radiographie de l’épaule droite, page {page + 1}"),
                (13, "M. CHEMIN Henri, né le 18/08/1948"),
                (13, "Indication : douleurs de l’épaule droite depuis deux mois."),
                (13, "Résultat : pas de fracture. Calcification du tendon supra-épineux."),
                (13, "Conclusion : tendinopathie calcifiante."),
            )
        ):
            font = QFont("Inter")
            font.setPixelSize(size)
            painter.setFont(font)
            painter.drawText(0, 40 + place * 34, text)
    painter.end()
    buffer.close()
    return bytes(buffer.data().data())


def a_picture(width: int = 60, height: int = 40, kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("magenta"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)
    return bytes(data.data())

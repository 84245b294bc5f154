"""Any document of the country opens and says who, what, when and from whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain import oids
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import ReceivedDocument, Section
from tests.documents.hostile import document, file_body

EXAMPLES = {  # its type, its first author, its first section (empty for a body that is a file)
    "01_Modèles_contenus_CDA.xml": ("60591-5", "Dr\u00a0Charles BOILEAU", "Problèmes actifs"),
    "BIO-CR-BIO_2021.01_Auto-Presentable.xml": ("11502-2", "Dr\u00a0Marcel CAMPARINI", "BIOCHIMIE"),
    "BIO-CR-BIO_2021.01_Microbiologie_V1.xml": (
        "11502-2",
        "Dr\u00a0Marcel CAMPARINI",
        "Examen cytobactériologique des urines (ECBU)",
    ),
    "BIO-CR-BIO_2023.01_Electrophorese.xml": ("11502-2", "Dr\u00a0Marcel CAMPARINI", "Non conformité"),
    "BIO-CR-BIO_2024.01_Glycémie mole.xml": ("11502-2", "Dr\u00a0Marcel CAMPARINI", "BIOCHIMIE"),
    "BIO-CR-BIO_2024.01_Microbiologie_V1.xml": (
        "11502-2",
        "Dr\u00a0Marcel CAMPARINI",
        "Examen cytobactériologique des urines (ECBU)",
    ),
    "BIO-CR-BIO_2024.01_TSH_1.xml": ("11502-2", "Dr\u00a0Marcel CAMPARINI", "BIOCHIMIE"),
    "BIO-TROD_2024.01_Angine.xml": (
        "96173-0",
        "Dr\u00a0Pierre DIDOT",
        "Résultat du test rapide d'orientation diagnostique",
    ),
    "CSE-MDE_2023.01.xml": ("29274-8", "Dr\u00a0Charles MULLER", "Signes vitaux"),
    "DOC_NON_STRUCTURE_CDA-R2-N1.xml": ("11502-2", "Dr\u00a0Marcel CAMPARINI", ""),
    "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml": ("18748-4", "Dr\u00a0Jacques BIDEAULT", ""),
    "LDL-EES_2022.01.xml": ("18761-7", "Dr\u00a0Charles BOILEAU", "Motif d'hospitalisation"),
    "VAC-NOTE_2023.01.xml": ("87273-9", "Dr\u00a0Charles MULLER", "Note de vaccination"),
    "VSM_1.4_2022.01.xml": (
        "SYNTH",
        "Dr\u00a0Stéphane MEDIONI",
        "Pathologie en cours, antécédents, allergies et facteurs de risques",
    ),
    "eP-MED-DM_2024.01_PosoNonStruct.xml": (
        "57833-6",
        "Dr\u00a0Romain PIOU",
        "Code 2D de la prescription",
    ),
}


def read(conformance: Path, name: str) -> ReceivedDocument:
    return read_document((conformance / "cda" / "ExemplesCDA" / name).read_bytes())


@pytest.mark.conformance
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_official_example_shows_its_patient_type_author_and_sections(
    conformance: Path, name: str
) -> None:
    kind, author, first = EXAMPLES[name]
    document = read(conformance, name)
    assert document.patient.display_name == (
        "DECOURCY Ruth" if name.startswith("CSE-MDE") else "PAT-TROIS Dominique"
    )
    assert document.type.code == kind
    assert document.authors[0].name == author
    assert document.organisation
    assert document.created_at is not None
    if first:
        assert document.sections[0].title == first
        assert all(f'<a name="{each.anchor}"></a>' in document.html for each in flat(document.sections))
    else:
        assert not document.sections
        assert document.enclosed[0].media_type == "application/pdf"
        assert document.enclosed[0].content.startswith(b"%PDF")


@pytest.mark.conformance
def test_no_official_example_is_forgotten(conformance: Path) -> None:
    found = {each.name for each in (conformance / "cda" / "ExemplesCDA").iterdir()}
    assert found == set(EXAMPLES)


@pytest.mark.conformance
def test_every_word_of_the_narrative_is_in_the_page(conformance: Path) -> None:
    from lxml import etree, html

    for name in EXAMPLES:
        document = read(conformance, name)
        shown = html.fromstring(document.html or "<p></p>").text_content()
        root = etree.parse(conformance / "cda" / "ExemplesCDA" / name).getroot()
        for text in root.iter("{urn:hl7-org:v3}text"):
            parent = text.getparent()
            if parent is not None and parent.tag == "{urn:hl7-org:v3}section":
                words = " ".join(piece for piece in text.itertext() if isinstance(piece, str)).split()
                missing = [word for word in words if word not in shown]
                assert not missing, name


@pytest.mark.conformance
def test_the_header_says_everyone_it_names(conformance: Path) -> None:
    document = read(conformance, "BIO-CR-BIO_2024.01_TSH_1.xml")
    groups = {group.title: {line.label: line.text for line in group.lines} for group in document.metadata}
    assert groups["Document"]["Type"] == "CR d'examens biologiques (11502-2)"
    assert groups["Document"]["Créé le"] == "01/04/2021 à 17:10"
    assert groups["Patient"]["Prénoms de naissance"] == "DOMINIQUE MARIE-LOUISE"
    assert groups["Patient"]["Adresse"] == "28 Avenue de Breteuil, Escalier A, 75007 Paris, FRANCE"
    assert groups["Préleveur"]["Nom"] == "Mme\u00a0Roberta BLEEDER"
    assert groups["Médecin traitant"]["Coordonnées"] == (
        "01\u00a042\u00a000\u00a000\u00a001, paul.medecin5729@medecin.formation.mssante.fr"
    )
    assert groups["Conservation"]["Identifiants"] == "FINESS\u00a0120459876"
    assert groups["Liens"]["Répond à la demande"] == "1.2.250.1.213.1.1.9^2014123456789"


@pytest.mark.conformance
def test_the_traits_of_the_patient_are_read_as_written(conformance: Path) -> None:
    patient = read(conformance, "BIO-CR-BIO_2024.01_TSH_1.xml").patient
    assert (patient.birth_name, patient.used_name) == ("PAT-TROIS", "PAT-TROIS")
    assert patient.given_names == ("DOMINIQUE", "MARIE-LOUISE")
    assert (patient.first_given_name, patient.used_given_name) == ("DOMINIQUE", "DOMINIQUE")
    assert (patient.sex, patient.birth_place) == ("F", "51215")
    assert patient.birth_date == PartialDate(1979, 3, 28)
    assert patient.ins is not None
    assert (patient.ins.matricule, patient.ins.oid) == ("279035121518989", oids.INS_NIR_TEST)
    assert patient.initialled_name == "PAT-TROIS D."


@pytest.mark.conformance
def test_a_matricule_with_a_wrong_key_is_shown_and_not_trusted(conformance: Path) -> None:
    document = read(conformance, "CSE-MDE_2023.01.xml")
    assert document.patient.ins is None
    assert document.patient.identifiers[0].root == oids.INS_NIR
    assert any("clé" in warning for warning in document.warnings)


@pytest.mark.conformance
def test_a_style_sheet_that_comes_with_a_document_is_set_aside(conformance: Path) -> None:
    document = read(conformance, "BIO-CR-BIO_2021.01_Auto-Presentable.xml")
    assert any("mise en page" in warning for warning in document.warnings)
    assert "script" not in document.html.lower()


@pytest.mark.conformance
def test_pictures_of_the_narrative_are_shown_and_their_kind_recognised(conformance: Path) -> None:
    prescription = read(conformance, "eP-MED-DM_2024.01_PosoNonStruct.xml")
    assert prescription.enclosed[0].media_type == "image/png"  # it says JPEG
    assert '<img src="media:0">' in prescription.html


def test_a_rich_text_gives_its_words() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252 Cher confr\'e8re,\par La cr\'e9atinine <b>monte</b>.}"
    read = read_document(document(file_body(rtf, "text/rtf")))
    assert read.html == "<p>Cher confrère,</p><p>La créatinine &lt;b&gt;monte&lt;/b&gt;.</p>"


@pytest.mark.parametrize("broken", [b"{" * 100_000, rb"\u99999999999999999?", b"\xff" * 9, b"{\\*" * 999])
def test_a_broken_rich_text_is_kept_and_shows_nothing(broken: bytes) -> None:
    read = read_document(document(file_body(broken, "text/rtf")))
    assert read.enclosed[0].content == broken
    assert "<p></p>" not in read.html


def test_a_plain_text_is_shown_line_by_line() -> None:
    read = read_document(document(file_body("Urée\n\n6,2 <mmol/L>".encode(), "text/plain")))
    assert read.html == "<p>Urée</p><p>6,2 &lt;mmol/L&gt;</p>"


def test_a_plain_text_of_an_old_software_keeps_its_accents() -> None:
    read = read_document(document(file_body("Créatinine élevée".encode("cp1252"), "text/plain")))
    assert read.html == "<p>Créatinine élevée</p>"


def flat(sections: tuple[Section, ...]) -> list[Section]:
    return [found for each in sections for found in (each, *flat(each.subsections))]

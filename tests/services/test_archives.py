"""An archive and its documents must speak of one patient, and a document be what it is announced to be."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from demo_lgc.domain.archive import CDA_MEDIA_TYPE
from demo_lgc.domain.errors import ArchiveProblem, DocumentProblem, UnreadableArchive, UnreadableDocument
from demo_lgc.exchange.xdm.reading import NO_INS
from demo_lgc.services import archives
from demo_lgc.services.archives import OpenedArchive, open_archive
from tests.exchange.xdm.archives import DOCUMENT, METADATA, an_entry, metadata, zipped
from tests.factory import DOCUMENT_ID

INS = "148086322090266^^^&1.2.250.1.213.1.4.10&ISO^NH"
IPP = "P000123^^^&1.2.250.1.999.1.1.7.499700057291001&ISO^PI"
INS_ID = '<id root="1.2.250.1.213.1.4.10" extension="148086322090266"/>'
IPP_ID = '<id root="1.2.250.1.999.1.1.7.499700057291001" extension="P000123"/>'
OTHER_INS_ID = '<id root="1.2.250.1.213.1.4.10" extension="269054958815780"/>'
CHEMIN = ("PID-5|CHEMIN^HENRI^HENRI^^^^L", "PID-7|19480818", "PID-8|M")


def cda(
    *ids: str, family: str = "CHEMIN", given: str = "HENRI", born: str = "19480818", sex: str = "M"
) -> bytes:
    name = f'<name><family qualifier="BR">{family}</family><given qualifier="BR">{given}</given></name>'
    person = f'<patient>{name}<administrativeGenderCode code="{sex}"/><birthTime value="{born}"/></patient>'
    target = f"<recordTarget><patientRole>{''.join(ids)}{person}</patientRole></recordTarget>"
    body = "<component><structuredBody><component><section><title>Titre</title><text>Texte</text></section>"
    return (
        f'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="{DOCUMENT_ID}"/><code code="SYNTH" '
        f'codeSystem="1.2.250.1.213.1.1.4.12"/><title>Synthèse médicale</title>{target}{body}'
        "</component></structuredBody></component></ClinicalDocument>"
    ).encode()


def opened(
    content: bytes, patient_id: str = INS, info: tuple[str, ...] = CHEMIN, **changes: str
) -> OpenedArchive:
    """Open an archive whose metadata say this of the patient of this document."""
    entry = an_entry(content, patient_id=patient_id, source_patient_info=info, **changes)
    described = metadata(entry, patient_id=patient_id)
    return open_archive(zipped({METADATA: described, DOCUMENT: content}))


def refused(*arguments: object) -> ArchiveProblem:
    with pytest.raises(UnreadableArchive) as raised:
        opened(*arguments)  # type: ignore[arg-type]
    return raised.value.problem


def test_an_archive_gives_its_documents_and_what_they_say() -> None:
    archive = opened(cda(INS_ID))
    (document,) = archive.documents
    assert document.document is not None
    assert document.document.title == "Synthèse médicale"
    assert document.document.patient.ins == document.archived.patient.ins
    assert archive.warnings == ()


@pytest.mark.parametrize(
    ("content", "patient_id", "warnings"),
    [
        (cda(INS_ID, IPP_ID), IPP, []),
        (cda(IPP_ID), IPP, []),
        (cda(), INS, []),
        (cda(INS_ID), "", []),
        (cda('<id root="1.2.3" extension="Q9"/>'), IPP, [archives.OTHER_IDENTIFIERS]),
        (cda(INS_ID, family="CHEMINOT"), INS, [archives.OTHER_TRAITS]),
        (cda(INS_ID, born="19480819"), INS, [archives.OTHER_TRAITS]),
        (cda(INS_ID, sex="F"), INS, [archives.OTHER_TRAITS]),
        (cda(INS_ID, born="1948"), INS, []),
        (cda(INS_ID, family="Chemin", given="Henri"), INS, []),
    ],
)
def test_metadata_and_document_that_may_be_of_one_patient_are_read(
    content: bytes, patient_id: str, warnings: list[str]
) -> None:
    said = opened(content, patient_id).warnings
    assert [each for each in said if each != NO_INS] == warnings


@pytest.mark.parametrize(
    ("content", "patient_id"),
    [
        (cda(OTHER_INS_ID), INS),
        (cda(OTHER_INS_ID, IPP_ID), INS),
        (cda(IPP_ID), INS),
        (cda(INS_ID), IPP),
        (cda(INS_ID.replace("4.10", "4.8")), INS),
        (cda('<id root="1.2.3" extension="Q9"/>', family="AUTRE"), IPP),
        (cda('<id root="1.2.3" extension="Q9"/>', given="LOUIS"), IPP),
        (cda('<id root="1.2.3" extension="Q9"/>', born="19480819"), IPP),
        (cda(family="AUTRE"), INS),
    ],
)
def test_a_document_of_another_patient_is_refused(content: bytes, patient_id: str) -> None:
    assert refused(content, patient_id) is ArchiveProblem.OTHER_PATIENT


def anonymous(*contents: bytes) -> bytes:
    """An archive of these documents, whose metadata say nothing of the patient."""
    uris = [f"DOC{rank}.XML" for rank in range(len(contents))]
    entries = [
        an_entry(content, id=uri, uri=uri, patient_id="", source_patient_info=())
        for uri, content in zip(uris, contents, strict=True)
    ]
    files = {f"IHE_XDM/SUBSET01/{uri}": content for uri, content in zip(uris, contents, strict=True)}
    return zipped({METADATA: metadata(*entries, patient_id="")} | files)


@pytest.mark.parametrize(
    "other", [cda(OTHER_INS_ID), cda(OTHER_INS_ID, IPP_ID), cda(family="AUTRE"), cda(born="19480819")]
)
def test_documents_of_two_patients_are_refused_even_when_metadata_say_nothing(other: bytes) -> None:
    with pytest.raises(UnreadableArchive) as raised:
        open_archive(anonymous(cda(INS_ID), other))
    assert raised.value.problem is ArchiveProblem.TWO_PATIENTS


@pytest.mark.parametrize("other", [cda(INS_ID), cda(IPP_ID, INS_ID), cda(IPP_ID), cda()])
def test_documents_that_may_be_of_one_patient_are_read_together(other: bytes) -> None:
    assert len(open_archive(anonymous(cda(IPP_ID, INS_ID), other)).documents) == 2


def test_a_document_that_is_not_cda_is_refused_when_it_is_announced_so() -> None:
    with pytest.raises(UnreadableDocument) as raised:
        opened(b"<html/>", mime_type=CDA_MEDIA_TYPE)
    assert raised.value.problem is DocumentProblem.NOT_CDA


@pytest.mark.parametrize("media_type", ["application/pdf", "application/xml"])
def test_a_file_that_is_not_announced_as_cda_is_given_unread(media_type: str) -> None:
    archive = opened(b"<html/>", mime_type=media_type)
    assert archive.documents[0].document is None
    assert archive.warnings == (archives.NOT_CDA,)


def test_cda_announced_by_another_name_is_read_all_the_same() -> None:
    archive = opened(cda(INS_ID), mime_type="text/x-cda-r2+xml")
    assert archive.documents[0].document is not None


def test_what_the_archive_says_of_a_document_is_compared_with_it() -> None:
    archive = opened(cda(INS_ID), unique_id="2.25.99")
    assert archive.warnings == (archives.OTHER_ID,)


def test_documents_that_together_are_larger_than_any_are_refused() -> None:
    large = cda(INS_ID).replace(b"Texte", b"<br/>" * 200_000)
    uris = [f"DOC{i}.XML" for i in range(4)]
    entries = [an_entry(large, id=uri, uri=uri, patient_id=INS, source_patient_info=CHEMIN) for uri in uris]
    files = {f"IHE_XDM/SUBSET01/{uri}": large for uri in uris}
    described = metadata(*entries, patient_id=INS)
    with pytest.raises(UnreadableArchive) as raised:
        open_archive(zipped({METADATA: described} | files, zipfile.ZIP_STORED))
    assert raised.value.problem is ArchiveProblem.TOO_LARGE


@pytest.mark.conformance
def test_no_archive_of_the_corpus_mistakes_a_patient(conformance: Path) -> None:
    for file in sorted((conformance / "xdm").glob("*/*.zip")):
        if not file.name.startswith("bad_"):
            assert open_archive(file.read_bytes()).documents, file.name

"""The conformance pack of the ANS, where the user installed it: its files, and who they judge.

The pack (XSD, schematrons, value sets, terminologies) is published without a licence, so it is never part of
the program. It was written on Windows: the case of a name is not always that of the file.

Reference: [ANS-KIT] TestContenuCDA-3-0, LISEZ-MOI; [CISIS-MIN].
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import etree

from demo_lgc.documents.hl7 import HL7, Element
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem

FOLDERS = ("infrastructure", "schematrons", "jeuxDeValeurs")
SUFFIXES = frozenset({".xsd", ".sch", ".xml", ".rdf"})
XSD = "infrastructure/cda/CDA_extended.xsd"
VALUE_SETS = "jeuxDeValeurs/"
TERMINOLOGY = "schematrons/profils/terminologies/schematron/terminologie.sch"
GENERIC = (
    "schematrons/profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch",
    "schematrons/profils/IHE.sch",
    "schematrons/profils/CI-SIS_ModelesDeContenusCDA.sch",
    "schematrons/profils/CI-SIS_Modeles_ANS.sch",
    TERMINOLOGY,
)
_VOLET_ROOT = "1.2.250.1.213.1.1.1."
_VOLETS: dict[str, dict[str, str]] = {  # end of the templateId, then its extension; "" is any other one
    "5.4": {"": "CSE-MDE_2023.01"},
    "13": {"2023.01": "VSM_2023.01", "": "VSM_1.4_2022.01"},
    "21": {"": "LDL-EES_2022.01"},
    "22": {"": "DLU-EHPAD-DLU_2022.01"},
    "29": {"": "LDL-SES_2022.01"},
    "37": {"": "VAC_2023.01"},
    "38": {"": "TLM-DA_2022.01"},
    "39": {"2024.01": "EP-MED-DM_2024.01", "2023.01": "EP-MED-DM_2023.01", "": "EP-MED-DM_2022.01"},
    "45": {"": "IMG-CR-IMG_2024.01"},
    "46": {"": "VAC-NOTE_2023.01"},
    "47": {"": "IMG-DA-IMG_2024.01"},
    "51": {"": "IPS-FR_2024.01"},
    "54": {"": "eDISP-MED_2024.01"},
    "55": {"2024.01": "BIO-CR-BIO_2024.01", "2023.01": "BIO-CR-BIO_2023.01", "": "BIO-CR-BIO_2021.01"},
    "59": {"": "BIO-TROD_2024.01"},
}


@dataclass(frozen=True)
class Pack:
    """An installed pack, in `folder`."""

    folder: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file of the pack by its path inside, in lower case with `/`. Symbolic links are left out."""
        return {
            path.relative_to(self.folder).as_posix().lower(): path
            for name in FOLDERS
            for path in walk(self.folder / name)
        }

    def load(self, address: str, base: str = "") -> tuple[str, Element]:
        """Return the path in the pack and the root of a file, named from the file `base`.

        Raises ConformanceError (INCOMPLETE) when the pack has no such file, or one that is not XML.
        """
        path = posixpath.normpath(posixpath.join(posixpath.dirname(base), address.replace("\\", "/")))
        found = self.files.get(path.lower())
        if found is None:
            raise ConformanceError(ConformanceProblem.INCOMPLETE, posixpath.basename(path))
        parser = etree.XMLParser(
            remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True
        )
        try:
            return path, etree.parse(str(found), parser).getroot()
        except (OSError, etree.XMLSyntaxError) as error:
            raise ConformanceError(ConformanceProblem.INCOMPLETE, found.name) from error

    def schematrons_for(self, document: Element) -> tuple[str, ...]:
        """Return the paths of the schematrons that a document must satisfy.

        The generic ones, and for a structured body that of the volet that its templateId names, if the pack
        has it. Reference: [ANS-KIT] LISEZ-MOI.
        """
        ns = {"h": HL7}
        if document.find("h:component/h:structuredBody", ns) is None:
            return GENERIC
        for template in document.iterfind("h:templateId", ns):
            root, extension = template.get("root", ""), template.get("extension", "")
            versions = _VOLETS.get(root.removeprefix(_VOLET_ROOT)) if root.startswith(_VOLET_ROOT) else None
            if versions:
                path = f"schematrons/CI-SIS_{versions.get(extension, versions[''])}.sch"
                return (*GENERIC, path) if path.lower() in self.files else GENERIC
        return GENERIC


def volets() -> tuple[str, ...]:
    """Return the paths of the schematrons of every volet that we know by its templateId."""
    return tuple(
        f"schematrons/CI-SIS_{name}.sch" for versions in _VOLETS.values() for name in versions.values()
    )


def default_folder() -> Path:
    """Return the folder where the pack is installed, whether it is there or not."""
    told = os.environ.get("DEMO_LGC_CONFORMANCE_PACK")
    return Path(told) if told else Path.home() / ".local" / "share" / "demo_lgc" / "conformance"


def find(folder: Path | None = None) -> Pack | None:
    """Return the pack installed in a folder (the default one when None), None when there is none."""
    folder = folder or default_folder()
    return Pack(folder) if all((folder / path).is_file() for path in (XSD, *GENERIC)) else None


def walk(folder: Path) -> Iterator[Path]:
    """Yield the data files under a folder, in order; no symbolic link is followed nor given."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False) and Path(entry.name).suffix.lower() in SUFFIXES:
            yield Path(entry.path)

"""A document as it reads: what its header says, its sections, and the facts that its entries hold.

These values are made from documents of anybody, conformant or not: what a document does not say is empty,
and nothing here was checked against the record. A document is never refused for saying little.

Reference: [CDA] R2; [CISIS-MIN] §2 header.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.results import LabResult
from demo_lgc.domain.vsm import Vsm

# A date of its own precision, or an instant; an instant without offset is local to whoever wrote it.
When: TypeAlias = PartialDate | datetime

NOWHERE = Code("", "", "")


@dataclass(frozen=True)
class Identifier:
    """An instance identifier: an OID (or a UUID) and, under it, a number."""

    root: str
    extension: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """`root`, or `root^extension`."""
        return f"{self.root}^{self.extension}" if self.extension else self.root


@dataclass(frozen=True)
class Party:
    """A person, an organisation or a device that a document names.

    `part` is what it does there (« Auteur », « Responsable », « Destinataire »), `name` « Dr Jacques COMBE »
    or that of the device, `speciality` and `organisation` are labels, `telecoms` are as people write them.
    """

    part: str = ""
    name: str = field(default="", repr=False)
    speciality: str = ""
    organisation: str = ""
    identifiers: tuple[Identifier, ...] = field(default=(), repr=False)
    address: str = field(default="", repr=False)
    telecoms: tuple[str, ...] = field(default=(), repr=False)
    at: When | None = None


@dataclass(frozen=True)
class DocumentPatient:
    """The traits of the patient, as the document gives them; `sex` is « M », « F », « UN » or empty.

    `ins` is given only for a matricule under one of the four INS authorities, with the right key.
    `birth_name` falls back on a name without qualifier, as old documents have it.
    """

    birth_name: str = field(default="", repr=False)
    used_name: str = field(default="", repr=False)
    given_names: tuple[str, ...] = field(default=(), repr=False)
    first_given_name: str = field(default="", repr=False)
    used_given_name: str = field(default="", repr=False)
    sex: str = ""
    birth_date: PartialDate | None = field(default=None, repr=False)
    birth_place: str = field(default="", repr=False)
    ins: Ins | None = None
    identifiers: tuple[Identifier, ...] = field(default=(), repr=False)
    address: str = field(default="", repr=False)
    telecoms: tuple[str, ...] = field(default=(), repr=False)

    @property
    def display_name(self) -> str:
        """« CHEMIN Henri »: used name (or birth name) in capitals, then given name; empty when unnamed."""
        return " ".join(filter(None, self._called))

    @property
    def initialled_name(self) -> str:
        """« CHEMIN H. », as a window title names a patient."""
        family, given = self._called
        return f"{family} {given[:1]}." if family and given else self.display_name

    @property
    def _called(self) -> tuple[str, str]:
        given = self.used_given_name or self.first_given_name
        return (self.used_name or self.birth_name).upper(), given.title() if given.isupper() else given


@dataclass(frozen=True)
class Metadatum:
    """A line of « Afficher l’entête »: what it is and what the document says, in words."""

    label: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class MetadataGroup:
    """Lines of the header that speak of one thing: the document, the patient, an author…"""

    title: str
    lines: tuple[Metadatum, ...]


@dataclass(frozen=True)
class Section:
    """A section of the body; `anchor` is its name in the HTML. `title` falls back on its code."""

    title: str
    anchor: str
    code: Code = NOWHERE
    subsections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Enclosed:
    """A file that the document carries in itself: its body (level 1) or the copy of its section 55108-5.

    `problem` is a French sentence when the content cannot be what it says it is, else empty.
    """

    media_type: str
    content: bytes = field(repr=False)
    title: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Vaccination:
    """A vaccine given, or not (`given` False: refused, cancelled…), with the reason in `comment`."""

    vaccine: str
    code: Code = NOWHERE
    at: When | None = None
    rank: str = ""
    lot: str = ""
    route: str = ""
    site: str = ""
    performer: str = field(default="", repr=False)
    comment: str = field(default="", repr=False)
    given: bool = True


@dataclass(frozen=True)
class Prescribed:
    """A line of a prescription or of a list of treatments: a medicine or a device, and how to take it."""

    product: str
    code: Code = NOWHERE
    posology: str = ""
    since: When | None = None
    until: When | None = None
    section: str = ""  # the title of the section it comes from


@dataclass(frozen=True)
class ReceivedDocument:
    """Everything a document says.

    `html` is its readable body in the few tags that a `QTextBrowser` lays out, with classes and no colours,
    no address of anything outside of itself, and nothing that runs. `warnings` are French sentences about
    what does not conform and may mislead; they never forbid to read.
    """

    identifier: Identifier
    set_id: Identifier
    version: int  # 0 when the document does not say
    replaces: Identifier | None
    type: Code
    title: str
    created_at: When | None
    patient: DocumentPatient
    authors: tuple[Party, ...]
    responsible: Party  # legal authenticator
    custodian: Party
    metadata: tuple[MetadataGroup, ...]
    sections: tuple[Section, ...]
    html: str = field(repr=False)
    enclosed: tuple[Enclosed, ...] = ()
    templates: tuple[str, ...] = ()  # `root` or `root^extension`
    results: tuple[LabResult, ...] = field(default=(), repr=False)
    vsm: Vsm | None = field(default=None, repr=False)
    vaccinations: tuple[Vaccination, ...] = field(default=(), repr=False)
    prescriptions: tuple[Prescribed, ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def organisation(self) -> str:
        """Who issued it: the custodian, else the organisation of its first author."""
        first = next((author.organisation for author in self.authors if author.organisation), "")
        return self.custodian.organisation or self.custodian.name or first

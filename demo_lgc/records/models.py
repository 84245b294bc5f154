"""The tables. Rows stay in this room: the functions beside this module turn them into domain values.

What was frozen before it left (parts, wire identifiers, documents), every version of a VSM and the trace
are moreover protected by triggers, written in the migrations: no statement can change them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from demo_lgc.domain.agenda import Progress
from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence
from demo_lgc.domain.identity import IdentityStatus, Sex
from demo_lgc.domain.timeline import Lane
from demo_lgc.records.columns import Moment, Named, Packed, Words

PATIENT = "patient.id"


class Base(DeclarativeBase):
    """The schema; constraints have predictable names so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PatientRow(Base):
    """A patient and the strict traits; `opposition_by` and `_at` tell who recorded the last change of it."""

    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(primary_key=True)
    ipp: Mapped[str] = mapped_column(unique=True)
    birth_name: Mapped[str]
    given_names: Mapped[tuple[str, ...]] = mapped_column(Words)
    birth_date: Mapped[date]
    sex: Mapped[Sex] = mapped_column(Named(Sex))
    birth_place: Mapped[str]
    status: Mapped[IdentityStatus] = mapped_column(Named(IdentityStatus))
    matricule: Mapped[str | None] = mapped_column(index=True)
    ins_oid: Mapped[str | None]
    used_name: Mapped[str]
    used_given_name: Mapped[str]
    street: Mapped[str]
    postal_code: Mapped[str]
    city: Mapped[str]
    phones: Mapped[tuple[str, ...]] = mapped_column(Words)
    important: Mapped[tuple[str, ...]] = mapped_column(Words)
    opposed_to_dmp: Mapped[bool]
    opposition_by: Mapped[str | None]
    opposition_at: Mapped[datetime | None] = mapped_column(Moment)


class PatientNameRow(Base):
    """A spelling under which a patient is looked for: see `domain.naming.key_of`."""

    __tablename__ = "patient_name"

    key: Mapped[str] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), primary_key=True, index=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class AppointmentRow(Base):
    """A slot of the agenda; `day` is the local day of `starts_at`."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), index=True)
    reason: Mapped[str]
    progress: Mapped[Progress] = mapped_column(Named(Progress))

    patient: Mapped[PatientRow] = relationship(lazy="joined")


class VsmRow(Base):
    """One version of a patient's synthesis. `number` counts from 1; the greatest is the current one."""

    __tablename__ = "vsm"

    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(Moment)


class DocumentRow(Base):
    """A document, with its bytes when the practice has them. `sha256` is that of the bytes."""

    __tablename__ = "document"

    unique_id: Mapped[str] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), index=True)
    set_id: Mapped[str]
    version: Mapped[int]
    replaces: Mapped[str | None]
    title: Mapped[str]
    type_code: Mapped[str]
    type_label: Mapped[str]
    author: Mapped[str]
    organisation: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment)
    origin: Mapped[str]
    state: Mapped[str]
    mime_type: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(Packed, deferred=True)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf: Mapped[bytes | None] = mapped_column(Packed, deferred=True)

    # The rules of reception are checked before; this holds whatever the code that writes.
    __table_args__ = (Index("ix_document_set_id", "set_id", "patient_id", "version", unique=True),)


class EventRow(Base):
    """An event of the timeline that is not a document."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), index=True)
    day: Mapped[date]
    lane: Mapped[Lane] = mapped_column(Named(Lane))
    title: Mapped[str]
    until: Mapped[date | None]
    origin: Mapped[str]
    document_id: Mapped[str]
    done: Mapped[date | None]


class CorrespondentRow(Base):
    """An entry of the address book. `address` is in lower case, `key` what is searched."""

    __tablename__ = "correspondent"

    address: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    speciality: Mapped[str]
    place: Mapped[str]
    key: Mapped[str]


class DmpStateRow(Base):
    """What the DMP last said of a patient."""

    __tablename__ = "dmp_state"

    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), primary_key=True)
    existence: Mapped[DmpExistence] = mapped_column(Named(DmpExistence))
    authorisation: Mapped[DmpAuthorisation] = mapped_column(Named(DmpAuthorisation))
    treating_doctor: Mapped[bool]
    attached_to_mes: Mapped[bool]
    closed_on: Mapped[date | None]
    closing_reason: Mapped[str]
    asked_at: Mapped[datetime | None] = mapped_column(Moment)


class ShareRow(Base):
    """One gesture of sharing: one document, one or several deliveries."""

    __tablename__ = "share"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey(PATIENT), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.unique_id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class DeliveryRow(Base):
    """One branch of a sharing. `version` is that of `Delivery`: one more at each save."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    share_id: Mapped[int] = mapped_column(ForeignKey("share.id"), index=True)
    channel: Mapped[Channel] = mapped_column(Named(Channel))
    destination: Mapped[str]
    label: Mapped[str]
    wire_id: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(Named(DeliveryState), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int]
    attempted_at: Mapped[datetime | None] = mapped_column(Moment)
    next_try: Mapped[datetime | None] = mapped_column(Moment)
    content_left: Mapped[bool]
    filed: Mapped[bool]
    reason_kind: Mapped[str]
    reason_code: Mapped[str]
    reason_text: Mapped[str]
    version: Mapped[int]

    share: Mapped[ShareRow] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_delivery_wire_id", "wire_id", unique=True, sqlite_where=text("wire_id <> ''")),
    )


class PartRow(Base):
    """A frozen piece of a delivery, with the sha256 of its bytes."""

    __tablename__ = "part"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(Packed)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("delivery_id", "name"),)


class TraceRow(Base):
    """An act: who, when, what, about whom, with what outcome. No content."""

    __tablename__ = "trace"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    structure: Mapped[str]
    act: Mapped[str]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey(PATIENT), index=True)
    outcome: Mapped[str]

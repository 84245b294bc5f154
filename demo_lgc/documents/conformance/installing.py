"""Install a conformance pack: copy what is needed of it, mend its known defects, keep it only if it is whole.

The pack comes from a folder that the user downloaded: nothing but data files of bounded size is taken, no
link is followed, and the pack in use is replaced in one rename, or not at all.

Reference: [ANS-KIT] TestContenuCDA-3-0.
"""

from __future__ import annotations

import logging
import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from demo_lgc.documents.conformance.pack import FOLDERS, GENERIC, VALUE_SETS, Pack, find, volets, walk
from demo_lgc.documents.conformance.schema import SchematronError, read_schema
from demo_lgc.documents.conformance.schema_check import XmlSchema
from demo_lgc.documents.conformance.schematron import compiled
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem

MAX_FILES = 10_000
MAX_BYTES = 200_000_000
MAX_FILE = 20_000_000
# A terminology stays in memory, ten times its size. Without it no code of its system is checked, which is
# what the ANS does with those that it does not publish.
MAX_TERMINOLOGIES = 30_000_000

_log = logging.getLogger(__name__)
_SVS = "{urn:ihe:iti:svs:2008}"
_OPENED = re.compile(r"pack:doc(?:ument)?\('([^']+)'\)")
_VOCABULARY = re.compile(r"voc-([\d.]+)-DYNAMIC\.xml")


def install(source: Path, target: Path) -> Pack:
    """Copy the pack in `source` to the folder `target`, in the place of the one that was there; return it.

    A schematron of a volet whose parts are missing is left out: such documents get the generic ones.
    Raises ConformanceError: NOT_A_PACK, TOO_LARGE, INCOMPLETE (with the name of a file), UNWRITABLE; then
    what was in `target` is untouched.
    """
    if not all((source / name).is_dir() for name in FOLDERS):
        raise ConformanceError(ConformanceProblem.NOT_A_PACK)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".conformance-", dir=target.parent))
        try:
            _copy(source, staging)
            _mend(Pack(staging))
            _verify(Pack(staging))
            _swap(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)  # what is left of it, if anything
    except OSError as error:
        raise ConformanceError(ConformanceProblem.UNWRITABLE, type(error).__name__) from error
    return Pack(target)


def _copy(source: Path, staging: Path) -> None:
    count = total = terminologies = 0
    for path in (path for name in FOLDERS for path in walk(source / name)):
        size = path.stat(follow_symlinks=False).st_size
        if path.suffix.lower() == ".rdf":
            terminologies += size
            if terminologies > MAX_TERMINOLOGIES:
                _log.info("a terminology is too large to be kept: %s", path.name)
                terminologies -= size
                continue
        count, total = count + 1, total + size
        if count > MAX_FILES or total > MAX_BYTES or size > MAX_FILE:
            raise ConformanceError(ConformanceProblem.TOO_LARGE, path.name)
        copy = staging / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy, follow_symlinks=False)


def _mend(pack: Pack) -> None:
    """Write, from the value sets, the vocabularies that a generic schematron opens and that were not shipped.

    Raises ConformanceError (INCOMPLETE) when a schematron of every document opens what is nowhere.
    """
    for path in GENERIC:
        for address in _opened(pack, path):
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
            if wanted.lower() in pack.files:
                continue
            vocabulary = _VOCABULARY.fullmatch(posixpath.basename(wanted))
            concepts = _concepts(pack, vocabulary.group(1)) if vocabulary else None
            if concepts is None or wanted.startswith(".."):
                raise ConformanceError(ConformanceProblem.INCOMPLETE, posixpath.basename(wanted))
            (pack.folder / wanted).write_bytes(etree.tostring(concepts, encoding="utf-8"))


def _opened(pack: Pack, path: str) -> Iterator[str]:
    """Yield the addresses that a schematron opens by name. Raises ConformanceError (INCOMPLETE)."""
    try:
        sheet = compiled(read_schema(path, pack.load), path, {})
    except SchematronError as error:
        raise ConformanceError(ConformanceProblem.INCOMPLETE, posixpath.basename(path)) from error
    yield from sorted(set(_OPENED.findall(sheet)))


def _concepts(pack: Pack, oid: str) -> etree._Element | None:
    """Return a value set (IHE SVS) as the schematron of the header reads them, None when there is none."""
    for name, file in pack.files.items():
        # Of five hundred value sets one is wanted; some of the others are empty files.
        if not name.startswith(VALUE_SETS.lower()) or f'id="{oid}"'.encode() not in file.read_bytes():
            continue
        _, root = pack.load(name)
        for value_set in root.iter(f"{_SVS}ValueSet"):
            if value_set.get("id") == oid:
                made = etree.Element("valueSets")
                listed = etree.SubElement(etree.SubElement(made, "valueSet", id=oid), "conceptList")
                for concept in value_set.iter(f"{_SVS}Concept"):
                    etree.SubElement(listed, "concept", {str(k): str(v) for k, v in concept.attrib.items()})
                return made
    return None


def _verify(pack: Pack) -> None:
    """Raise ConformanceError (INCOMPLETE) unless the pack can judge; drop the volets that it cannot.

    The generic schematrons were read whole by `_mend`.
    """
    XmlSchema(pack)
    if not any(name.startswith(VALUE_SETS.lower()) for name in pack.files):
        raise ConformanceError(ConformanceProblem.INCOMPLETE, VALUE_SETS)
    for path in volets():
        file = pack.files.get(path.lower())
        if file is None:
            continue
        try:
            [*_opened(pack, path)]
        except ConformanceError as error:
            _log.info("a volet is left out: %s wants %s", file.name, error.detail)
            file.unlink()
    if find(pack.folder) is None:
        raise ConformanceError(ConformanceProblem.INCOMPLETE)


def _swap(staging: Path, target: Path) -> None:
    """Put the new folder in the place of the old one, which comes back if that fails."""
    if not target.exists():
        staging.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=".conformance-", dir=target.parent))
    os.replace(target, old / "pack")
    try:
        staging.rename(target)
    except OSError:
        os.replace(old / "pack", target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)

"""xmlsec1, an independent judge of XML signatures. Debian: apt install xmlsec1."""

from __future__ import annotations

import binascii
import shutil
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import strategies as st
from lxml import etree

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"


@dataclass(frozen=True)
class Xmlsec1:
    """Judges in `folder`; believes the roots of `anchors` and knows the `between` above the signer, PEM."""

    program: str
    folder: Path

    @classmethod
    def in_folder(cls, folder: Path, anchors: bytes, between: bytes = b"") -> Xmlsec1:
        """Find the program, or skip the test."""
        program = shutil.which("xmlsec1")
        if program is None:
            pytest.skip("xmlsec1 is not installed (apt install xmlsec1)")
        (folder / "anchors.pem").write_bytes(anchors)
        (folder / "between.pem").write_bytes(between or anchors)
        return cls(program, folder)

    def accepts_manifest(self, signature: bytes) -> bool:
        """True when the signature document of a lot holds; what its manifest names is not looked at."""
        return self._verify(signature, "--ignore-manifests").returncode == 0

    def accepts_enveloped(self, content: bytes, element: str = ASSERTION) -> bool:
        """True when `element` (namespace:name), somewhere in `content`, is as it was signed."""
        return self._verify(content, "--id-attr:ID", element).returncode == 0

    def accepts_lot(self, signature: bytes, lot: str, unique_id: str, document: bytes) -> bool:
        """True when the signature of the lot holds and its digest of the document is that of `document`.

        The lot itself has no bytes: its digest is a fixed one, which no file has.
        """
        (self.folder / "nothing").write_bytes(b"")
        (self.folder / "document.xml").write_bytes(document)
        places = (f"--url-map:urn:oid:{lot}", "nothing", f"--url-map:urn:oid:{unique_id}", "document.xml")
        said = self._verify(signature, *places)
        return said.returncode == 0 and b"Manifests References (ok/all): 1/2" in said.stderr

    def _verify(self, content: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
        path = self.folder / "signed.xml"
        path.write_bytes(content)
        trusted = ("--trusted-pem", "anchors.pem", "--untrusted-pem", "between.pem")
        command = [self.program, "--verify", *trusted, *options, path.name]
        return subprocess.run(command, cwd=self.folder, capture_output=True, check=False)


def one_byte_changed(content: bytes, start: int = 0, end: int | None = None) -> st.SearchStrategy[bytes]:
    """The same bytes but one, between `start` and `end`."""
    places = st.integers(start, (len(content) if end is None else end) - 1)
    return st.builds(
        lambda at, other: content[:at] + bytes([other]) + content[at + 1 :], places, st.integers(32, 126)
    )


def meaning(content: bytes) -> bytes:
    """What an XML text says: two with the same meaning are one to any verifier; empty for none."""
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError:
        return b""
    for element in root.iter("{*}DigestValue", "{*}SignatureValue", "{*}X509Certificate"):
        try:  # the last character of a base64 text has bits that say nothing
            element.text = b64decode(element.text or "").hex()
        except binascii.Error:
            element.text = f"not base64: {element.text}"
    try:
        return etree.tostring(root, method="c14n")
    except etree.C14NError:  # the name of a namespace is no longer absolute
        return b""

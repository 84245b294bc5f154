"""The XAdES signature of a lot: every digest computed again, the key found to be the card's signature key.

Reference: [DMP] §8.4; [XADES] 1.1.1; [CPS] §5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lxml import etree

from demo_lgc.sandbox.dmp import c14n
from demo_lgc.sandbox.dmp.caller import Caller, Directory
from demo_lgc.sandbox.dmp.certificates import check_signature_certificate, rdns_of, rdns_of_text
from demo_lgc.sandbox.dmp.names import DS, XADES, Doctype, children, local, parse, text_of
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, repository_metadata
from demo_lgc.sandbox.dmp.vihf_signature import (
    RSA_SHA256,
    SHA256,
    certificate_in,
    decoded,
    rsa_signature_holds,
)

_NS = {"d": DS, "x": XADES}
_MANIFEST_TYPE = f"{DS}Manifest"
_PROPERTIES_TYPE = f"{XADES}SignedProperties"
_PURPOSE = "1.2.840.10065.1.12.1.14"
_DIGESTS = (SHA256, f"{DS}sha256")  # the second, not standard, is on the real wire for certificates


def check_signature(
    content: bytes,
    submission_id: str,
    documents: Mapping[str, etree._Element],
    caller: Caller,
    directory: Directory,
) -> None:
    """Verify the signature document. `documents` are the roots of the CDAs, by uniqueId.

    Raises RegistryRefusal XDSRepositoryMetadataError when it is not what was signed, the fault
    DMPInvalidCertificate when another key than the card's signature key made it.
    """
    try:
        root = parse(content)
        _structure(root)
        certificate = certificate_in(root)
        check_signature_certificate(certificate, directory.authorities, caller.national_id)
        _manifest(root, submission_id, documents)
        _properties(root, certificate)
        _signed_info(root, certificate)
    except (etree.XMLSyntaxError, etree.C14NError, Doctype, ValueError):
        raise _wrong("document illisible") from None


def _wrong(what: str) -> RegistryRefusal:
    return repository_metadata(f"signature XAdES : {what}")


def _structure(root: etree._Element) -> None:
    names = [child.tag for child in children(root)]
    wanted = [f"{{{DS}}}{name}" for name in ("SignedInfo", "SignatureValue", "KeyInfo")]
    if root.tag != f"{{{DS}}}Signature" or not root.get("Id") or names[:3] != wanted:
        raise _wrong("structure")
    objects = [[c.tag for c in children(o)] for o in root.findall("d:Object", _NS)]
    if names[3:] != [f"{{{DS}}}Object"] * 3 or objects != [
        [f"{{{DS}}}Manifest"],
        ["SignatureProperties"],  # in no namespace, as the DMP writes it
        [f"{{{XADES}}}QualifyingProperties"],
    ]:
        raise _wrong("objets")
    purpose = root.find("d:Object/SignatureProperties/SignatureProperty", _NS)
    if purpose is None or purpose.get("Id") != "purposeOfSignature" or text_of(purpose) != _PURPOSE:
        raise _wrong("purposeOfSignature")
    target = f"#{root.get('Id')}"
    qualifying = root.find("d:Object/x:QualifyingProperties", _NS)
    if purpose.get("Target") != target or qualifying is None or qualifying.get("Target") != target:
        raise _wrong("Target")
    ids = [str(e.get("Id")) for e in root.iter() if isinstance(e.tag, str) and e.get("Id")]
    if len(ids) != len(set(ids)):
        raise _wrong("deux éléments ont le même Id")


def _manifest(root: etree._Element, submission_id: str, documents: Mapping[str, etree._Element]) -> None:
    manifest = root.find("d:Object/d:Manifest", _NS)
    if manifest is None or manifest.get("Id") != "IHEManifest":
        raise _wrong("IHEManifest")
    references = {}
    for reference in children(manifest):
        uri = reference.get("URI", "")
        if reference.tag != f"{{{DS}}}Reference" or uri in references:
            raise _wrong("références du manifeste")
        references[uri] = reference
    if set(references) != {f"urn:oid:{submission_id}", *(f"urn:oid:{u}" for u in documents)}:
        raise _wrong("le manifeste ne désigne pas le lot et ses documents")
    if decoded(references[f"urn:oid:{submission_id}"].find("d:DigestValue", _NS)) != b"\x00":
        raise _wrong("empreinte du lot")
    for unique_id, document in documents.items():
        reference = references[f"urn:oid:{unique_id}"]
        transforms = [t.get("Algorithm") for t in reference.findall("d:Transforms/d:Transform", _NS)]
        if transforms != [c14n.INCLUSIVE_WITH_COMMENTS]:
            raise _wrong("transformation d'un document")
        if _digest(reference) != hashlib.sha256(c14n.whole_document(document)).digest():
            raise _wrong("empreinte d'un document")


def _digest(reference: etree._Element, methods: tuple[str, ...] = (SHA256,)) -> bytes:
    method = reference.find("d:DigestMethod", _NS)
    if method is None or method.get("Algorithm") not in methods:
        raise _wrong("algorithme d'empreinte")
    return decoded(reference.find("d:DigestValue", _NS))


def _properties(root: etree._Element, certificate: x509.Certificate) -> None:
    signed = root.find("d:Object/x:QualifyingProperties/x:SignedProperties", _NS)
    if signed is None or [local(c) for c in children(signed)][:1] != ["SignedSignatureProperties"]:
        raise _wrong("SignedProperties")
    inside = children(children(signed)[0])
    names = ["SigningTime", "SigningCertificate", "SignaturePolicyIdentifier"]
    if [c.tag for c in inside] != [f"{{{XADES}}}{name}" for name in names]:
        raise _wrong("SignedSignatureProperties")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", text_of(inside[0])):
        raise _wrong("SigningTime")
    if inside[2].find("x:SignaturePolicyImplied", _NS) is None:
        raise _wrong("SignaturePolicyImplied")
    first = inside[1].find("x:Cert", _NS)
    digest = first.find("x:CertDigest", _NS) if first is not None else None
    if first is None or digest is None:
        raise _wrong("SigningCertificate")
    if _certificate_digest(digest) != certificate.fingerprint(hashes.SHA256()):
        raise _wrong("CertDigest")
    serial = first.find("x:IssuerSerial/d:X509SerialNumber", _NS)
    issuer = first.find("x:IssuerSerial/d:X509IssuerName", _NS)
    if text_of(serial) != str(certificate.serial_number):
        raise _wrong("X509SerialNumber")
    if rdns_of_text(text_of(issuer)) != rdns_of(certificate.issuer):
        raise _wrong("X509IssuerName")


def _certificate_digest(digest: etree._Element) -> bytes:
    method = digest.find("x:DigestMethod", _NS)
    if method is None or method.get("Algorithm") not in _DIGESTS:
        raise _wrong("algorithme de CertDigest")
    return decoded(digest.find("x:DigestValue", _NS))


def _signed_info(root: etree._Element, certificate: x509.Certificate) -> None:
    info = root.find("d:SignedInfo", _NS)
    manifest = root.find("d:Object/d:Manifest", _NS)
    signed = root.find("d:Object/x:QualifyingProperties/x:SignedProperties", _NS)
    if info is None or manifest is None or signed is None:
        raise _wrong("structure")
    canonical, method = info.find("d:CanonicalizationMethod", _NS), info.find("d:SignatureMethod", _NS)
    if canonical is None or canonical.get("Algorithm") != c14n.INCLUSIVE_WITH_COMMENTS:
        raise _wrong("CanonicalizationMethod")
    if method is None or method.get("Algorithm") != RSA_SHA256:
        raise _wrong("SignatureMethod")
    references = {r.get("Type", ""): r for r in info.findall("d:Reference", _NS)}
    if set(references) != {_MANIFEST_TYPE, _PROPERTIES_TYPE} or len(info.findall("d:Reference", _NS)) != 2:
        raise _wrong("références de SignedInfo")
    for kind, element in ((_MANIFEST_TYPE, manifest), (_PROPERTIES_TYPE, signed)):
        reference = references[kind]
        if reference.get("URI") != f"#{element.get('Id')}" or reference.find("d:Transforms", _NS) is not None:
            raise _wrong("référence de SignedInfo")
        if _digest(reference) != hashlib.sha256(c14n.inclusive(element)).digest():
            raise _wrong(f"empreinte de {local(element)}")
    value = decoded(root.find("d:SignatureValue", _NS))
    if not rsa_signature_holds(certificate, value, c14n.inclusive(info, comments=True)):
        raise _wrong("SignatureValue")

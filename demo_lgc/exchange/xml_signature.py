"""XML signatures with the card's signature key: what every one is made of, and the enveloped one.

Exclusive canonical XML does not depend on where an element stands, so that an assertion is signed alone, then
laid in its envelope; the inclusive form, which lxml gets right for a whole document only, is for XAdES.

Reference: XML-Signature; Exclusive XML Canonicalization 1.0; [DMP] §2.3; [CPS] §5.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from lxml import etree

from demo_lgc.domain.trust import Signer

DS = "http://www.w3.org/2000/09/xmldsig#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"


def sign_enveloped(
    root: etree._Element, signer: Signer, *, after: etree._Element, id_name: str = "ID"
) -> etree._Element:
    """Sign the whole of `root`; the signature becomes the next sibling of `after`, a child of `root`.

    The attribute `id_name` of `root` is what the signature refers to. `root` may move to another document
    that gives no other prefix to its namespaces: lxml would take that one. Returns the signature. Raises
    CardError (the card is gone or refused), ValueError when `root` has no such attribute.
    """
    identifier = root.get(id_name)
    if not identifier:
        raise ValueError(f"nothing to refer to: no attribute {id_name}")
    signature = etree.Element(f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = _signed_info(identifier, sha256_text(_canonical(root)))
    value = signer.sign(_canonical(info))
    signature.append(info)
    add(signature, "SignatureValue").text = b64encode(value).decode()
    certificate = add(add(add(signature, "KeyInfo"), "X509Data"), "X509Certificate")
    certificate.text = b64encode(signer.certificate).decode()
    after.addnext(signature)
    return signature


def add(owner: etree._Element, name: str, **attributes: str) -> etree._Element:
    """Add an element of XML-Signature to `owner`, with the prefix that its namespace has there."""
    return etree.SubElement(owner, f"{{{DS}}}{name}", attributes)


def add_digest(reference: etree._Element, value: str) -> None:
    """Say in a Reference that the SHA-256 digest is `value`, base64."""
    add(reference, "DigestMethod", Algorithm=SHA256)
    add(reference, "DigestValue").text = value


def sha256_text(content: bytes) -> str:
    """Return the SHA-256 digest of `content` in base64."""
    return b64encode(sha256(content).digest()).decode()


def _signed_info(identifier: str, digest: str) -> etree._Element:
    info = etree.Element(f"{{{DS}}}SignedInfo", nsmap={"ds": DS})
    add(info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    add(info, "SignatureMethod", Algorithm=RSA_SHA256)
    reference = add(info, "Reference", URI=f"#{identifier}")
    transforms = add(reference, "Transforms")
    add(transforms, "Transform", Algorithm=ENVELOPED)
    add(transforms, "Transform", Algorithm=EXCLUSIVE)
    add_digest(reference, digest)
    return info


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)

"""What every module that knows CDA shares: its namespaces, its root, its largest size, its elements.

Reference: [CDA] R2.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ROOT = f"{{{HL7}}}ClinicalDocument"

MAX_BYTES = 25_000_000  # larger than any document that the DMP or a mailbox takes

Element: TypeAlias = etree._Element

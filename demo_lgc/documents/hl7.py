"""The namespaces of CDA, and what an element of a tree that was read is called here.

Reference: [CDA] R2.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element: TypeAlias = etree._Element

"""Files as others send them: a CDA of a few lines about M. CHEMIN, and things that are not one."""

from __future__ import annotations

HENRI = """<id root="1.2.250.1.213.1.4.10" extension="148086322090266"/>
<patient><name><family qualifier="BR">CHEMIN</family>
<given>HENRI LOUIS</given><given qualifier="BR">HENRI</given></name>
<administrativeGenderCode code="M"/><birthTime value="19480818"/></patient>"""

CHANTAL = """<id root="1.2.3" extension="7"/>
<patient><name><family qualifier="BR">LEGRAND</family><given qualifier="BR">CHANTAL</given></name>
<administrativeGenderCode code="F"/><birthTime value="19560302"/></patient>"""

PLAIN = "<section><title>Conclusion</title><text>Tout va bien.</text></section>"

CRITICAL = """<section><templateId root="1.3.6.1.4.1.19376.1.3.3.2.1"/>
<code code="18719-5" codeSystem="2.16.840.1.113883.6.1"/><title>Biochimie</title><text>Potassium 7,1</text>
<entry><templateId root="1.3.6.1.4.1.19376.1.3.1"/><act classCode="ACT" moodCode="EVN">
<statusCode code="completed"/><entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
<templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
<code code="2823-3" codeSystem="2.16.840.1.113883.6.1" displayName="Potassium"/><statusCode code="completed"/>
<effectiveTime value="20261118080000+0100"/><value xsi:type="PQ" value="7.1" unit="mmol/L"/>
<interpretationCode code="HH" codeSystem="2.16.840.1.113883.5.83"/>
</observation></entryRelationship></act></entry></section>"""


def a_cda(
    root: str = "2.25.71",
    extension: str = "",
    set_id: str = '<setId root="2.25.70"/>',
    version: str = '<versionNumber value="1"/>',
    time: str = '<effectiveTime value="20261118101500+0100"/>',
    patient: str = HENRI,
    section: str = PLAIN,
) -> bytes:
    """Return a report of a laboratory about M. CHEMIN; a part may be replaced, or left out with ''."""
    under = f' extension="{extension}"' if extension else ""
    identifier = f'<id root="{root}"{under}/>' if root else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
{identifier}
<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d’examens biologiques"/>
<title>Bilan   biologique</title>{time}{set_id}{version}
<recordTarget><patientRole>{patient}</patientRole></recordTarget>
<author><assignedAuthor><assignedPerson>
<name><family>CLAN</family><given>Sylvie</given></name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization>
<name>Labo Auteuil</name></representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody><component>{section}</component></structuredBody></component>
</ClinicalDocument>""".encode()


NOT_A_DOCUMENT = b"%PDF-1.4 a file that somebody renamed\n"
HALF = a_cda()[:900]

"""The codes the simulated DMP takes: the part of its value sets a general practice meets.

Reference: [DMP] §8.2–8.4, EX_2.1-1010; JDV_J02, J04, J07, J57–J60 and ASS_X16 of the ANS.
"""

from __future__ import annotations

LOINC = "2.16.840.1.113883.6.1"
TYPES_FR = "1.2.250.1.213.1.1.4.12"  # TRE_A05
CLASSES = "1.2.250.1.213.1.1.4.1"  # TRE_A03
FORMATS_FR = "1.2.250.1.213.1.1.4.2.282"  # TRE_A06
FORMATS_IHE = "1.3.6.1.4.1.19376.1.2.3"  # TRE_A11
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
CONFIDENTIALITY_FR = "1.2.250.1.213.1.1.4.13"
SETTINGS = "1.2.250.1.213.1.1.4.9"  # TRE_A01
SECTORS = "1.2.250.1.71.4.2.4"  # TRE_R02
OTHER_PLACES = "1.2.250.1.213.1.1.4.6"
CONTENTS = "1.2.250.1.213.2.2"
SPECIALTIES = ("1.2.250.1.213.1.1.4.5", OTHER_PLACES)

# classCode -> typeCodes. ASS_X16-CorrespondanceType-Classe. LOINC unless the code is not a LOINC one.
_TYPES = {
    "10": "11488-4 11490-0 11502-2 11505-5 11506-3 11526-1 15507-7 15508-5 28653-4 29274-8 34112-3 34749-2 "
    "34794-8 34874-8 34875-5 47420-5 51969-4 59283-2 60568-3 67851-6 70004-7 75482-0 75492-9 75496-0 "
    "77436-4 78513-9 78601-2 83981-1 85208-7 93024-8 96349-6 BIL_AUTO",
    "11": "SYNTH 18761-7 34133-9 34842-5 56445-0 57055-6 57057-2 57075-4 60591-5 68599-0 68817-6 74207-2 "
    "78489-2 80820-4 83836-7 83901-9 88348-8 89235-6",
    "31": "18748-4 52040-3 IMG-KOS",
    "42": "57833-6 57828-6 57832-8 55115-0 61357-0 75468-9 PRESC-BIO PRESC-KINE PRESC-INF PRESC-PEDI "
    "PRESC-ORTHOPHO PRESC-ORTHOPTIE PRESC-AAT",
    "43": "60593-1 DISP_AUT",
    "44": "18776-5 77604-7 80771-9 80788-3 83869-8 PROT_ALD",
    "45": "80565-5",
    "52": "CERT_DECL 89601-9 87273-9 96173-0 96874-3",
    "95": "59284-0 86531-1 AUTORIS-SOINS",
}
CLASS_TYPES = {group: frozenset(types.split()) for group, types in _TYPES.items()}
FORBIDDEN_CLASSES = ("60", "90")
FORBIDDEN_TYPES = ("REMB", "11369-6")  # and DOCPAT*

FORMATS = {
    "urn:asip:ci-sis:vsm:2012": (FORMATS_FR,),
    "urn:asip:ci-sis:ldl-ees:2017": (FORMATS_FR,),
    "urn:asip:ci-sis:ldl-ses:2017": (FORMATS_FR,),
    "urn:asip:ci-sis:vac-note:2021": (FORMATS_FR,),
    "urn:asip:ci-sis:vac:2019": (FORMATS_FR,),
    "urn:asip:ci-sis:tlm-da:2020": (FORMATS_FR,),
    "urn:asip:ci-sis:dlu:2015": (FORMATS_FR,),
    "urn:asip:ci-sis:cse-cs8:2017": (FORMATS_FR,),
    "urn:ans:ci-sis:img-da:2022": (FORMATS_FR,),
    "urn:ans:ci-sis:cse-mde:2023": (FORMATS_FR,),
    "urn:asipSante:modelesHorsProfils:2011": (FORMATS_FR,),
    "urn:ihe:lab:xd-lab:2008": (FORMATS_IHE,),
    "urn:ihe:pharm:pre:2010": (FORMATS_IHE,),
    "urn:ihe:pharm:dis:2010": (FORMATS_IHE,),
    "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013": (FORMATS_IHE,),
    "urn:ihe:pcc:ips:2020": (FORMATS_IHE,),
    "urn:ihe:iti:xds-sd:pdf:2008": (FORMATS_IHE,),
    "urn:ihe:iti:xds-sd:text:2008": (FORMATS_IHE,),
    "urn:ihe:iti-fr:xds-sd:rtf:2010": (FORMATS_IHE, FORMATS_FR),
    "urn:ihe:iti-fr:xds-sd:jpeg:2010": (FORMATS_IHE, FORMATS_FR),
    "urn:ihe:iti-fr:xds-sd:tiff:2010": (FORMATS_IHE, FORMATS_FR),
}
CONFIDENTIALITIES = {
    "N": CONFIDENTIALITY,
    "R": CONFIDENTIALITY,
    "V": CONFIDENTIALITY,
    "MASQUE_PS": CONFIDENTIALITY_FR,
    "INVISIBLE_PATIENT": CONFIDENTIALITY_FR,
    "INVISIBLE_REPRESENTANTS_LEGAUX": CONFIDENTIALITY_FR,
}
_SETTINGS = "AMBULATOIRE ETABLISSEMENT HAD SAD MAD PALLIATIF SAMU_SMUR DEPISTAGE ESSMS AMO"
_FACILITIES = "SA01 SA04 SA05 SA07 SA08 SA09 SA17 SA25 SA33 SA50 SA52 SA64 SA67"
PRACTICE_SETTINGS = dict.fromkeys(_SETTINGS.split(), SETTINGS)
FACILITIES = dict.fromkeys(_FACILITIES.split(), SECTORS)
CITY_FACILITIES = ("SA05", "SA07", "SA08", "SA09", "SA50", "SA52", "SA64", "SA67")
CONTENT_TYPES = {**FACILITIES, **{f"{number:02}": CONTENTS for number in range(1, 30)}}

# The signature document of a lot: (code, codingScheme). [DMP] §8.4
SIGNATURE_CLASS = ("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN")
SIGNATURE_TYPE = ("E1762", "ASTM")
SIGNATURE_FORMAT = ("http://www.w3.org/2000/09/xmldsig#", "URN")
SIGNATURE_EVENT = ("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12")


def type_system(code: str) -> str:
    """The code system of a typeCode: LOINC when it has the look of one."""
    head, dash, tail = code.partition("-")
    return LOINC if dash and head.isdigit() and len(tail) == 1 else TYPES_FR

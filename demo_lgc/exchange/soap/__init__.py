"""SOAP 1.2 with WS-Addressing and MTOM, as the DMP wants it. Reference: [DMP] §1.4, §1.5."""

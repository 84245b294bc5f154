"""The XDM archive that travels by mail. Reference: [XDM] ITI-32; [MSS] §2."""

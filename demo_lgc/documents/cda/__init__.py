"""CDA R2 as the CI-SIS profiles it. Reference: [CISIS-MIN], [VSM]."""

"""Turns domain values into documents (CDA, PDF/A) without a database, a card or a network."""

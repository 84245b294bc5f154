"""Speaks to the national services; moves headers and bytes without knowing how a document is made."""

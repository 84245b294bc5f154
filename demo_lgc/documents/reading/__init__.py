"""Reads the CDA of anybody: header, sections, facts. Nothing found in a document is ever executed."""

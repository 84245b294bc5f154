"""Keeps and finds: the store of the practice. The only room that speaks SQL; no row leaves it."""

"""Our own rules: what must be mended before a document is written, and what every written one satisfies."""

"""How names are compared: letters and digits only, without accents, hyphens, apostrophes or case.

Reference: [INS] RNIV 1, EXI SI 03 and PP 20: hyphens and apostrophes do not count.
"""

from __future__ import annotations

import unicodedata

LAST = "\U0010ffff"  # sorts after every letter


def key_of(text: str) -> str:
    """Return « DARTAGNAN » for « d’Artagnan », « MARIEJOSE » for « Marie-José », « COEUR » for « Cœur »."""
    spelled = text.casefold().replace("œ", "oe").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in plain if letter.isalnum()).upper()

"""The colours of the three themes, by use, and how readable each ink is on each ground.

Every colour on the screen is a field of `Tokens`; nothing else in the program names a colour. `PAIRS`
lists which ink is laid on which ground and the lowest contrast allowed: 4.5 for words, 3 for drawings
(WCAG 2.2, 1.4.3 and 1.4.11). A test recomputes every ratio.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One theme, `#RRGGBB`. A `*_soft` field is the ground of a chip or strip written in the plain tone."""

    name: str
    window: str  # behind the cards
    surface: str  # cards, lists, fields
    sunken: str  # headers, read-only, empty
    hover: str
    selected: str
    line: str  # separators: decoration, no floor
    edge: str  # borders of what can be typed in or ticked
    text: str
    text2: str
    text3: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    danger: str
    danger_soft: str
    dmp: str
    dmp_soft: str
    mss: str
    mss_soft: str
    band: str  # reference interval on a curve
    tip: str  # tooltips and toasts
    on_tip: str
    focus: str

    def ink(self, name: str) -> str:
        """Return the colour of a field, or of the tones « neutral » and « muted ». Raises AttributeError."""
        field = {"neutral": "text2", "muted": "text3"}.get(name, name)
        return str(getattr(self, field))

    def tone(self, name: str) -> tuple[str, str]:
        """Return the ink and the ground of a tone: ok, warn, danger, accent, dmp, mss, neutral or muted."""
        grounds = {"neutral": self.sunken, "muted": self.surface}
        return self.ink(name), grounds.get(name) or str(getattr(self, f"{name}_soft", self.sunken))


LIGHT = Tokens(
    name="light",
    window="#F4F5F7",
    surface="#FFFFFF",
    sunken="#F0F2F5",
    hover="#F3F5F9",
    selected="#E4ECFB",
    line="#E1E5EB",
    edge="#7E8898",
    text="#18212D",
    text2="#465264",
    text3="#5A6677",
    accent="#2857C0",
    accent_hover="#1F479F",
    accent_soft="#E6EDFC",
    on_accent="#FFFFFF",
    ok="#17683A",
    ok_soft="#E2F3E8",
    warn="#7F5000",
    warn_soft="#FCF0D6",
    danger="#A92219",
    danger_soft="#FCE8E6",
    dmp="#0B626D",
    dmp_soft="#E0F2F3",
    mss="#5D40AC",
    mss_soft="#EEE9FA",
    band="#E3F1E8",
    tip="#202A37",
    on_tip="#FFFFFF",
    focus="#2857C0",
)
DARK = Tokens(
    name="dark",
    window="#13171D",
    surface="#1B2129",
    sunken="#222A34",
    hover="#242D38",
    selected="#253657",
    line="#2E3743",
    edge="#728093",
    text="#E7EBF1",
    text2="#B5BFCC",
    text3="#97A3B3",
    accent="#8DB1FF",
    accent_hover="#A9C4FF",
    accent_soft="#223150",
    on_accent="#0C1730",
    ok="#7BD49C",
    ok_soft="#193527",
    warn="#EFBE68",
    warn_soft="#3A2E16",
    danger="#FF978D",
    danger_soft="#442220",
    dmp="#6BCBD3",
    dmp_soft="#15363A",
    mss="#BFABFF",
    mss_soft="#302953",
    band="#1F3429",
    tip="#E7EBF1",
    on_tip="#13171D",
    focus="#8DB1FF",
)
CONTRAST = Tokens(
    name="contrast",
    window="#000000",
    surface="#000000",
    sunken="#000000",
    hover="#1F1F1F",
    selected="#00308F",
    line="#FFFFFF",
    edge="#FFFFFF",
    text="#FFFFFF",
    text2="#FFFFFF",
    text3="#D6D6D6",
    accent="#6FE3FF",
    accent_hover="#B5F1FF",
    accent_soft="#002A33",
    on_accent="#000000",
    ok="#7CFFA6",
    ok_soft="#002B10",
    warn="#FFD84D",
    warn_soft="#2E2400",
    danger="#FFA29A",
    danger_soft="#3A0500",
    dmp="#6FE3FF",
    dmp_soft="#002A33",
    mss="#D9C8FF",
    mss_soft="#20104A",
    band="#14401F",
    tip="#FFFFFF",
    on_tip="#000000",
    focus="#FFE600",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}

_GROUNDS = ("surface", "window", "sunken", "hover", "selected")
_TONES = ("ok", "warn", "danger", "dmp", "mss")
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, 4.5) for ink in ("text", "text2", "text3") for ground in _GROUNDS),
    *(("accent", ground, 4.5) for ground in ("surface", "window", "accent_soft", "selected")),
    *(("on_accent", ground, 4.5) for ground in ("accent", "accent_hover")),
    ("on_tip", "tip", 4.5),
    *((tone, ground, 4.5) for tone in _TONES for ground in (f"{tone}_soft", "surface", "selected")),
    *((ink, f"{tone}_soft", 4.5) for ink in ("text", "text2") for tone in ("ok", "warn", "danger", "accent")),
    ("surface", "danger", 4.5),
    *((ink, ground, 3.0) for ink in ("edge", "focus") for ground in ("surface", "window")),
    ("danger", "band", 3.0),
    ("accent", "band", 3.0),
)


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two opaque colours `#RRGGBB`, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(colour[start : start + 2]) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

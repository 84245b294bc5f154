"""`demo_lgc`, a free desktop for French general practitioners.

The map of the house is in docs/architecture.md; its walls are import contracts in pyproject.toml.
"""

__version__ = "0.1.0"

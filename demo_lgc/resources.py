"""Where the files that are not code live, in a checkout and in an installed wheel alike.

In a checkout `resources/` and `sample_data/` stand at the top; the wheel carries them inside the
package (see `force-include` in pyproject.toml).
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Return a path under `resources/`."""
    return _folder("resources").joinpath(*parts)


def sample(*parts: str) -> Path:
    """Return a path under `sample_data/`: fictitious patients, documents and messages."""
    return _folder("sample_data").joinpath(*parts)


def _folder(name: str) -> Path:
    packaged = _PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else _PACKAGE.parent / name

"""The desk of values of the sharing tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "sharing"))

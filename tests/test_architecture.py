"""The map is a test: the import contracts of pyproject.toml hold."""

import subprocess
import sys


def test_the_walls_of_the_house_stand_where_the_plan_says():
    """In a process of its own: the linter configures logging, and disables the loggers of everybody."""
    lint = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    ran = subprocess.run([sys.executable, "-c", lint], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr

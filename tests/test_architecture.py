"""The map is a test: the import contracts of pyproject.toml hold."""

from importlinter.cli import lint_imports


def test_the_walls_of_the_house_stand_where_the_plan_says():
    assert lint_imports(no_cache=True) == 0

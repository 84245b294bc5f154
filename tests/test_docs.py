"""A reader trusts the documents: the files, links, commands, markers and specifications they name exist."""

from __future__ import annotations

import importlib.util
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md"), *CHECKOUT.glob("sample_data/**/*.md")],
)
PACKAGE = CHECKOUT / "demo_lgc"
CODE = sorted(PACKAGE.glob("**/*.py"))
SUFFIXES = (".py", ".md", ".toml", ".txt")
MADE_OR_ELSEWHERE = ("build/", "../", "tools/")  # what a run makes, and the conformance data outside
JUDGES = {"validate_cda.py", "validate_xds.py", "xdm_audit.py"}  # beside the conformance data

in_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))


def paths_named(text: str) -> Iterator[str]:
    """Yield what stands in backticks and looks like a file or a folder of the project."""
    for word in re.findall(r"`(?:\./)?([\w./*-]+)`", text):
        looks = word.endswith((*SUFFIXES, "/")) or re.fullmatch(r"[\w.-]+(/[\w.*-]+)+", word)
        if looks and not word.startswith(MADE_OR_ELSEWHERE) and word not in JUDGES:
            yield word


def anchors(page: Path) -> set[str]:
    """Return the anchors a reader's browser gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def reference_keys() -> Iterator[tuple[Path, str]]:
    """Yield each key cited after `Reference:`, with the file that cites it."""
    for path in CODE:
        for cited in re.findall(r"Reference: (.*?)(?:\n\s*\n|\"\"\"|$)", path.read_text("utf-8"), re.DOTALL):
            for key in re.findall(r"\[([A-Z][A-Z0-9-]+|Y)\]", cited):
                yield path, key


@in_every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        to = (page.parent / name) if name else page
        assert to.exists(), target
        assert not anchor or anchor in anchors(to), target


@in_every_page
def test_every_path_that_is_named_exists(page: Path) -> None:
    for named in paths_named(page.read_text(encoding="utf-8")):
        pattern = named.rstrip("/")
        found = [path for home in (CHECKOUT, page.parent) for path in home.glob(pattern)]
        # The end of a path is enough where the text has said the room.
        found = found or [path for home in (PACKAGE, CHECKOUT / "tests") for path in home.rglob(pattern)]
        assert found, named


@in_every_page
def test_every_function_that_is_named_beside_its_file_is_there(page: Path) -> None:
    for path, name in re.findall(r"`([\w/]+\.py)`, `(\w+)`", page.read_text(encoding="utf-8")):
        assert re.search(rf"^ *(def|class) {name}\b", (PACKAGE / path).read_text("utf-8"), re.MULTILINE), name


@in_every_page
def test_every_command_that_is_named_can_be_called(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for command in re.findall(r"(?<![\w.])\./([\w/.-]+)", text):
        assert os.access(CHECKOUT / command, os.X_OK), command
    for module in re.findall(r"python3? -m ((?:demo_lgc|tests)[\w.]*)", text):
        assert importlib.util.find_spec(module.rstrip(".")), module


def test_the_readme_gives_the_two_commands() -> None:
    said = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\./(packaging/\w+)", said, re.MULTILINE)) == {"packaging/demo", "packaging/test"}


def test_every_cited_specification_is_in_the_list() -> None:
    listed = (CHECKOUT / "docs" / "specifications.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][\w-]*(?:, [A-Z][\w-]*)*) \|", listed, re.MULTILINE)
    keys = {key for row in rows for key in row.split(", ")}
    cited = set(reference_keys())
    unknown = {(str(path.relative_to(CHECKOUT)), key) for path, key in cited if key not in keys}
    assert not unknown
    assert keys == {key for _, key in cited}, "a listed specification that nothing follows"


def test_every_room_that_the_list_of_specifications_names_exists() -> None:
    listed = (CHECKOUT / "docs" / "specifications.md").read_text(encoding="utf-8")
    for rooms in re.findall(r"^\|.*\| ((?:`[a-z_.]+`(?:, )?)+) \|$", listed, re.MULTILINE):
        for room in re.findall(r"`([a-z_.]+)`", rooms):
            assert importlib.util.find_spec(f"demo_lgc.{room}"), room


def test_every_marker_is_explained_to_contributors() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    markers = {line.split(":")[0] for line in settings["tool"]["pytest"]["ini_options"]["markers"]}
    said = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert markers == {marker for marker in markers if f"`{marker}`" in said}

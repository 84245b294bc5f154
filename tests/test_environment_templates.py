"""The templates that an installer fills in are environments that the program accepts."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo_lgc.resources import resource
from demo_lgc.settings import Environment, load_environment

KINDS = ("formation", "production")


def _filled(kind: str, folder: Path) -> Environment:
    text = resource("environments", f"{kind}.toml.example").read_text(encoding="utf-8")
    path = folder / f"{kind}.toml"
    path.write_text(text.replace("DOSSIER", folder.as_posix()), encoding="utf-8")
    return load_environment(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_an_environment_once_its_folder_is_named(kind, tmp_path):
    environment = _filled(kind, tmp_path)
    assert environment.kind == kind
    assert not environment.is_sandbox
    named = (
        environment.card.roots,
        environment.card.intermediates,
        environment.revocation.authorities,
        environment.dmp.trust_anchors,
        environment.mail.trust_anchors,
        environment.mail.trust_domains,
    )
    assert {Path(path).parent for path in named} == {tmp_path}
    text = resource("environments", f"{kind}.toml.example").read_text(encoding="utf-8")
    explained = set(re.findall(r"^#     ([a-z-]+\.pem) ", text, re.MULTILINE))
    assert explained == {Path(path).name for path in named if path.endswith(".pem")}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_spoken_over_tls_except_lists_that_are_signed(kind, tmp_path):
    environment = _filled(kind, tmp_path)
    assert urlsplit(environment.dmp.base_url).scheme == "https"
    assert urlsplit(environment.pro_sante.discovery).scheme == "https"
    names = [url.rpartition("/")[2] for url in environment.revocation.lists]
    assert len(names) == len(set(names)) == 6
    assert {urlsplit(url).hostname for url in environment.revocation.lists} == {"igc-sante.esante.gouv.fr"}
    assert all(name.endswith("-TEST.crl") == (kind == "formation") for name in names)


def test_production_takes_no_card_of_the_test_branch_and_says_that_it_is_no_trial(tmp_path):
    formation, production = (_filled(kind, tmp_path) for kind in KINDS)
    assert formation.card.test_cards
    assert not production.card.test_cards
    assert (formation.dmp.processing_code, production.dmp.processing_code) == ("D", "P")


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_in_a_template(kind, tmp_path):
    pro_sante = _filled(kind, tmp_path).pro_sante
    assert pro_sante.client_id == pro_sante.client_secret == ""

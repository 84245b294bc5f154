"""An environment is data: a misspelling is refused, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_lgc.settings import SettingsError, load_environment

GOOD = """
kind = "formation"
[dmp]
base_url = "https://lps.example.test/v2/services"
trust_anchors = "anchors.pem"
[mail]
imap_host = "imap.example.test"
imap_port = 143
smtp_host = "smtp.example.test"
smtp_port = 587
mailbox = "a@b.test"
trust_anchors = "anchors.pem"
trust_domains = "list.xml"
"""


def test_an_environment_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "formation.toml"
    path.write_text(GOOD, encoding="utf-8")
    environment = load_environment(path)
    assert environment.kind == "formation"
    assert not environment.is_sandbox
    assert environment.dmp.processing_code == "D"
    assert environment.mail.smtp_port == 587


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (GOOD + "\nimpa_port = 1\n", "impa_port"),
        (GOOD.replace('base_url = "https://lps.example.test/v2/services"\n', ""), "base_url"),
        (GOOD.replace("kind", "knid"), "knid"),
        ("kind = ", "environment.toml"),
        ("kind = 'sandbox'", "dmp"),
        ("kind = 'sandbox'\ndmp = 3", "table"),
        (GOOD.replace("imap_port = 143", "imap_port = '143'"), "imap_port"),
        (GOOD + "[card]\ntls_engine = 'gnutls'\n", "tls_engine is none of auto, openssl, tlslite"),
        (GOOD + "[card]\ntls_engine = 3\n", "tls_engine"),
        (GOOD.replace("[mail]", "sign_vihf = 'no'\n[mail]"), "sign_vihf"),
    ],
)
def test_a_file_that_cannot_be_used_says_which_key(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "environment.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=word):
        load_environment(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_environment(tmp_path / "nowhere.toml")

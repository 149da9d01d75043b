import os
import re
import stat

import pytest

from runtime.auth import secrets
from runtime.auth.secrets import Secret, load_secret, new_token, token_id
from runtime.model.errors import Unavailable
from runtime.model.problem import ProjectInvalid

ID = "019bc1f4-2a00-7abc-8def-0123456789ab"
CONFIGURED = "0123456789abcdef0123456789abcdef"


def test_a_digest_is_the_hmac_sha256_of_the_token():
    """The value is that of `printf hss_x | openssl dgst -sha256 -hmac key`."""
    assert Secret(b"key").digest("hss_x") == "f452b604d750bf4fc57f29bd2cc5ca148aa3544b552d5e992c974dc4ec9620f9"


def test_digests_are_compared_in_constant_time(monkeypatch):
    compared = []

    def compare_digest(ours, theirs):
        compared.append((ours, theirs))
        return True

    monkeypatch.setattr(secrets.hmac, "compare_digest", compare_digest)
    assert Secret(b"key").matches("hss_x", "anything")
    assert compared == [("f452b604d750bf4fc57f29bd2cc5ca148aa3544b552d5e992c974dc4ec9620f9", "anything")]


def test_a_secret_does_not_show_itself():
    assert repr(Secret(b"very secret")) == "Secret(…)"


def test_a_token_carries_its_kind_its_id_and_256_random_bits():
    token = new_token("hss_", ID)
    assert re.fullmatch(r"hss_019bc1f42a007abc8def0123456789ab_[A-Za-z0-9_-]{43}", token)
    assert token != new_token("hss_", ID)
    assert token_id(token, "hss_") == ID


@pytest.mark.parametrize("prefix", ["hst_", "hsc_"])
def test_a_token_of_one_kind_is_none_of_another(prefix):
    assert token_id(new_token("hss_", ID), prefix) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hss_",
        "hss_019bc1f42a007abc8def0123456789ab_" + "a" * 42,
        "hss_019bc1f42a007abc8def0123456789ab_" + "a" * 44,
        "hss_019bc1f42a007abc8def0123456789ab_" + "a" * 43 + "\n",
        "hss_019BC1F42A007ABC8DEF0123456789AB_" + "a" * 43,
        "hss_019bc1f42a007abc8def0123456789ag_" + "a" * 43,
        "hss_019bc1f42a007abc8def0123456789ab_" + "ä" * 43,
        "hss_٠19bc1f42a007abc8def0123456789ab_" + "a" * 43,
    ],
)
def test_what_is_not_shaped_like_a_token_asks_for_no_document(text):
    assert token_id(text, "hss_") is None


def test_a_configured_secret_is_used_and_no_file_is_made(tmp_path):
    assert load_secret(CONFIGURED, tmp_path).digest("x") == Secret(CONFIGURED.encode()).digest("x")
    assert list(tmp_path.iterdir()) == []


def test_a_configured_secret_that_can_be_guessed_is_refused(tmp_path):
    with pytest.raises(ProjectInvalid) as raised:
        load_secret("hunter2", tmp_path)
    assert str(raised.value) == (
        "config.yml: the secret has 7 characters, fewer than 16 (auth.secret). Make one with: openssl rand -hex 32. "
        "Or leave it out: then data/secret is made and used."
    )


def test_the_first_start_makes_a_secret_that_only_the_server_may_read(tmp_path):
    first = load_secret("", tmp_path)
    path = tmp_path / "data" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}\n", path.read_text())
    assert [file.name for file in path.parent.iterdir()] == ["secret"]
    assert load_secret("", tmp_path).digest("x") == first.digest("x")


def test_each_project_has_a_secret_of_its_own(tmp_path):
    assert load_secret("", tmp_path / "a").digest("x") != load_secret("", tmp_path / "b").digest("x")


def test_processes_that_start_together_agree_on_one_secret(tmp_path, monkeypatch):
    link = os.link

    def late_link(draft, path):
        path.write_text(CONFIGURED)
        link(draft, path)

    monkeypatch.setattr(secrets.os, "link", late_link)
    assert load_secret("", tmp_path).digest("x") == Secret(CONFIGURED.encode()).digest("x")
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret"]


def test_a_secret_that_others_could_read_is_closed_to_them(tmp_path):
    load_secret("", tmp_path)
    path = tmp_path / "data" / "secret"
    path.chmod(0o644)
    load_secret("", tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_that_cannot_be_kept_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="make the folder writable for the server, or set AUTH_SECRET"):
        load_secret("", tmp_path)


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 64])
def test_a_damaged_secret_is_never_replaced_silently(tmp_path, content):
    path = tmp_path / "data" / "secret"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(Unavailable, match=re.escape(str(path))):
        load_secret("", tmp_path)
    assert path.read_bytes() == content

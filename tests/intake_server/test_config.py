from dataclasses import fields
from pathlib import Path

import pytest
from servers import SIGNING

from intake_server.config import Settings, is_loopback, read_key, sources
from intake_server.errors import ConfigError, UnsafeConfigError


def a_file(folder, text):
    path = folder / "dodomu.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_later_sources_win(tmp_path):
    file = a_file(tmp_path, 'site = "truskavets"\nport = 9000\n')

    settings = Settings.load({"DODOMU_PORT": "9001", "PORT": "1"}, file)

    assert (settings.site, settings.port, settings.lang) == ("truskavets", 9001, "uk")


def test_it_is_said_where_each_setting_comes_from(tmp_path):
    file = a_file(tmp_path, 'site = "truskavets"\n')

    said = sources({"DODOMU_PORT": "9001"}, file)

    assert said["site"] == "site"
    assert said["port"] == "DODOMU_PORT"
    assert said["lang"] == "default"
    assert set(said) == {each.name for each in fields(Settings)}


def test_the_data_directory_is_where_the_file_lies(tmp_path):
    file = a_file(tmp_path, "")

    assert Settings.load({}, file).data == tmp_path
    assert Settings.load({"DODOMU_DATA": "/srv/d"}, file).data == Path("/srv/d")


def test_the_store_lies_in_the_data_directory_unless_it_is_said(tmp_path):
    url = "postgresql+psycopg://host/dodomu"

    assert Settings(data=tmp_path).store_url == f"sqlite:///{tmp_path}/store.sqlite3"
    assert Settings(database_url=url).store_url == url


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DODOMU_PROT", "1", "did you mean port"),
        ("DODOMU_XYZZY", "1", "no such setting"),
        ("DODOMU_PORT", "many", "must be of type int"),
        ("DODOMU_PORT", "-1", "must not be negative"),
        ("DODOMU_DEMO", "maybe", "must be of type bool"),
        ("DODOMU_ROLE", "centre", "must be one of: center, central"),
        ("DODOMU_LANG", "ru", "must be one of: uk, en"),
        ("DODOMU_PUBLIC_URL", "centre.example", "must begin with http"),
        ("DODOMU_SITE_FILE", "/nowhere/at/all", "cannot be read"),
    ],
)
def test_a_setting_that_does_not_hold_stops_the_start_with_its_name(
    name, value, reason
):
    with pytest.raises(ConfigError, match=reason) as error:
        Settings.load({name: value})

    assert error.value.setting == name


@pytest.mark.parametrize("text", ["port = true", 'port = "1x"', "demo = 2", "site = 1"])
def test_a_file_with_a_value_of_another_type_is_refused(tmp_path, text):
    with pytest.raises(ConfigError):
        Settings.load({}, a_file(tmp_path, text))


@pytest.mark.parametrize("text", ["port 1", "[a", "\ufeff\0"])
def test_a_file_that_is_not_toml_is_refused(tmp_path, text):
    with pytest.raises(ConfigError, match="not a TOML file"):
        Settings.load({}, a_file(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "value"), [("false", False), ("0", False), ("TRUE", True), ("on", True)]
)
def test_a_switch_means_what_it_says(text, value):
    assert Settings.load({"DODOMU_DEMO": text}).demo is value


def test_a_secret_comes_from_a_file_that_nobody_else_reads(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SIGNING + "\n")
    secret.chmod(0o600)
    file = a_file(tmp_path, 'secret_key_file = "secret"')

    assert Settings.load({}, file).secret_key == SIGNING

    secret.chmod(0o640)
    with pytest.raises(UnsafeConfigError, match="chmod 600"):
        Settings.load({}, file)


def test_a_secret_never_shows():
    assert SIGNING not in repr(Settings(secret_key=SIGNING))


LETTERS = {"smtp_host": "mail.example", "smtp_sender": "dodomu@example.org"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"secret_key": ""}, "secret_key"),
        ({"secret_key": SIGNING[:31]}, "secret_key"),
        ({"secret_key": "changeme" * 8}, "secret_key"),
        ({"host": "0.0.0.0"}, "public_url"),  # noqa: S104 - what must be refused
        ({"host": "192.0.2.1", "public_url": "http://a.example"}, "public_url"),
        ({"host": "a.example"}, "public_url"),
        (
            {"host": "::", "public_url": "https://a.example", "demo": True},
            "demo",
        ),
        ({**LETTERS, "smtp_sender": ""}, "smtp_sender"),
        ({**LETTERS, "smtp_sender": "@"}, "smtp_sender"),
        ({**LETTERS, "smtp_sender": "додому@пошта.укр"}, "smtp_sender"),
        ({**LETTERS, "smtp_sender": "a@b.example\nBcc: c@d.example"}, "smtp_sender"),
        ({**LETTERS, "smtp_port": 99_999}, "smtp_port"),
        ({**LETTERS, "smtp_port": 0}, "smtp_port"),
        ({**LETTERS, "smtp_security": "none"}, "smtp_security"),
    ],
)
def test_an_unsafe_choice_is_refused_with_its_name(given, named):
    settings = Settings(**{"secret_key": SIGNING, **given})

    with pytest.raises(UnsafeConfigError) as error:
        settings.refuse_unsafe()

    assert error.value.setting == named


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "::1", "demo": True},
        {"host": "localhost"},
        {"host": "192.0.2.1", "public_url": "https://a.example"},
        LETTERS,
    ],
)
def test_a_safe_choice_is_taken(given):
    Settings(**{"secret_key": SIGNING, **given}).refuse_unsafe()


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (b"k" * 32, 0o644, "others can read"),
        (b"k" * 32, 0o620, "others can read"),
        (b"k" * 31, 0o600, "exactly 32 bytes"),
        (None, 0o600, "cannot be read"),
    ],
)
def test_a_key_file_must_be_whole_and_closed(tmp_path, content, mode, reason):
    path = tmp_path / "database.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)

    with pytest.raises(UnsafeConfigError, match=reason):
        read_key(path)


def test_a_key_is_read(tmp_path):
    path = tmp_path / "database.key"
    path.write_bytes(bytes(range(32)))
    path.chmod(0o600)

    assert read_key(path) == bytes(range(32))


@pytest.mark.parametrize(
    ("host", "is_near"),
    [("127.0.0.9", True), ("::1", True), ("10.0.0.1", False), ("a.example", False)],
)
def test_loopback_is_this_machine(host, is_near):
    assert is_loopback(host) is is_near


def test_every_setting_says_what_it_is_for():
    assert all(each.metadata["help"] for each in fields(Settings))

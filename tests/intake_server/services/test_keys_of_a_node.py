import pytest
from network import MORNING, a_central, a_centre

from intake_server.security.keyring import RECEIPT_KEY, SEAL_KEY, Keyring
from intake_server.services import nodes
from intake_server.storage import sites


@pytest.fixture
def central(tmp_path):
    with (
        (member := a_central(tmp_path / "kyiv")).database,
        member.serving(),
    ):
        yield member


def said_of(member, site):
    with member.database.reading() as session:
        found = sites.find(session, site)
    return found.seal_key, found.receipt_key


def keys_of(member):
    ring = Keyring(member.settings.keys)
    return ring.seal.public, ring.receipt.public


def complete(member):
    nodes.complete(member.database, member.settings.keys, now=MORNING)


def test_a_new_node_has_its_own_keys_and_says_the_public_halves(central):
    assert said_of(central, "kyiv") == keys_of(central)
    assert len(set(keys_of(central))) == 2
    for name in (SEAL_KEY, RECEIPT_KEY):
        assert (central.settings.keys / name).stat().st_mode & 0o777 == 0o600


def test_every_node_knows_the_keys_of_every_site(tmp_path, central):
    odesa = a_centre(tmp_path / "odesa", central, "odesa")
    lviv = a_centre(tmp_path / "lviv", central, "lviv")
    for member in (odesa, lviv, odesa):
        member.sync()

    for member in (central, odesa, lviv):
        assert said_of(member, "odesa") == keys_of(odesa)
        assert said_of(member, "lviv") == keys_of(lviv)
        assert said_of(member, "kyiv") == keys_of(central)
        assert member.differing == ()


def test_a_node_without_keys_gets_them_at_its_next_start(central):
    before = keys_of(central)
    for name in (SEAL_KEY, RECEIPT_KEY):
        (central.settings.keys / name).unlink()

    complete(central)

    assert keys_of(central) != before
    assert said_of(central, "kyiv") == keys_of(central)
    assert central.differing == ()


def test_a_node_that_has_its_keys_starts_without_a_word(central):
    before = keys_of(central), central.accepted

    complete(central)

    assert (keys_of(central), central.accepted) == before


def test_a_store_without_a_node_is_left_alone(tmp_path, stores):
    with stores.new() as database:
        (tmp_path / "keys").mkdir()
        nodes.complete(database, tmp_path / "keys", now=MORNING)

        with database.reading() as session:
            assert sites.all_of(session) == ()

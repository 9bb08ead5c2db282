import pytest
from network import a_central, a_centre, a_member
from programs import Serving, serving

from sync.errors import UnreachableError


@pytest.mark.parametrize("killed_in_round", [1, 3])
def test_a_server_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    tmp_path, killed_in_round
):
    central = a_central(tmp_path / "kyiv")
    with central.database, central.serving():
        centre = a_centre(tmp_path / "truskavets", central, "truskavets")
        centre.say_all(
            [(f"child {n}", {"n": n, "notes": "а" * 300}) for n in range(900)]
        )
        central.say_all([(f"other {n}", {"notes": "б" * 300}) for n in range(300)])
    server = Serving(tmp_path / "kyiv")

    def kill(done):
        if done.rounds == killed_in_round:
            server.kill()

    with centre.database:
        with pytest.raises(UnreachableError):
            centre.sync(server.url, progress=kill, wait=lambda _: None)
        with serving(tmp_path / "kyiv", server.port) as again:
            centre.sync(again.url)

        with a_member(central.settings).database as database:
            central.database = database
            assert central.digest == centre.digest
            assert central.accepted == centre.accepted
            assert central.differing == ()


def test_a_run_that_is_broken_off_goes_on_where_it_was(tmp_path):
    central = a_central(tmp_path / "kyiv")
    with central.database, central.serving():
        centre = a_centre(tmp_path / "truskavets", central, "truskavets")
        with centre.database:
            centre.sync()
            centre.say_all([(f"child {n}", {"notes": "а" * 300}) for n in range(900)])

            with pytest.raises(KeyboardInterrupt):
                centre.sync(progress=interrupt)
            summary = centre.sync()

            assert 0 < summary.pushed < 900
            assert central.digest == centre.digest
            assert central.accepted == centre.accepted


def interrupt(done):
    raise KeyboardInterrupt

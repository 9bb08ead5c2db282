"""What a stranger may send: it is set aside or kept, and costs nobody else anything."""

import subprocess
import sys

import pytest
from chronicles import child
from hostile import Author, cases
from pictures import picture_in
from repository import ROOT
from stores import take_in

from intake_server.storage import documents, forms, rebuild
from sync.change import Write, is_keepable

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_odd_has_a_code_and_spares_the_rest_of_the_batch(stores, case):
    good = Author("iryna")
    batch = [
        good.on(Write(f="family_name", v="Ремез")),
        *case.batch,
        good.on(Write(f="given_name", v="Данило")),
    ]
    with stores.new() as database:
        outcomes = take_in(database, batch)

        assert [outcome.code for outcome in outcomes][-2] == case.code
        assert [outcomes[0].status, outcomes[-1].status] == ["stored", "stored"]
        with database.reading() as session:
            shown = documents.find(session, child(1)).view["values"]
            assert shown["family_name"] == "Ремез"
            assert shown["given_name"] == "Данило"
            assert forms.all_of(session) == ()
            assert rebuild.compare(session).different == ()


def test_all_that_is_odd_together_ends_the_same_in_either_order(stores):
    every = [change for case in CASES for change in case.batch]
    with stores.new() as one, stores.new() as other:
        take_in(one, every)
        for change in reversed(every):
            take_in(other, [change])

        assert picture_in(one) == picture_in(other)
        with other.reading() as session:
            assert rebuild.compare(session).different == ()


def test_a_change_is_no_larger_than_a_message_carries():
    assert not is_keepable(Author().on(Write(f="odd", v="х" * 10_000_000)))


@pytest.mark.parametrize("kind", ["preds", "undoes", "field", "deep", "writes"])
def test_what_is_large_costs_little_memory(tmp_path, kind):
    done = subprocess.run(
        [sys.executable, "-m", "gluttons", kind, tmp_path],
        cwd=ROOT / "tests" / "support",
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}"},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )

    more_mb = float(done.stdout)
    assert more_mb <= 100

import logging
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from network import a_central, a_centre
from programs import COMMAND, dodomu
from stores import take_in

from intake_server import clock, jobs
from intake_server.config import Settings, read_key
from intake_server.security.tokens import digest
from intake_server.services import contact, enrolment
from intake_server.services.authoring import Pen
from intake_server.storage import codes, documents, leases
from intake_server.storage.database import Database
from sync import documents as ids
from sync.change import Write
from sync.merge.cells import ERASED


@pytest.fixture
def central(tmp_path):
    member = a_central(tmp_path / "kyiv")
    with member.database, member.serving():
        yield member


@pytest.fixture
def centre(tmp_path, central):
    member = a_centre(tmp_path / "truskavets", central, "truskavets")
    with member.database:
        yield member


def test_a_schedule_is_wired_and_not_started(centre):
    scheduler = jobs.schedule(
        centre.database, settings=Settings(), holder="test", now=centre.now
    )

    wired = {job.id: job for job in scheduler.get_jobs()}

    assert not scheduler.running
    assert wired.keys() == {
        "exchange_with_upstream",
        "make_copies",
        "open_sealed",
        "send_notices",
        "tidy",
    }
    assert all(job.max_instances == 1 and job.coalesce for job in wired.values())
    assert all(job.misfire_grace_time for job in wired.values())


def test_the_first_exchange_does_not_wait_a_minute(central, centre):
    centre.say("child", family_name="Ремез")
    scheduler = jobs.schedule(centre.database, settings=Settings(), holder="test")
    scheduler.start()
    try:
        wait_until(lambda: central.digest == centre.digest)
    finally:
        scheduler.shutdown()


def test_a_line_that_is_down_ends_no_job(centre, caplog):
    with caplog.at_level(logging.INFO):
        jobs.exchange_with_upstream(
            centre.database,
            url="http://127.0.0.1:9",
            holder="test",
            now=centre.now,
            wait=lambda _: None,
        )

    assert "does not answer" in caplog.text


def test_a_node_without_upstream_has_nothing_to_do(central, caplog):
    with caplog.at_level(logging.INFO):
        jobs.exchange_with_upstream(central.database, holder="test", now=central.now)

    assert caplog.text == ""


def test_a_job_waits_for_whoever_exchanges_by_hand(central, centre, caplog):
    centre.say("child", family_name="Ремез")
    contact.take(centre.database, "sync with kyiv", "by hand", now=centre.now())

    with caplog.at_level(logging.INFO):
        jobs.exchange_with_upstream(centre.database, holder="test", now=centre.now)

    assert "by hand" in caplog.text
    assert central.digest != centre.digest


def test_what_is_over_is_thrown_away(central):
    database, now = central.database, central.now()
    over = enrolment.offer_device(database, "kyiv", label="a", by="op", now=now)
    later = now + timedelta(hours=1)
    good = enrolment.offer_device(database, "kyiv", label="b", by="op", now=later)

    jobs.tidy(database, now=lambda: later)

    with database.reading() as session:
        assert codes.find(session, digest(over)) is None
        assert codes.find(session, digest(good)) is not None


def test_a_lease_ends_by_itself_when_its_holder_dies(central):
    contact.take(central.database, jobs.WORK, "dead", now=central.now())
    central.ahead = timedelta(seconds=contact.LEASE_S)

    contact.take(central.database, jobs.WORK, "alive", now=central.now())

    with central.database.reading() as session:
        assert leases.holder(session, jobs.WORK, now=central.now()) == "alive"


def test_only_one_process_does_the_jobs_and_it_ends_in_order(central):
    folder = central.settings.data
    first = subprocess.Popen(
        [*COMMAND, "work", "--data", str(folder)], stderr=subprocess.PIPE, text=True
    )
    with first:
        wait_until(lambda: holder(central) is not None)

        refused = dodomu(folder, "work", expect=1)
        first.send_signal(signal.SIGTERM)

        assert f"process {first.pid}" in refused.stderr
        assert first.wait(timeout=60) == 0
    assert holder(central) is None


def test_no_job_begins_where_letters_would_go_in_the_clear(central):
    place = {"DODOMU_SMTP_HOST": "192.0.2.1", "DODOMU_SMTP_SECURITY": "none"}
    sender = {"DODOMU_SMTP_SENDER": "dodomu@example.org"}

    refused = dodomu(central.settings.data, "work", expect=78, **place, **sender)

    assert "smtp_security" in refused.stderr


def holder(member):
    with member.database.reading() as session:
        return leases.holder(session, jobs.WORK, now=clock.now())


def wait_until(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_night_leaves_no_trace_of_what_is_erased(centre):
    log = Path(f"{centre.database.engine.url.database}-wal")
    centre.say("child", family_name="Ремез")
    jobs.tidy(centre.database, now=centre.now)
    assert log.stat().st_size  # nothing is erased, so nothing is written anew

    with centre.database.transaction() as session:
        erasure = Pen(session, now=centre.now(), entropy=Random(1).randbytes).write(
            {(ids.person("child"), "person"): [Write(f=ERASED, v=True, saw=())]},
            author="u:operator",
            site="kyiv",
        )
    take_in(centre.database, [erasure])
    jobs.tidy(centre.database, now=centre.now)

    assert log.stat().st_size == 0


def test_a_night_in_which_somebody_reads_is_no_failure(centre, caplog):
    impatient = Database(
        centre.settings.store_url,
        read_key(centre.settings.keys / "database.key"),
        patience_s=0.05,
    )
    test_the_night_leaves_no_trace_of_what_is_erased(centre)
    centre.say("other", family_name="Тиха")
    with impatient, centre.database.reading() as session:
        documents.count(session)
        jobs.tidy(impatient, now=centre.now)

    assert "tomorrow" in caplog.text

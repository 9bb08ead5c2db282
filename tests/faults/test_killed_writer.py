"""The process that writes is killed while phones post: nobody notices but the log."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import requests
from centres import RECEPTION, a_form
from programs import Serving, said, serving

PATIENCE_S = 60
PHONES = 4
FORMS_A_PHONE = 40
TIMES = 3


def writers(server):
    """Return the grandchildren of a server: who watches the writer makes no other."""
    try:
        return [
            writer
            for child in children(server.processes[0])
            for writer in children(child)
        ]
    except FileNotFoundError:  # one of them has just ended
        return []


def children(process):
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(one) for one in listed.split()]


def rank(process):
    """Return how far a process steps back behind others."""
    return os.getpriority(os.PRIO_PROCESS, process)


def is_there(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until(is_so):
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def post(server, token, number):
    """Post one form as Collect does; return the status of the answer."""
    form = a_form("reception", RECEPTION, number=number)
    answer = requests.post(
        f"{server.url}/key/{token}/submission?deviceID=collect%3A1",
        files={"xml_submission_file": ("form.xml", form.xml, "text/xml")},
        headers={"X-OpenRosa-Version": "1.0"},
        timeout=PATIENCE_S,
    )
    return answer.status_code


def test_each_form_is_kept_once_however_often_the_writer_is_killed(node):
    folder, token = node
    before = said(folder, "verify")["changes"]
    with serving(folder) as server, ThreadPoolExecutor(PHONES + 1) as threads:
        is_over = Event()

        def kill():
            killed = set()
            while not is_over.wait(0.05) and len(killed) < TIMES:
                for writer in set(writers(server)) - killed:
                    os.kill(writer, signal.SIGKILL)
                    killed.add(writer)
            return killed

        killing = threads.submit(kill)
        posted = [
            threads.submit(
                lambda phone: [
                    post(server, token, phone * FORMS_A_PHONE + number)
                    for number in range(FORMS_A_PHONE)
                ],
                phone,
            )
            for phone in range(PHONES)
        ]
        statuses = {status for phone in posted for status in phone.result(PATIENCE_S)}
        is_over.set()
        killed = killing.result(PATIENCE_S)
        until(lambda: set(writers(server)) - killed)
        later = post(server, token, 0)

    assert (statuses, later) == ({201}, 201)
    assert killed
    kept = said(folder, "verify")
    assert kept["different"] == []
    assert kept["changes"] == before + PHONES * FORMS_A_PHONE


@pytest.mark.parametrize("ended", ["stopped", "killed"])
def test_no_process_outlives_its_server(node, ended):
    folder, token = node
    server = Serving(folder)
    assert post(server, token, 1) == 201
    processes = server.processes
    (writer,) = writers(server)
    assert writer in processes

    if ended == "stopped":
        server.stop()
    else:
        os.kill(processes[0], signal.SIGKILL)
        server.kill()

    until(lambda: not any(map(is_there, processes)))


def test_workers_step_back_behind_the_writer_that_they_wait_for(node):
    folder, token = node
    with serving(folder) as server:
        assert post(server, token, 1) == 201
        (writer,) = writers(server)
        watcher = Path(f"/proc/{writer}/stat").read_text().rpartition(")")[2].split()[1]
        first = rank(writer)

        def workers():
            return set(children(server.processes[0])) - {int(watcher)}

        until(lambda: len(workers()) == 2)
        until(lambda: all(rank(worker) > first for worker in workers()))

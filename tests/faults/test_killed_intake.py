"""A server that is killed while a phone sends: nothing acknowledged is lost."""

import threading
import time

import requests
from centres import FORMS, RECEPTION, with_answers
from programs import Serving, said, serving

from forms.instance import to_xml

BATCH = 100


def forms(count):
    form = FORMS["reception"]
    for number in range(count):
        name = f"uuid:{number:08d}-0000-4000-8000-000000000000"
        answers = with_answers(RECEPTION, g_child={"given_name": f"Дитина {number}"})
        yield {
            "instance_id": name,
            "form_id": form.form_id,
            "form_version": form.version,
            "xml": to_xml(form.definition, answers, instance_id=name).decode(),
        }


def send(url, token, batch):
    answer = requests.post(
        f"{url}/api/v1/submissions",
        json={"submissions": batch},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    answer.raise_for_status()
    return answer.json()["receipts"]


def batches(items):
    return [items[at : at + BATCH] for at in range(0, len(items), BATCH)]


def test_five_hundred_forms_are_received_in_order_and_once(node):
    folder, token = node
    items = list(forms(500))
    with serving(folder) as server:
        first = [r for batch in batches(items) for r in send(server.url, token, batch)]
        before = said(folder, "verify")

        again = [r for batch in batches(items) for r in send(server.url, token, batch)]

        assert [r["instance_id"] for r in first] == [i["instance_id"] for i in items]
        assert {r["status"] for r in first} == {"stored"}
        assert {r["status"] for r in again} == {"duplicate"}
        assert [r["reference"] for r in again] == [r["reference"] for r in first]
        assert said(folder, "verify") == before


def test_a_server_killed_in_the_middle_has_each_form_exactly_once(node):
    folder, token = node
    items = list(forms(500))
    server = Serving(folder)
    acknowledged = []

    def phone():
        for batch in batches(items):
            try:
                acknowledged.extend(send(server.url, token, batch))
            except requests.RequestException:
                return

    sending = threading.Thread(target=phone)
    sending.start()
    while not acknowledged:
        time.sleep(0.005)
    server.kill()
    sending.join()

    with serving(folder) as living:
        again = [r for batch in batches(items) for r in send(living.url, token, batch)]
        once_more = [
            r for batch in batches(items) for r in send(living.url, token, batch)
        ]

    kept = {r["instance_id"]: r["reference"] for r in acknowledged}
    assert {r["status"] for r in again[: len(kept)]} == {"duplicate"}
    assert {r["status"] for r in once_more} == {"duplicate"}
    references = {r["instance_id"]: r["reference"] for r in once_more}
    assert references.items() >= kept.items()
    assert len(set(references.values())) == 500
    assert said(folder, "verify")["different"] == []

"""What a node knows of published forms."""

from random import Random

from chronicles import Chronicle
from stores import take_in

from intake_server.services import publishing
from intake_server.storage import forms
from sync import documents
from sync.change import Write


def a_form(chronicle, policy, *, preds=()):
    said = {
        "form_id": "reception",
        "version": "1",
        "xml": "<h:html/>",
        "rules": {"fields": {"phone": {"policy": policy}}},
    }
    writes = [Write(f=name, v=value, p=preds) for name, value in said.items()]
    return chronicle.add({(documents.schema("reception", "1"), "schema"): writes})


def test_what_is_remembered_of_the_rules_is_what_is_published(stores):
    chronicle = Chronicle(Random(1))
    first = a_form(chronicle, "review")
    again = a_form(chronicle, "lww", preds=(first.id,))
    with stores.new() as one, stores.new() as other:
        for database, policy in ((one, "review"), (other, "lww")):
            take_in(database, [first] if policy == "review" else [first, again])
            with database.reading() as session:
                assert publishing.schema(session).rule("phone").policy == policy

        take_in(one, [again])
        with one.reading() as session:
            assert publishing.schema(session) == forms.schema(session)

"""What people see of a document."""

from histories import SCHEMA, a_change

from sync import clock
from sync.change import Write
from sync.merge.fold import fold
from sync.merge.schema import Schema
from sync.merge.view import is_held

NOTHING_KNOWN = Schema({})


def seen(*changes, schema=SCHEMA):
    return fold(changes, schema).views["P1"]


def test_elements_of_a_set_that_a_newer_form_asks_are_all_shown():
    uk = a_change("c1", Write(s="languages", e="uk", v=True))
    pl = a_change("c2", Write(s="languages", e="pl", v=True))

    assert seen(uk, pl, schema=NOTHING_KNOWN).values == {"languages": ["pl", "uk"]}


def test_an_unknown_set_is_asked_where_it_is_contested():
    added = a_change("c1", Write(s="languages", e="uk", v=True))
    removed = a_change("c2", Write(s="languages", e="uk", v=False))

    (question,) = seen(added, removed, schema=NOTHING_KNOWN).questions

    assert (question.cell, question.element) == ("languages/uk", "uk")


def test_entries_of_a_log_that_a_newer_form_asks_are_all_shown():
    one = a_change("c1", Write(n="diary", e="1", v="їсть"))
    two = a_change("c2", Write(n="diary", e="2", v="спить"), hlc=clock.text(2))

    shown = seen(two, one, schema=NOTHING_KNOWN).values["diary"]

    assert [entry["value"] for entry in shown] == ["їсть", "спить"]


def test_one_entry_taken_in_by_two_nodes_stands_once():
    here = a_change("c1", Write(n="notes", e="uuid:1/note", v="їсть"))
    there = a_change("c2", Write(n="notes", e="uuid:1/note", v="їсть "))

    assert len(seen(here, there).values["notes"]) == 1


def test_one_entry_corrected_by_two_people_keeps_both_corrections():
    first = a_change("c1", Write(n="notes", e="1", v="їсть"))
    here = a_change("c2", Write(n="notes", e="1", v="їсть мало", p=("c1",)))
    there = a_change("c3", Write(n="notes", e="1", v="не їсть", p=("c1",)))

    shown = seen(first, here, there).values["notes"]

    assert [entry["value"] for entry in shown] == ["їсть мало", "не їсть"]


def test_an_entry_that_was_cleared_is_gone():
    first = a_change("c1", Write(n="notes", e="1", v="їсть"))
    cleared = a_change("c2", Write(n="notes", e="1", v=None, p=("c1",)))

    assert seen(first, cleared).values["notes"] == []


def test_none_in_another_spelling_still_yields():
    none = a_change("c1", Write(s="symptoms", e=" none", v=True))
    cough = a_change("c2", Write(s="symptoms", e="cough", v=True))

    assert seen(none, cough).values["symptoms"] == ["cough"]


def test_a_phone_in_two_spellings_is_one_shown_as_last_typed():
    phones = Schema.from_json(
        {"fields": {"phones": {"policy": "set", "type": "phone"}}}
    )
    local = a_change("c1", Write(s="phones", e="050 123-45-67", v=True))
    whole = a_change(
        "c2", Write(s="phones", e="+380501234567", v=True), hlc=clock.text(2)
    )
    other = a_change("c3", Write(s="phones", e="+380671234567", v=True))

    view = seen(local, other, whole, schema=phones)

    assert view.values == {"phones": ["+380501234567", "+380671234567"]}
    assert view.questions == ()
    assert view.heads.keys() >= {"phones/050 123-45-67", "phones/+380501234567"}


def test_a_scope_is_a_set_that_no_form_declares():
    here = a_change("c1", Write(s="_scope", e="TRU", v=True))
    there = a_change("c2", Write(s="_scope", e="CHE", v=True))

    view = seen(here, there, schema=NOTHING_KNOWN)

    assert view.values == {"_scope": ["CHE", "TRU"]}
    assert view.heads == {"_scope/CHE": ("c2",), "_scope/TRU": ("c1",)}


def test_a_record_is_held_until_everybody_who_held_it_lets_go():
    held = a_change("c1", Write(f="_hold", v=True, why="розслідування"))
    again = a_change("c2", Write(f="_hold", v=True, why="суд"))
    lifted = a_change("c3", Write(f="_hold", v=False, p=("c1",)))

    picture = fold([held, again, lifted], SCHEMA)

    assert is_held(picture.documents["P1"])
    assert [item.kind for item in picture.items] == ["field_conflict"]
    assert not is_held(fold([held, lifted], SCHEMA).documents["P1"])
    assert seen(held, again).values == {"_hold": True}
    assert seen(held, again).questions == ()


def test_sealed_values_are_one_answer_when_their_tags_are():
    def sealed(text, tag):
        return {"~sealed": {"kid": "k", "nonce": text, "ct": text, "tag": tag}}

    one = a_change("c1", Write(f="surname", v=sealed("1", "t")))
    same = a_change("c2", Write(f="surname", v=sealed("2", "t")))
    other = a_change("c3", Write(f="surname", v=sealed("3", "u")))

    assert not seen(one, same).questions
    assert len(seen(one, same, other).questions[0].candidates) == 2

from intake_server.demo.accounts import Decided, missing, overwritten
from intake_server.demo.sent import Sent, Sheaf


def past(change, cell="medication", preds=(), quarantined=None, undoes=()):
    write = {"cell": cell, "preds": list(preds), "undoes": list(undoes)}
    return {"change": change, "quarantined": quarantined, "writes": [write]}


def a_record(**heads):
    return {"doc": "d", "heads": heads}


def test_a_write_that_is_current_is_not_overwritten():
    record = a_record(medication=["a", "b"])

    assert overwritten([record], {"d": [past("b"), past("a")]}) == 0


def test_a_write_that_a_later_author_had_seen_is_not_overwritten():
    record = a_record(medication=["b"])

    assert overwritten([record], {"d": [past("b", preds=["a"]), past("a")]}) == 0


def test_a_write_that_nobody_saw_and_nobody_shows_is_overwritten():
    record = a_record(medication=["b"])

    assert overwritten([record], {"d": [past("b"), past("a")]}) == 1


def test_a_write_that_was_taken_back_is_not_overwritten():
    record = a_record(medication=["a"])

    assert overwritten([record], {"d": [past("u", undoes=["b"]), past("b")]}) == 0


def test_seeing_another_cell_of_a_change_is_not_seeing_this_one():
    record = a_record(medication=["b"], weight=["c"])
    changes = [past("c", "weight", preds=["a"]), past("b"), past("a")]

    assert overwritten([record], {"d": changes}) == 1


def test_what_was_set_aside_is_not_overwritten():
    record = a_record(medication=["b"])

    assert overwritten([record], {"d": [past("b"), past("a", quarantined="x")]}) == 0


def test_a_decision_that_a_node_does_not_show_is_missing():
    changes = {"d": [past("a")]}

    assert missing(changes, [], [Decided("d", "a"), Decided("d", "b")]) == ["b"]


def test_a_form_whose_visit_a_node_does_not_know_is_missing():
    sent = Sent(None, {}, a_receipt("uuid:1"))

    assert missing({}, [sent], []) == ["uuid:1"]
    assert missing({"visit": [past("a")]}, [sent], []) == []


def test_a_form_that_waits_for_a_person_is_not_missing_elsewhere():
    sent = Sent(None, {}, a_receipt("uuid:1", problem={"type": "x"}))

    assert missing({}, [sent], []) == []


def test_a_form_that_was_taken_in_after_all_counts_as_sent():
    sheaf = Sheaf()
    item = {"instance_id": "uuid:1"}
    sheaf.add(Sent(None, item, a_receipt("uuid:1", problem={"type": "x"})))
    taken = Sent(None, item, a_receipt("uuid:1"))

    sheaf.add(taken)
    sheaf.add(Sent(None, item, a_receipt("uuid:1", documents=[])))

    assert list(sheaf) == [taken]
    assert missing({}, sheaf, []) == ["uuid:1"]


def a_receipt(instance_id, **facts):
    documents = [{"doc": "child", "kind": "person"}, {"doc": "visit", "kind": "event"}]
    return {"instance_id": instance_id, "documents": documents} | facts

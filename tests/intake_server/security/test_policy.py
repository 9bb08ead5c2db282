from dataclasses import replace

import pytest

from intake_server.security.policy import (
    IN_EARNEST,
    TABLE,
    Action,
    Principal,
    Role,
    Standing,
    may,
    may_send_open,
    sites,
)

CASE_DATA = (Action.READ_RECORDS, Action.READ_QUEUE, Action.DECIDE, Action.LINK)


def somebody(role, site="truskavets"):
    return Principal("person", "1", "Olena", role, site)


def test_every_action_but_the_public_one_stands_in_the_table():
    assert set(TABLE) == set(Action) - {Action.PUBLIC}


def test_nobody_may_do_anything_that_is_not_public():
    assert [action for action in Action if may(None, action)] == [Action.PUBLIC]


def test_what_is_in_no_row_is_refused(monkeypatch):
    emptied = {a: roles for a, roles in TABLE.items() if a is not Action.SUBMIT}
    monkeypatch.setattr("intake_server.security.policy.TABLE", emptied)

    assert not any(may(somebody(role), Action.SUBMIT) for role in Role)


def test_a_device_fetches_forms_sends_them_and_sees_itself():
    allowed = {action for action in Action if may(somebody(Role.VOLUNTEER), action)}

    assert allowed == {
        Action.PUBLIC,
        Action.FETCH_FORMS,
        Action.FIND_PLACES,
        Action.SUBMIT,
        Action.SEE_OWN_DEVICE,
        Action.REPORT_WIPED,
    }


@pytest.mark.parametrize(
    ("standing", "left"),
    [
        (
            Standing.EXPIRED,
            {Action.SUBMIT, Action.SEE_OWN_DEVICE, Action.REPORT_WIPED},
        ),
        (Standing.REVOKED, {Action.SUBMIT, Action.REPORT_WIPED}),
        (Standing.GUEST, {Action.SUBMIT}),
        (Standing.FORGOTTEN, {Action.SUBMIT}),
    ],
)
def test_who_is_not_let_in_without_limit_hands_in_what_is_sealed(standing, left):
    for role in Role:
        device = replace(somebody(role), standing=standing)

        allowed = {action for action in Action if may(device, action)}

        assert allowed <= left | {Action.PUBLIC}
        assert not may_send_open(device)
    device = replace(somebody(Role.VOLUNTEER), standing=standing)
    assert {action for action in Action if may(device, action)} == left | {
        Action.PUBLIC
    }
    assert may_send_open(somebody(Role.VOLUNTEER))


@pytest.mark.parametrize(
    "role",
    [Role.ADMIN, Role.AUDITOR, Role.NATIONAL_SUPERVISOR, Role.VOLUNTEER, Role.NODE],
)
def test_case_data_are_for_those_who_work_with_children(role):
    assert not any(may(somebody(role), action) for action in CASE_DATA)
    assert sites(somebody(role)).names == frozenset()


def test_the_auditor_reads_the_audit_alone():
    allowed = {action for action in Action if may(somebody(Role.AUDITOR), action)}

    assert allowed == {Action.PUBLIC, Action.USE_PAGES, Action.READ_AUDIT}


def test_another_node_exchanges_alone():
    allowed = {action for action in Action if may(somebody(Role.NODE), action)}

    assert allowed == {Action.PUBLIC, Action.EXCHANGE}


def test_a_worker_sees_the_own_site_and_a_coordinator_every_one():
    assert "truskavets" in sites(somebody(Role.WORKER))
    assert "chernivtsi" not in sites(somebody(Role.WORKER))
    assert "chernivtsi" in sites(somebody(Role.COORDINATOR))


@pytest.mark.parametrize(
    ("kind", "actor"), [("person", "u:1"), ("device", "d:1"), ("node", "n:1")]
)
def test_changes_name_their_author_by_kind_and_id(kind, actor):
    assert Principal(kind, "1", "Olena", Role.WORKER, "").actor == actor


@pytest.mark.parametrize("action", sorted(IN_EARNEST, key=lambda one: one.value))
def test_what_reaches_others_cannot_be_practised(action):
    for role in TABLE[action]:
        assert may(somebody(role), action)
        assert not may(replace(somebody(role), is_practising=True), action)

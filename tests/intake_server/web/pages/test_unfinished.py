"""What pages show of forms that are to be filled in, or were begun."""

import pytest
from desks import CHILD
from full_record import draft_id, with_a_draft
from pages import tree, words

from forms.catalogue import shipped
from intake_server.security.policy import Role
from intake_server.services import housekeeping

PAGE = f"/drafts/{draft_id(0)}"


@pytest.fixture
def begun(clash):
    clash.publish(shipped("followup"))
    return with_a_draft(clash)


@pytest.fixture
def halyna(begun):
    return begun.browser(Role.CLINICIAN, "truskavets", "Halyna")


def links(answer):
    return [
        a.get("href") for a in tree(answer).xpath("//a[starts-with(@href, '/field')]")
    ]


def sent(browser, **said):
    (form, *_) = tree(browser.get(PAGE)).xpath(
        f"//form[.//input[@name='act'][@value='{said['act']}']]"
    )
    return browser.post(PAGE, data={**dict(form.form_values()), **said})


def test_a_childs_page_offers_the_forms_that_are_published(halyna):
    found = links(halyna.get(f"/children/{CHILD}"))

    assert f"/field/desk/#child={CHILD}&form=followup" in found
    assert f"/field/desk/#child={CHILD}&form=rehabilitation" in found
    assert f"/field/desk/#child={CHILD}&form=registration" not in found


@pytest.mark.parametrize("path", ["/day", f"/children/{CHILD}"])
def test_a_form_that_was_begun_stands_where_the_team_looks(halyna, path):
    answer = halyna.get(path)

    assert f"/field/desk/#draft={draft_id(0)}" in links(answer)
    assert "Незавершені форми" in words(answer)


def test_another_centre_sees_nothing_of_it(begun):
    stepan = begun.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "Незавершені форми" not in words(stepan.get("/day"))
    assert "Незавершені форми" not in words(stepan.get(f"/children/{CHILD}"))
    assert stepan.get(PAGE).status_code == 404


def test_what_nobody_touched_for_long_is_said_to_be_old_and_stays(begun, halyna):
    begun.watch.forward(days=60)
    housekeeping.tidy(begun.database, now=begun.watch())

    assert "давно без змін" in words(begun.again("Halyna").get("/day"))


def test_a_form_is_handed_over_on_its_page(begun, halyna):
    (to,) = tree(halyna.get(PAGE)).xpath("//option[text()='Halyna']/@value")

    answer = sent(halyna, act="hand_over", to=to)

    assert answer.status_code == 303
    assert "завершує: Halyna" in words(halyna.get("/day"))


def test_what_is_discarded_is_taken_back_from_the_same_page(halyna):
    assert sent(halyna, act="discard").status_code == 303
    assert "відкинуто" in words(halyna.get("/day"))
    assert links(halyna.get("/day")) == []

    assert sent(halyna, act="restore").status_code == 303

    assert links(halyna.get("/day")) == [f"/field/desk/#draft={draft_id(0)}"]


def test_what_was_discarded_is_gone_after_a_week(begun, halyna):
    sent(halyna, act="discard")
    begun.watch.forward(days=8)

    housekeeping.tidy(begun.database, now=begun.watch())

    assert begun.again("Halyna").get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"act": "discard", "revision": "7"}, 409),
        ({"act": "hand_over", "to": "?"}, 422),
    ],
)
def test_what_does_not_fit_any_more_is_said_and_changes_nothing(halyna, said, status):
    assert sent(halyna, **said).status_code == status
    assert links(halyna.get("/day")) == [f"/field/desk/#draft={draft_id(0)}"]

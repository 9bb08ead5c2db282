import csv

import pytest
from centres import DANYLO, MORNING, a_form
from fillings import AUNT, EVERY, FILLED, KHERSON, MOTHER

from forms.authoring import convert
from forms.catalogue import form as made
from forms.catalogue import shipped
from forms.instance import to_xml
from intake_server.errors import NotFoundError
from intake_server.services import exporting
from intake_server.services.intake import Incoming
from intake_server.storage import audit

SOURCE = """
| survey |
| | type | name | label::Українська (uk) | label::English (en) | bind::dodomu:home | bind::dodomu:property | bind::dodomu:policy | bind::dodomu:level | calculation |
| | text | child_ref | Код | Reference | person | child_ref | once | restricted |
| | note | hello | Вітаємо | Welcome | none | | | | |
| | text | words | Слова | Words | event | words | review | confidential |
| | text | secret | Таємне | Secret | event | secret | review | sealed |
| | select_multiple need | needs | Потреби | Needs | event | needs | set add | restricted |
| | begin_repeat | visits | Візити | Visits | | | | |
| | calculate | visit_row | | | | | | | once(uuid()) |
| | text | who | Хто | Who | event | who | review | confidential |
| | end_repeat | visits | | | | | | |
| choices |
| | list_name | name | label::Українська (uk) | label::English (en) |
| | need | water | Вода | Water |
| | need | food | Їжа | Food |
| settings |
| | form_title | form_id | version | default_language | namespaces | attribute::dodomu:title_en |
| | Обхід | round | 2026112201 | Українська (uk) | dodomu="https://dodomu.org/xforms" | Round |
"""


def exported(centre, folder, form_id):
    folder.mkdir()
    done = exporting.export(
        centre.database, form_id, folder, by="operator", now=centre.now
    )
    return done, {path.stem: table(path) for path in folder.iterdir()}


def table(path):
    text = path.read_text("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel would not see UTF-8"
    return list(csv.DictReader(text.splitlines(keepends=True)))


@pytest.fixture
def registered(centre):
    centre.publish(shipped("registration"))
    centre.receive(a_form("registration", FILLED["registration"]))
    return centre


def test_a_form_is_one_row_with_codes_and_labels(registered, tmp_path):
    done, tables = exported(registered, tmp_path / "out", "registration")

    [row] = tables["registration"]
    assert (done.rows, done.left_out) == (1, 0)
    assert row["instance_id"] == "uuid:00000001-0000-4000-8000-000000000000"
    assert (row["reference"], row["site"]) == (DANYLO, "truskavets")
    assert row["received_at"].startswith("2026-11-22T")
    assert row["g_identity/family_name"] == "Ремез"
    assert row["g_identity/sex"] == "male"
    assert (row["g_identity/sex:uk"], row["g_identity/sex:en"]) == ("Чоловіча", "Male")
    assert row["g_consent/consent_scopes"] == "services storage tracing photo_id"
    assert len(row["g_consent/consent_scopes:en"].split("; ")) == 4
    assert row["other"] == ""


def test_a_place_has_its_name_beside_its_code(centre, tmp_path):
    centre.receive(a_form("reception", EVERY["reception"]))

    _, tables = exported(centre, tmp_path / "out", "reception")

    [row] = tables["reception"]
    assert row["g_return/home_settlement"] == KHERSON
    assert row["g_return/home_settlement:uk"].startswith("Херсон, ")
    assert row["g_return/home_settlement:en"].startswith("Kherson, ")


def test_each_row_of_a_repeat_names_its_form(registered, tmp_path):
    _, tables = exported(registered, tmp_path / "out", "registration")

    rows = tables["registration-family"]
    assert [row["row"] for row in rows] == ["1", "2"]
    assert {row["instance_id"] for row in rows} == {
        tables["registration"][0]["instance_id"]
    }
    assert [row["row_id"] for row in rows] == [MOTHER["kin_row"], AUNT["kin_row"]]
    assert [row["rel_type"] for row in rows] == ["mother", "aunt"]
    assert rows[0]["rel_name"] == "Ремез Олена Василівна"


def test_sealed_answers_are_in_no_file(registered, tmp_path):
    done, _ = exported(registered, tmp_path / "out", "registration")

    text = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir()).decode()
    assert "20120304-00017" not in text
    assert "danylo.jpg" not in text
    assert "g_identity/unzr" in done.hidden
    assert "g_identity/unzr" not in text


def test_a_testimony_gives_away_nothing_but_that_it_is(centre, tmp_path):
    centre.publish(shipped("testimony"))
    centre.receive(a_form("testimony", FILLED["testimony"]))

    _, tables = exported(centre, tmp_path / "out", "testimony")

    text = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert len(tables["testimony"]) == 1
    assert set(tables) == {"testimony", "testimony-columns"}
    assert DANYLO not in text
    assert "Нас змушували" not in text


def test_columns_are_explained_in_both_languages(registered, tmp_path):
    _, tables = exported(registered, tmp_path / "out", "registration")

    known = {
        (one["file"], one["column"]): one for one in tables["registration-columns"]
    }
    name = known["registration.csv", "g_identity/family_name"]
    assert (name["uk"], name["en"]) == ("Прізвище", "Family name")
    assert (name["home"], name["property"]) == ("person", "family_name")
    assert name["versions"] == shipped("registration").version
    assert ("registration-family.csv", "rel_type") in known


def test_the_newest_of_a_chain_is_marked(registered, tmp_path):
    first = "uuid:00000001-0000-4000-8000-000000000000"
    definition = shipped("registration").definition
    for name, replaced in (("uuid:b", first), ("uuid:c", "uuid:b")):
        registered.receive(
            Incoming(
                xml=to_xml(
                    definition,
                    FILLED["registration"],
                    instance_id=name,
                    deprecated_id=replaced,
                )
            )
        )

    _, tables = exported(registered, tmp_path / "out", "registration")

    chain = {
        row["instance_id"]: (row["corrects"], row["first_of_chain"], row["is_newest"])
        for row in tables["registration"]
    }
    assert chain == {
        first: ("", first, "no"),
        "uuid:b": (first, first, "no"),
        "uuid:c": ("uuid:b", first, "yes"),
    }


def a_round(version, source=SOURCE):
    return made(convert(source.replace("2026112201", version), kind="md"))


def sent(centre, form, name, **answers):
    xml = to_xml(form.definition, answers, instance_id=name)
    (receipt,) = centre.receive(Incoming(xml=xml))
    return receipt


def test_what_only_an_older_version_asked_still_has_a_column(centre, tmp_path):
    older = a_round("2026112201")
    line = next(line for line in SOURCE.splitlines() if "| words |" in line)
    newer_source = SOURCE.replace(
        line, line.replace("| words |", "| more |").replace("| words ", "| more ")
    )
    newer = a_round("2026112301", newer_source)
    centre.publish(older)
    sent(centre, older, "uuid:a", words="давнє", needs=["water", "food"])
    centre.publish(newer)
    sent(centre, newer, "uuid:b", more="нове", visits=[{"who": "Тарас"}])

    _, tables = exported(centre, tmp_path / "out", "round")

    rows = {row["instance_id"]: row for row in tables["round"]}
    heads = list(rows["uuid:a"])
    assert heads.index("more") < heads.index("words")
    assert (rows["uuid:a"]["words"], rows["uuid:a"]["more"]) == ("давнє", "")
    assert (rows["uuid:b"]["words"], rows["uuid:b"]["more"]) == ("", "нове")
    assert rows["uuid:a"]["needs:en"] == "Water; Food"
    assert "hello" not in heads
    assert [row["who"] for row in tables["round-visits"]] == ["Тарас"]
    versions = {one["column"]: one["versions"] for one in tables["round-columns"]}
    assert versions["words"] == "2026112201"
    assert versions["needs"] == "2026112201 2026112301"


def test_what_the_form_does_not_ask_is_kept_beside_it(centre, tmp_path):
    form = a_round("2026112201")
    centre.publish(form)
    sent(centre, form, "uuid:a", words="так", stray="ще", visits=[{"odd": "=1"}])

    _, tables = exported(centre, tmp_path / "out", "round")

    assert tables["round"][0]["other"] == '{"stray": "ще"}'
    assert tables["round-visits"][0]["other"] == '{"odd": "=1"}'


def test_what_waits_is_counted_and_not_shown(centre, tmp_path):
    form = a_round("2026112201")
    centre.publish(form)
    sent(centre, form, "uuid:a", words="перше")
    assert sent(centre, form, "uuid:a", words="друге").status == "quarantined"

    done, tables = exported(centre, tmp_path / "out", "round")

    assert (done.rows, done.left_out) == (1, 1)
    assert [row["words"] for row in tables["round"]] == ["перше"]


def test_no_answer_is_a_formula(centre, tmp_path):
    form = a_round("2026112201")
    centre.publish(form)
    evil = '=HYPERLINK("http://example.org";1)'
    sent(centre, form, "uuid:a", words=evil, visits=[{"who": "+380501234567"}])

    _, tables = exported(centre, tmp_path / "out", "round")

    assert tables["round"][0]["words"] == f"'{evil}"
    assert tables["round-visits"][0]["who"] == "'+380501234567"


def test_everything_that_goes_out_is_noted(registered, tmp_path):
    exported(registered, tmp_path / "out", "registration")

    with registered.database.reading() as session:
        noted = [one for one in audit.page(session) if one.action == "export"]
    assert [(one.object, one.actor) for one in noted] == [
        ("uuid:00000001-0000-4000-8000-000000000000", "operator")
    ]


def test_more_forms_than_are_read_at_once_come_out(centre, tmp_path):
    form = a_round("2026112201")
    centre.publish(form)
    count = exporting.AT_ONCE + 7
    centre.receive(
        *(
            Incoming(xml=to_xml(form.definition, {"words": str(n)}, instance_id=f"{n}"))
            for n in range(count)
        )
    )

    done, tables = exported(centre, tmp_path / "out", "round")

    assert done.rows == count
    assert {row["words"] for row in tables["round"]} == set(map(str, range(count)))


@pytest.mark.parametrize("form_id", EVERY)
def test_every_shipped_form_comes_out(centre, tmp_path, form_id):
    centre.publish(shipped(form_id))
    centre.receive(a_form(form_id, EVERY[form_id]))

    done, tables = exported(centre, tmp_path / "out", form_id)

    assert done.rows == 1
    assert len(tables[form_id]) == 1


def test_a_form_that_nobody_published_has_no_table(centre, tmp_path):
    with pytest.raises(NotFoundError):
        exported(centre, tmp_path / "out", "nothing")


def test_a_moment_is_told_as_on_the_clock_of_the_node(registered, tmp_path):
    _, tables = exported(registered, tmp_path / "out", "registration")

    assert tables["registration"][0]["received_at"][:10] == str(MORNING.date())

"""The shipped forms ask what was agreed, in both languages, and mean one thing."""

import csv
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree
from parts import need

from forms.catalogue import SHIPPED, builtin, enabled
from forms.merging import LEVELS, rules

VECTORS = Path(__file__).parents[1] / "vectors" / "forms"
X = "{http://www.w3.org/2002/xforms}"
JR = "{http://openrosa.org/javarosa}"
FORMS = {form.form_id: form for form in builtin()}
HOMES = {"person", "case", "event", "relation", "child-event", "none"}
MATCHES = {
    "family_name",
    "given_name",
    "patronymic",
    "birth_date",
    "age",
    "home_place",
    "document",
    "phone",
    "mother_name",
    "sex",
}
HARMS = {"identity", "custody", "consent", "medical"}
SAYINGS = f".//{X}translation/{X}text/{X}value"
NAMED = re.compile(
    r"selected\(\s*([./\w]+)\s*,\s*'([^']*)'\s*\)|"
    r"([./\w]+)\s*!?=\s*'([^']*)'"
)
"""A place and an answer that it is compared with."""
REFERENCES = {"child_ref", "subject_ref"}
SAID = ("home", "property", "policy", "group", "level", "match")


def agreed(form_id):
    with (VECTORS / f"{form_id}.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        (row["name"], "begin" in row["type"]): row
        for row in rows
        if row["type"] != "begin_group"
    }


TYPES = {
    "text": "string",
    "note": "string",
    "calculate": "string",
    "integer": "int",
    "image": "binary",
    "file": "binary",
    "audio": "binary",
    "select_one": "select1",
    "select_one_from_file": "string",
    "select_multiple": "select",
}

every_form = pytest.mark.parametrize("form_id", FORMS)


def test_nine_forms_are_shipped_and_every_file_is_one_of_them():
    folder = files("forms") / "definitions"
    names = {path.name for path in folder.iterdir() if path.name.endswith(".md")}

    assert list(FORMS) == list(SHIPPED)
    assert names == {f"{name}.md" for name in SHIPPED}
    assert len(FORMS) == 9


def test_testimony_waits_until_an_operator_publishes_it():
    left_out = FORMS.keys() - {form.form_id for form in enabled()}

    assert left_out == {"testimony"}


@every_form
def test_every_agreed_field_is_asked_and_nothing_else(form_id):
    definition = FORMS[form_id].definition
    expected = {name for name, is_repeat in agreed(form_id) if not is_repeat}

    names = [field.name for field in definition.fields]

    assert sorted(names) == sorted(expected | {"filled_on"})


@every_form
def test_every_field_says_what_was_agreed(form_id):
    fields = {field.name: field for field in FORMS[form_id].definition.fields}

    for (name, is_repeat), row in agreed(form_id).items():
        if is_repeat:
            continue
        field = fields[name]
        kind = row["type"].split()[0]
        assert field.type == TYPES.get(kind, kind), name
        said = {column: row[column] or None for column in SAID}
        if said["home"] == "none":
            said |= {"policy": None, "level": None}
        assert {column: getattr(field, column) for column in SAID} == said, name


@every_form
def test_every_repeat_makes_the_agreed_documents(form_id):
    repeats = {part.name: part for part in FORMS[form_id].definition.repeats}
    expected = {
        name: row for (name, is_repeat), row in agreed(form_id).items() if is_repeat
    }

    assert repeats.keys() == expected.keys()
    for name, row in expected.items():
        assert (repeats[name].home, repeats[name].kind) == (
            row["home"],
            row["property"],
        )


def test_the_rows_of_a_repeat_are_told_apart_as_agreed():
    repeats = {
        part.name: (part.parent, part.identity, part.row_id)
        for form in FORMS.values()
        for part in form.definition.repeats
    }

    assert repeats == {
        "sought_persons": ("person", "singular sought_rel", "sought_row"),
        "icf_profile": ("event", "row", "icf_row"),
        "assistive": ("case", "field ap_item", None),
        "goals": ("case", "row", "goal_row"),
        "documents": ("person", "singular doc_type", "document_row"),
        "family": ("person", "singular rel_type", "kin_row"),
        "moves": ("case", "row", "move_row"),
        "services": ("case", "row", "service_row"),
        "leads": ("event", "row", "lead_row"),
        "g_violation": ("event", "row", "violation_row"),
        "evidence": ("event", "row", "evidence_row"),
    }


@every_form
def test_every_question_and_every_choice_speaks_both_languages(form_id):
    definition = FORMS[form_id].definition
    questions = [field for field in definition.fields if not field.calculated]
    answers = [choice for choices in definition.choices.values() for choice in choices]

    for part in [*questions, *answers]:
        assert part.label.keys() == {"uk", "en"}, part.name
        assert all(part.label.values()), part.name
    assert definition.title.keys() == {"uk", "en"}


@every_form
def test_every_text_exists_in_both_languages(form_id):
    root = etree.fromstring(FORMS[form_id].xml)
    texts = {
        translation.get("lang"): {text.get("id") for text in translation}
        for translation in root.iter(f"{X}translation")
    }

    assert list(texts) == ["Українська (uk)", "English (en)"]
    assert texts["Українська (uk)"] == texts["English (en)"]
    said = {"".join(value.itertext()).strip() for value in root.iterfind(SAYINGS)}
    assert not {"", "-"} & said


@every_form
def test_every_word_about_a_field_is_one_that_the_house_knows(form_id):
    for field in FORMS[form_id].definition.fields:
        assert field.home in HOMES, field.name
        assert field.level in (None, *LEVELS), field.name
        assert field.match in (None, *MATCHES), field.name
        assert field.harm in (None, *HARMS), field.name
        assert (field.level is None) == (field.property is None), field.name


@every_form
def test_every_answer_that_an_expression_names_is_on_its_list(form_id):
    root = etree.fromstring(FORMS[form_id].xml)
    definition = FORMS[form_id].definition
    lists = {field.name: field.choices for field in definition.fields}
    offered = {
        name: {choice.name for choice in choices}
        for name, choices in definition.choices.items()
    }

    named = set()
    for bind in root.iter(f"{X}bind"):
        own = bind.get("nodeset").rpartition("/")[2]
        for kind in ("relevant", "constraint", "calculate", "required"):
            for found in NAMED.finditer(bind.get(kind, "")):
                place, answer = filter(lambda part: part is not None, found.groups())
                asked = own if place == "." else place.rpartition("/")[2]
                if answer:
                    named.add((lists.get(asked), answer))
    for itemset in root.iter(f"{X}itemset"):
        asked, _, condition = itemset.get("nodeset").partition("/")
        answers = re.findall(r"name\s*!?=\s*'([^']*)'", condition)
        named |= {(asked.split("'")[1], answer) for answer in answers}

    assert {
        (name, answer)
        for name, answer in named
        if name is not None and answer not in offered[name]
    } == set()


@every_form
def test_every_refusal_to_go_on_has_a_message(form_id):
    for bind in etree.fromstring(FORMS[form_id].xml).iter(f"{X}bind"):
        if bind.get("constraint"):
            assert bind.get(f"{JR}constraintMsg", "").startswith("jr:itext("), (
                bind.attrib
            )
        if bind.get("required"):
            assert bind.get(f"{JR}requiredMsg", "").startswith("jr:itext("), bind.attrib


@every_form
def test_no_constraint_asks_what_day_it_is(form_id):
    for bind in etree.fromstring(FORMS[form_id].xml).iter(f"{X}bind"):
        assert not re.search(r"\b(today|now)\(", bind.get("constraint", ""))


@every_form
def test_photos_are_small_enough_for_a_weak_line(form_id):
    root = etree.fromstring(FORMS[form_id].xml)
    photos = {
        upload.get("ref")
        for upload in root.iter(f"{X}upload")
        if upload.get("mediatype") == "image/*"
    }
    limits = {
        bind.get("nodeset"): bind.get("{http://openrosa.org/xforms}max-pixels")
        for bind in root.iter(f"{X}bind")
    }

    assert {limits[ref] for ref in photos} <= {"2048"}


@every_form
def test_ukrainian_is_written_with_its_own_apostrophe(form_id):
    source = (files("forms") / "definitions" / f"{form_id}.md").read_text("utf-8")

    assert not re.search(r"[а-яіїєґ]['’`][а-яіїєґ]", source, re.IGNORECASE)
    assert "save_to" not in source


def test_a_property_means_the_same_in_every_form():
    said = {}
    for form in FORMS.values():
        for field in form.definition.fields:
            if field.property:
                meaning = (
                    field.home,
                    field.policy,
                    field.group,
                    field.level,
                    field.match,
                    field.harm,
                )
                said.setdefault(field.property, set()).add(meaning)

    assert {
        name: meanings for name, meanings in said.items() if len(meanings) > 1
    } == {}


def test_a_property_merges_the_same_in_every_form():
    merged = {}
    for form in FORMS.values():
        for name, rule in rules(form.definition).items():
            assert merged.setdefault(name, rule) == rule, name


def test_a_list_offers_the_same_in_every_form():
    offered = {}
    for form in FORMS.values():
        for name, choices in form.definition.choices.items():
            said = [(choice, dict(choice.label)) for choice in choices]
            assert offered.setdefault(name, said) == said, name


def test_all_of_a_testimony_is_sealed_and_none_of_it_leaves_the_talk():
    fields = FORMS["testimony"].definition.fields

    written = [field for field in fields if field.property]

    assert {field.level for field in written} == {"sealed"}
    assert {field.home for field in written} == {"event", "child-event"}


@pytest.mark.parametrize("form_id", ["functioning_2_4", "functioning_5_17"])
def test_the_questions_of_a_licensed_instrument_are_only_named(form_id):
    fields = FORMS[form_id].definition.fields
    domains = [field for field in fields if field.name.startswith("cfm_")]

    for text in (text for field in domains for text in field.label.values()):
        assert "?" not in text
        assert len(text) <= 60


@every_form
def test_what_can_do_harm_says_so(form_id):
    medical, custody = (
        {"medication", "allergies", "self_harm"},
        {"care_type", "adult_able"},
    )
    harm = {field.property: field.harm for field in FORMS[form_id].definition.fields}

    assert {harm[name] for name in REFERENCES & harm.keys()} <= {"identity"}
    assert {harm[name] for name in medical & harm.keys()} <= {"medical"}
    assert {harm[name] for name in custody & harm.keys()} <= {"custody"}
    consents = [name for name in harm if name and name.startswith("consent_")]
    assert {harm[name] for name in consents} <= {"consent", None}


@pytest.mark.javarosa
@every_form
def test_odk_validate_takes_the_form(form_id, tmp_path):
    verdict = odk_validate(FORMS[form_id].xml, tmp_path)

    assert verdict.returncode == 0, verdict.stderr


@pytest.mark.javarosa
def test_odk_validate_would_notice_a_broken_form(tmp_path):
    broken = FORMS["reception"].xml.replace(b"once(today())", b"once(today(")

    assert odk_validate(broken, tmp_path).returncode != 0


def odk_validate(xml, folder):
    java = shutil.which("java")
    need(java, "Java, for ODK Validate")
    jar = files("pyxform") / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    path = folder / "form.xml"
    path.write_bytes(xml)
    return subprocess.run(
        [java, "-jar", str(jar), str(path)], capture_output=True, text=True, check=False
    )

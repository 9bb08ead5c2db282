"""Owners of forms at the command line."""

import json

import pytest
from click.testing import CliRunner
from illustrated import FILES, SOURCE
from network import a_central
from new_nodes import a_node
from programs import said
from workbooks import a_book, as_excel, as_markdown, put

from intake_server.cli import main


@pytest.fixture
def kyiv(tmp_path):
    return a_node(tmp_path / "kyiv")


def run(folder, *words, expect=0):
    result = CliRunner().invoke(
        main, ["forms", *map(str, words), "--data", str(folder)]
    )
    assert result.exit_code == expect, result.output
    return result.stdout


def a_file(folder, book, name="form.md"):
    path = folder / name
    path.write_bytes(as_excel(book) if name.endswith("xlsx") else as_markdown(book))
    return path


def damaged():
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:home", "house")
    put(book, "choices", 3, "label::English (en)", "")
    return book


def test_a_form_is_checked_and_published(tmp_path, kyiv):
    path = str(a_file(tmp_path, a_book(), "form.xlsx"))

    checked = json.loads(run(kyiv, "check", path, "--json"))
    published = said(kyiv, "forms", "publish", path)
    again = json.loads(run(kyiv, "publish", path, "--json"))
    wrong = a_file(tmp_path, damaged())
    refused = json.loads(run(kyiv, "check", wrong, "--json", expect=1))

    assert checked["faults"] == published["faults"] == []
    assert (published["published_before"], again["published_before"]) == (False, True)
    assert [
        (fault["wrong"], fault["sheet"], fault["row"], fault["column"])
        for fault in refused["faults"]
    ] == [
        ("taken", "settings", 2, "version"),
        ("home", "survey", 4, "bind::dodomu:home"),
        ("text", "choices", 3, "label::English (en)"),
    ]
    listed = json.loads(run(kyiv, "list", "--json"))["forms"]
    assert "checkup" in {form["form_id"] for form in listed}


def test_all_faults_stand_in_one_table(tmp_path):
    out = run(tmp_path, "check", a_file(tmp_path, damaged()), expect=1)

    home, text, counted = out.splitlines()[:3]
    assert home.split()[:3] == ["survey", "4", "bind::dodomu:home"]
    assert "there are: person, case" in home
    assert text.split()[:2] == ["choices", "3"]
    assert counted == "2 wrong; nothing was published."


def test_without_a_node_a_form_is_compared_with_the_shipped_ones(tmp_path):
    book = a_book(form_id="reception")

    out = run(tmp_path, "check", a_file(tmp_path, book), expect=1)

    assert "The version must rise" in out


def test_without_java_that_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    out = run(tmp_path, "check", a_file(tmp_path, a_book()))

    assert out.splitlines() == [
        "checkup 1: nothing is wrong.",
        "ODK Validate was not asked: there is no Java on this machine.",
    ]


def test_a_centre_publishes_nothing(tmp_path):
    with a_central(tmp_path / "centre").database:
        path = a_file(tmp_path, a_book())
        words = ["forms", "publish", str(path), "--json"]

        refused = CliRunner().invoke(main, [*words, "--data", str(tmp_path / "centre")])

    assert refused.exit_code == 1
    assert "central" in json.loads(refused.stdout)["error"]


def test_a_blank_form_is_written_to_be_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    said = json.loads(run(tmp_path, "print", "reception", "--json"))
    run(tmp_path, "print", "reception", "--lang", "en", "--output", "form.html")
    refused = json.loads(run(tmp_path, "print", "nothing", "--json", expect=1))

    assert said["file"] == f"reception-{said['version']}-uk.html"
    assert "Прийом після повернення" in (tmp_path / said["file"]).read_text("utf-8")
    assert "Return reception intake" in (tmp_path / "form.html").read_text("utf-8")
    assert "reunification" in refused["error"]


def test_a_form_that_was_published_is_printed(tmp_path, kyiv):
    run(kyiv, "publish", a_file(tmp_path, a_book()))

    run(kyiv, "print", "checkup", "--output", tmp_path / "form.html")

    assert "Вага, кг" in (tmp_path / "form.html").read_text("utf-8")


@pytest.mark.parametrize("words", [["check", "none.md"], ["publish", "form.doc"]])
def test_what_is_no_file_of_a_form_is_wrong_usage(tmp_path, words, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "form.doc").write_text("a letter")

    run(tmp_path, *words, expect=2)


def test_a_form_is_checked_and_published_with_its_files(tmp_path, kyiv):
    form = tmp_path / "herbs.md"
    form.write_text(SOURCE, encoding="utf-8")
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    files = [word for name in FILES for word in ("--media", tmp_path / name)]

    without = run(tmp_path / "none", "check", form, expect=1)
    checked = run(tmp_path / "none", "check", form, *files)
    published = json.loads(run(kyiv, "publish", form, *files, "--json"))

    assert "The form needs the file 'herbs.csv', and it was not handed in." in without
    assert "nothing is wrong" in checked
    assert sorted(published["media"]) == [
        "herbs.csv",
        "katottg-hromadas-2026-07.csv",
        "meadow.png",
    ]


def test_a_form_is_retired_and_offered_again(kyiv):
    def offered(*words):
        listed = json.loads(run(kyiv, "list", "--json", *words))["forms"]
        return {form["form_id"]: form["is_retired"] for form in listed}

    retired = said(kyiv, "forms", "retire", "followup")

    assert retired["versions"]
    assert "followup" not in offered()
    assert offered("--all")["followup"] is True
    assert "nothing changed" in run(kyiv, "retire", "followup")
    assert "(retired)" in run(kyiv, "list", "--all")

    assert said(kyiv, "forms", "offer", "followup")["versions"] == retired["versions"]
    assert offered()["followup"] is False


def test_a_form_that_nobody_knows_is_not_retired(kyiv):
    result = CliRunner().invoke(
        main, ["forms", "retire", "reseption", "--data", str(kyiv)]
    )

    assert result.exit_code == 1
    assert "there is no form" in result.stderr

from new_nodes import a_node
from programs import said

from forms.reference import normalise, printed


def test_a_sheet_of_cards_is_written_to_be_printed_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kyiv = a_node(tmp_path / "kyiv")

    first = said(kyiv, "cards", "print")
    second = said(kyiv, "cards", "print", "--sheets", "2")

    assert first["site"] == "kyiv"
    assert len(first["references"]) == 24
    assert not set(first["references"]) & set(second["references"])
    sheet = (tmp_path / first["file"]).read_text("utf-8")
    assert all(normalise(one) == one for one in first["references"])
    assert all(printed(one) in sheet for one in first["references"])
    assert "<style>" in sheet

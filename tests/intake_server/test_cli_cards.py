from programs import dodomu, said

from forms.reference import normalise, printed


def test_a_sheet_of_cards_is_written_to_be_printed_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dodomu(tmp_path / "kyiv", "init", "--role", "central", "--site", "kyiv")

    first = said(tmp_path / "kyiv", "cards", "print")
    second = said(tmp_path / "kyiv", "cards", "print", "--sheets", "2")

    assert first["site"] == "kyiv"
    assert len(first["references"]) == 24
    assert not set(first["references"]) & set(second["references"])
    sheet = (tmp_path / first["file"]).read_text("utf-8")
    assert all(normalise(one) == one for one in first["references"])
    assert all(printed(one) in sheet for one in first["references"])
    assert "<style>" in sheet

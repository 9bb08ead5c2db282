"""The forms that the field client is tested on are those that are shipped."""

from field_vectors import FOLDER, wanted


def test_the_field_client_is_tested_on_the_shipped_forms():
    here = {path.name: path.read_bytes() for path in FOLDER.iterdir()}

    assert here == wanted(), "say python tests/support/field_vectors.py"

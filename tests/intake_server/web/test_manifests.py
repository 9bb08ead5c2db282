"""Files beside a form, as ODK Collect and the API fetch them."""

import gzip
from dataclasses import replace
from hashlib import md5
from urllib.parse import urlsplit

import pytest
from illustrated import FILES, HERBS, illustrated
from lxml.etree import fromstring
from servers import arrival, bearing

from forms.media import Medium
from forms.places import lists
from forms.places.lists import HROMADA_LIST
from intake_server.storage import forms, rebuild
from sync import documents

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
HOST = "https://centre.example/"
EVERY = [*FILES, HROMADA_LIST.name]


@pytest.fixture
def herbs(server):
    server.publish(illustrated())
    return server


def digest(content):
    return f"md5:{md5(content, usedforsecurity=False).hexdigest()}"


def entries(answer, tag, within):
    return [
        {part.tag.removeprefix(within): part.text for part in entry}
        for entry in fromstring(answer.data).iter(f"{within}{tag}")
    ]


def listed(server, device):
    answer = server.client.get(f"/key/{device}/formList", base_url=HOST)
    return {form["formID"]: form for form in entries(answer, "xform", LIST)}


def files(server, device):
    url = listed(server, device)["herbs"]["manifestUrl"]
    answer = server.client.get(url, base_url=HOST)
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    return entries(answer, "mediaFile", MANIFEST)


def test_only_a_form_with_files_names_a_manifest(herbs, device):
    found = listed(herbs, device)

    assert "manifestUrl" not in found["arrival"]
    assert found["herbs"]["manifestUrl"].startswith(f"{HOST}key/{device}/")


def test_a_manifest_has_all_that_collect_needs_of_each_file(herbs, device):
    found = files(herbs, device)

    assert sorted(file["filename"] for file in found) == sorted(EVERY)
    for file in found:
        assert file["hash"].startswith("md5:")
        assert file["downloadUrl"].startswith(f"{HOST}key/{device}/")


def test_every_file_is_exactly_the_bytes_that_its_hash_is_taken_of(herbs, device):
    given = {HROMADA_LIST.name: lists.content(HROMADA_LIST.name), **FILES}

    for file in files(herbs, device):
        answer = herbs.client.get(file["downloadUrl"], base_url=HOST)

        assert answer.data == given[file["filename"]]
        assert digest(answer.data) == file["hash"]


def test_the_api_lists_and_serves_the_same_files(herbs, device):
    every = herbs.get("/api/v1/forms", device).json["forms"]
    [form] = [form for form in every if form["form_id"] == "herbs"]

    assert sorted(file["name"] for file in form["media"]) == sorted(EVERY)
    for file in form["media"]:
        answer = herbs.get(file["url"], device)
        assert digest(answer.data) == file["hash"]
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_file_that_is_known_is_not_sent_again(herbs, device):
    url = "/api/v1/forms/herbs/1/media/herbs.csv"
    first = herbs.get(url, device)

    again = herbs.client.get(
        url, headers={**bearing(device), "If-None-Match": first.headers["ETag"]}
    )

    assert first.content_type == "text/csv; charset=utf-8"
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", [HROMADA_LIST.name, "meadow.png"])
def test_a_list_comes_small_to_a_phone_that_reads_gzip(herbs, device, name):
    url = f"/key/{device}/xforms/herbs/1/media/{name}"
    plain = herbs.client.get(url)
    small = herbs.client.get(url, headers={"Accept-Encoding": "gzip"})

    is_list = name == HROMADA_LIST.name
    assert small.headers.get("Content-Encoding") == ("gzip" if is_list else None)
    unpacked = gzip.decompress(small.data) if is_list else small.data
    assert unpacked == plain.data
    assert (len(small.data) < len(plain.data) / 5) == is_list
    assert "Accept-Encoding" in small.headers["Vary"]
    assert (small.headers["ETag"] == plain.headers["ETag"]) != is_list
    again = herbs.client.get(
        url,
        headers={"Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_form_comes_small_to_a_phone_that_reads_gzip(herbs, device):
    url = listed(herbs, device)["herbs"]["downloadUrl"]

    small = herbs.client.get(
        url, base_url=HOST, headers={"Accept-Encoding": "gzip;q=1.0"}
    )
    never = herbs.client.get(
        url, base_url=HOST, headers={"Accept-Encoding": "gzip;q=0, identity"}
    )

    assert gzip.decompress(small.data) == never.data == illustrated().xml


@pytest.mark.parametrize(
    "path",
    [
        "herbs/1/media/oak.png",
        "herbs/2/media/herbs.csv",
        "arrival/2026112201/media/herbs.csv",
    ],
)
def test_a_file_that_no_form_has_is_absent(herbs, device, path):
    assert herbs.get(f"/api/v1/forms/{path}", device).status_code == 404
    assert herbs.client.get(f"/key/{device}/xforms/{path}").status_code == 404


def test_a_later_version_brings_its_own_files_and_the_earlier_keeps_its(herbs, device):
    later = HERBS + "sage,Шавлія\n".encode()
    herbs.publish(illustrated("2", **{"herbs.csv": later}))

    said = {
        version: herbs.get(
            f"/api/v1/forms/herbs/{version}/media/herbs.csv", device
        ).data
        for version in ("1", "2")
    }

    assert said == {"1": HERBS, "2": later}


def test_a_form_whose_list_is_not_here_yet_waits_and_the_earlier_is_handed_out(
    herbs, device
):
    form = illustrated("2")
    later = Medium(name="katottg-2031-01.csv", md5="", sha256="0" * 64, size=0)
    herbs.publish(replace(form, media=(*form.media, later)))

    found = listed(herbs, device)
    manifest = herbs.client.get(f"/key/{device}/xforms/herbs/2/manifest.xml")

    assert found["herbs"]["version"] == "1"
    assert manifest.status_code == 404


def test_everything_about_files_follows_from_the_changes(herbs):
    with herbs.database.reading() as session:
        assert rebuild.compare(session).different == ()
        before = forms.find(session, "herbs", "1")
    with herbs.database.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM form_file")
    with herbs.database.transaction() as session:
        assert rebuild.compare(session).different == (documents.schema("herbs", "1"),)
        rebuild.renew(session)
    with herbs.database.reading() as session:
        sha256 = next(m.sha256 for m in before.media if m.name == "herbs.csv")
        assert forms.content(session, before, sha256) == HERBS


def test_the_address_of_every_file_is_on_the_host_that_was_asked(herbs, device):
    hosts = {urlsplit(file["downloadUrl"]).netloc for file in files(herbs, device)}

    assert hosts == {"centre.example"}
    assert arrival().media == ()

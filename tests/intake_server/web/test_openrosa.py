import base64
import re
from collections import ChainMap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import md5, sha256

import pytest
from lxml.etree import fromstring
from servers import Server, a_server, an_xml, arrival

from intake_server.services import enrolment
from intake_server.storage import blobs, submissions

LIST = "{http://openrosa.org/xforms/xformsList}"
ANSWER = "{http://openrosa.org/http/response}"


def listed(answer):
    return [
        {field.tag.removeprefix(LIST): field.text for field in entry}
        for entry in fromstring(answer.data)
    ]


def said(answer):
    message = fromstring(answer.data).find(f"{ANSWER}message")
    return message.get("nature"), message.text


def code_in(answer):
    """The child's code that a receipt tells."""
    _, text = said(answer)
    return re.search(r"Код дитини: (\S+)\.", text)[1].replace("-", "")


def test_the_list_has_all_that_collect_needs(server, device):
    answer = server.client.get(f"/key/{device}/formList?deviceID=collect:1")

    (form,) = listed(answer)
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "10000000"
    assert form["formID"] == "arrival"
    assert form["name"] == "Прибуття"
    assert form["version"] == "2026112201"


def test_the_address_of_a_form_keeps_the_host_and_the_key(server, device):
    (form,) = listed(
        server.client.get(f"/key/{device}/formList", base_url="https://centre.example/")
    )

    assert form["downloadUrl"].startswith(f"https://centre.example/key/{device}/")


def test_https_is_kept_behind_a_proxy_that_nobody_told_us_of(server, device):
    settings = replace(server.settings, public_url="https://centre.example")
    public = Server(server.database, settings, server.watch)

    (form,) = listed(
        public.client.get(f"/key/{device}/formList", base_url="http://centre.example/")
    )

    assert form["downloadUrl"].startswith("https://centre.example/key/")


def test_the_hash_is_of_exactly_the_bytes_that_are_served(server, device):
    (form,) = listed(server.client.get(f"/key/{device}/formList"))

    answer = server.client.get(form["downloadUrl"])

    assert answer.data == arrival().xml
    assert form["hash"] == f"md5:{md5(answer.data, usedforsecurity=False).hexdigest()}"
    assert answer.content_type == "text/xml; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("formID=arrival", ["arrival"]),
        ("formID=other", []),
        ("verbose=true&listAllVersions=true", ["arrival"]),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(server, device, query, names):
    answer = server.client.get(f"/key/{device}/formList?{query}")

    assert [form["formID"] for form in listed(answer)] == names


def test_an_older_version_is_listed_for_those_who_ask_and_served_for_ever(
    server, device
):
    server.publish(arrival("2026113001"))

    newest = listed(server.client.get(f"/key/{device}/formList"))
    every = listed(server.client.get(f"/key/{device}/formList?listAllVersions=true"))

    assert [form["version"] for form in newest] == ["2026113001"]
    assert [form["version"] for form in every] == ["2026112201", "2026113001"]
    for form in every:
        body = server.client.get(form["downloadUrl"]).data
        assert body == arrival(form["version"]).xml


def test_a_list_that_is_known_is_not_sent_again(server, device):
    first = server.client.get(f"/key/{device}/formList")

    again = server.client.get(
        f"/key/{device}/formList", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304


def test_head_of_the_list_tells_whether_the_key_holds(server, device):
    assert server.client.head(f"/key/{device}/formList").status_code == 200
    assert server.client.head("/key/wrong/formList").status_code == 401


def test_a_manifest_without_files_is_empty(server, device):
    answer = server.client.get(f"/key/{device}/xforms/arrival/2026112201/manifest.xml")

    assert list(fromstring(answer.data)) == []
    assert answer.headers["X-OpenRosa-Version"] == "1.0"


def test_head_of_the_submission_says_how_much_is_taken(server, device):
    answer = server.client.head(f"/key/{device}/submission?deviceID=collect:1")

    assert answer.status_code == 204
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "10000000"


def test_a_submission_is_answered_with_the_childs_reference(server, device):
    answer = server.collect(device, an_xml(family_name="Ремез"))

    nature, text = said(answer)
    assert answer.status_code == 201
    assert nature == "submit_success"
    assert text.startswith("Форму прийнято. Код дитини: 223-")


def test_a_submission_sent_again_is_taken_for_the_same(server, device):
    server.collect(device, an_xml())

    answer = server.collect(device, an_xml())

    assert answer.status_code == 201
    assert "вже прийнято" in said(answer)[1]


def test_the_same_id_with_other_answers_is_kept_too(server, device):
    server.collect(device, an_xml(family_name="Ремез"))

    answer = server.collect(device, an_xml(family_name="Тиха"))

    assert answer.status_code == 202
    assert "координатор" in said(answer)[1]


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(b"<data>", id="malformed"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00", id="no-text"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", id="doctype"),
        pytest.param(b"<a>" * 100 + b"</a>" * 100, id="deep"),
        pytest.param(b'<data id="arrival" version="2026112201"/>', id="no-id"),
        pytest.param(an_xml().replace(b"2026112201", b"1"), id="version"),
        pytest.param(an_xml().replace(b"arrival", b"other"), id="form"),
        pytest.param(an_xml(weight="a lot"), id="value"),
        pytest.param(an_xml(child_ref="2232222"), id="reference"),
        pytest.param(an_xml(family_name="x" * 300_000), id="long-field"),
        pytest.param(an_xml(family_name="x" * 2_000_000), id="large"),
    ],
)
def test_what_is_odd_is_kept_so_that_no_phone_tries_for_ever(server, device, xml):
    answer = server.collect(device, xml)

    assert answer.status_code == 201
    assert said(answer)[0] == "submit_success"


def test_files_are_kept_with_the_form(server, device):
    xml = an_xml(photo="face.jpg")

    answer = server.collect(device, xml, face_jpg=b"picture")

    digest = sha256(b"picture")
    assert answer.status_code == 201
    with server.database.reading() as session:
        (kept,) = submissions.known(session, ["uuid:1"])["uuid:1"]
        assert blobs.find(session, digest.digest()) == b"picture"
    assert kept.attachments == (
        {"name": "face.jpg", "sha256": digest.hexdigest(), "size": 7},
    )


def test_files_of_a_second_part_are_kept_with_the_same_form(server, device):
    server.collect(device, an_xml(photo="face.jpg"), face_jpg=b"one")

    server.collect(device, an_xml(photo="face.jpg"), other_jpg=b"two")

    with server.database.reading() as session:
        (kept,) = submissions.known(session, ["uuid:1"])["uuid:1"]
    assert [file["name"] for file in kept.attachments] == ["face.jpg", "other.jpg"]


def test_a_files_name_is_never_a_path(server, device):
    server.collect(device, an_xml(), **{"../../etc/passwd": b"x"})

    with server.database.reading() as session:
        (kept,) = submissions.known(session, ["uuid:1"])["uuid:1"]
    assert kept.attachments[0]["name"] == "passwd"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/key/wrong/submission", 401), ("/key/wrong", 404), ("/submission", 401)],
)
def test_who_is_unknown_is_told_so_in_xml(server, path, status):
    answer = server.client.post(path, data={})

    assert answer.status_code == status
    assert answer.content_type == "text/xml; charset=utf-8"
    assert said(answer)[0] == "submit_error"


def test_a_post_without_a_form_is_refused(server, device):
    empty = server.collect(device, None, face_jpg=b"picture")
    plain = server.client.post(f"/key/{device}/submission", data=b"<data/>")

    assert empty.status_code == 400
    assert plain.status_code == 400


def test_a_post_says_how_much_it_may_have_and_is_never_read_past_ten_times_that(
    server, device
):
    answer = server.collect(device, an_xml(), large_jpg=b"x" * 100_000_001)

    assert answer.status_code == 413
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "10000000"


def test_a_file_that_is_too_large_is_left_out_and_its_form_kept(server, device):
    answer = server.collect(
        device,
        an_xml(photo="large.jpg"),
        large_jpg=b"x" * 10_000_001,
        small_jpg=b"picture",
    )

    assert answer.status_code == 201
    assert said(answer)[1].endswith(
        "Завеликих файлів не прийнято: 1. Передайте їх координаторові інакше."
    )
    assert "Не надійшли" not in said(answer)[1]
    assert [file["name"] for file in kept_of(server).attachments] == ["small.jpg"]


def test_files_past_their_number_are_left_out(tmp_path, stores):
    with a_server(tmp_path, stores, max_attachments=2) as server:
        device = server.device()
        answer = server.collect(device, an_xml(), a_jpg=b"a", b_jpg=b"b", c_jpg=b"c")
        server.collect(device, an_xml(), d_jpg=b"d")

        assert "Файлів понад дозволене число не прийнято: 1." in said(answer)[1]
        assert [f["name"] for f in kept_of(server).attachments] == ["a.jpg", "b.jpg"]
        with server.database.reading() as session:
            assert blobs.find(session, sha256(b"d").digest()) is None


def test_files_past_a_devices_day_are_left_out_until_tomorrow(tmp_path, stores):
    with a_server(tmp_path, stores, max_daily_bytes=10) as server:
        device = server.device()
        answer = server.collect(device, an_xml(photo="a.jpg"), a_jpg=b"picture" * 2)
        server.watch.forward(days=1)
        later = server.collect(device, an_xml(photo="a.jpg"), a_jpg=b"picture")

        assert answer.status_code == 201
        assert "Файлів понад денний обсяг не прийнято: 1." in said(answer)[1]
        assert "не прийнято" not in said(later)[1]


def kept_of(server, name="uuid:1"):
    with server.database.reading() as session:
        (kept,) = submissions.known(session, [name])[name]
    return kept


def shown_photo(server, token):
    (record,) = server.get("/api/v1/records?kind=person", token).json["records"]
    return record["values"]["photo"]


def test_a_form_in_several_posts_says_what_is_awaited_until_all_has_come(
    server, device, coordinator
):
    xml = an_xml(photo="face.jpg")

    first = server.collect(device, xml, **{"*isIncomplete*": b"yes"})
    waiting = shown_photo(server, coordinator)
    last = server.collect(device, xml, face_jpg=b"picture")
    again = server.collect(device, xml)

    assert "Ще мають надійти файли: 1." in said(first)[1]
    assert waiting == "face.jpg"
    for answer in (last, again):
        assert answer.status_code == 201
        assert "файли" not in said(answer)[1]
    assert shown_photo(server, coordinator) == sha256(b"picture").hexdigest()


def test_a_file_that_never_came_is_said_to_be_wanting(server, device):
    answer = server.collect(device, an_xml(photo="face.jpg"))

    assert "Не надійшли файли: 1. Якщо вони є на телефоні" in said(answer)[1]


def test_a_second_file_of_one_name_is_kept_and_the_answer_stays(
    server, device, coordinator
):
    xml = an_xml(photo="face.jpg")
    server.collect(device, xml, face_jpg=b"one")

    server.collect(device, xml, face_jpg=b"two")

    assert shown_photo(server, coordinator) == sha256(b"one").hexdigest()
    digests = [sha256(content).hexdigest() for content in (b"one", b"two")]
    assert [file["sha256"] for file in kept_of(server).attachments] == digests
    with server.database.reading() as session:
        assert blobs.find(session, sha256(b"two").digest()) == b"two"


def test_files_come_in_any_order_and_as_often_as_they_like(server, device, coordinator):
    xml = an_xml(photo="face.jpg")
    for files in ({"audit_jpg": b"a"}, {"face_jpg": b"f"}, {"audit_jpg": b"a"}, {}) * 2:
        assert server.collect(device, xml, **files).status_code == 201

    assert shown_photo(server, coordinator) == sha256(b"f").hexdigest()
    assert [f["name"] for f in kept_of(server).attachments] == ["audit.jpg", "face.jpg"]


def basic(name, password):
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def test_a_device_may_give_its_id_and_token_instead(server, device):
    (known,) = enrolment.enrolled(server.database)

    answer = server.client.get("/formList", headers=basic(known.id, device))

    (form,) = listed(answer)
    assert "/key/" not in form["downloadUrl"]
    assert (
        server.client.get(form["downloadUrl"], headers=basic(known.id, device)).data
        == arrival().xml
    )


def test_a_token_does_not_open_under_another_name(server, device):
    answer = server.client.get("/formList", headers=basic("other", device))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_token_is_not_taken_over_a_line_that_others_can_read(server, device):
    (known,) = enrolment.enrolled(server.database)

    plain = server.client.get(
        "/formList",
        headers=basic(known.id, device),
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    secure = server.client.get(
        "/formList",
        headers=basic(known.id, device),
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
        base_url="https://centre.example",
    )

    assert plain.status_code == 401
    assert secure.status_code == 200


@pytest.mark.parametrize(
    ("how", "status"),
    [
        pytest.param({}, 200, id="on-this-machine"),
        pytest.param({"base_url": "http://127.0.0.1:8080"}, 200, id="by-its-address"),
        pytest.param({"base_url": "http://centre.example"}, 401, id="by-another-name"),
        pytest.param(
            {"headers": {"X-Forwarded-For": "192.0.2.7"}}, 401, id="passed-on"
        ),
        pytest.param({"headers": {"Forwarded": "for=192.0.2.7"}}, 401, id="forwarded"),
        pytest.param({"headers": {"Via": "1.1 proxy"}}, 401, id="via"),
        pytest.param({"headers": {"Host": "[::1]:8080"}}, 200, id="by-its-sixth"),
        pytest.param({"headers": {"Host": "[::1"}}, 401, id="by-no-name"),
    ],
)
def test_a_proxy_that_nobody_told_us_of_makes_no_line_safe(server, device, how, status):
    (known,) = enrolment.enrolled(server.database)
    headers = {**basic(known.id, device), **how.pop("headers", {})}

    answer = server.client.get("/formList", headers=headers, **how)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("proto", "status"),
    [("https", 200), ("http", 401), ("https, http", 401), (None, 401)],
)
def test_a_proxy_that_we_were_told_of_says_whether_the_line_is_safe(
    server, device, proto, status
):
    (known,) = enrolment.enrolled(server.database)
    behind = Server(
        server.database, replace(server.settings, proxy_hops=1), server.watch
    )
    said_by_proxy = {"X-Forwarded-For": "192.0.2.7"}
    if proto is not None:
        said_by_proxy["X-Forwarded-Proto"] = proto

    answer = behind.client.get(
        "/formList",
        headers={**basic(known.id, device), **said_by_proxy},
        base_url="http://centre.example",
    )

    assert answer.status_code == status
    if status == 200:
        assert listed(answer)[0]["downloadUrl"].startswith("https://centre.example/")


def test_the_date_of_collect_is_never_believed(server, device):
    server.client.head(
        f"/key/{device}/submission", headers={"Date": "Sun, 22 Nov 2026 10:30:00 GMT"}
    )
    server.collect(device, an_xml())

    assert server.get("/api/v1/devices/me", device).json["clock_off_ms"] is None


def test_many_phones_at_once_each_get_the_receipt_of_their_own_form(server):
    phones = [server.device("truskavets"), server.device("chernivtsi")] * 4
    sites = ["truskavets", "chernivtsi"] * 24

    def hand_in(numbers, phone):
        forms = {f"form-{n}": an_xml(f"form-{n}", family_name="Ремез") for n in numbers}
        return {
            f"uuid:{name}": code_in(server.collect(phone, form))
            for name, form in forms.items()
        }

    with ThreadPoolExecutor(len(phones)) as threads:
        shares = [range(n, 48, len(phones)) for n in range(len(phones))]
        told = dict(ChainMap(*threads.map(hand_in, shares, phones)))

    names = [f"uuid:form-{n}" for n in range(48)]
    with server.database.reading() as session:
        kept = {n: one for n, (one,) in submissions.known(session, names).items()}
    assert told == {name: one.reference for name, one in kept.items()}
    assert len(set(told.values())) == 48, "no two children have one code"
    assert [kept[name].site for name in names] == sites


def test_a_form_that_two_phones_send_at_once_is_kept_once(server, device):
    form = an_xml(family_name="Ремез")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: server.collect(device, form), range(8)))

    texts = [said(answer)[1] for answer in answers]
    assert {answer.status_code for answer in answers} == {201}
    assert sum("вже прийнято" in text for text in texts) == 7
    assert len({code_in(answer) for answer in answers}) == 1

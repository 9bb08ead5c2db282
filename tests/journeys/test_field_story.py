"""Four siblings at a border with no line: one volunteer, one phone, nothing lost.

A real server in a process of its own, a real browser with a profile of its own, and
between them a line that is up twice: when the phone is let in, and at the end.
"""

from hashlib import sha256

import pytest
from PIL import Image
from playwright.sync_api import expect
from posts import a_post
from volunteers import PATIENCE_MS, Volunteer

pytestmark = pytest.mark.browser

GPS = 0x8825
A_BREATH_MS = 2_000
MADE = """
(() => {
  const kept = [];
  Object.defineProperty(window, "made", { get: () => Promise.all(kept) });
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
    return toBlob.call(this, (blob) => {
      kept.push(blob.arrayBuffer()
        .then((bytes) => crypto.subtle.digest("SHA-256", bytes))
        .then((digest) => [...new Uint8Array(digest)]
          .map((byte) => byte.toString(16).padStart(2, "0")).join("")));
      done(blob);
    }, ...how);
  };
})();
"""
"""Notes the digest of each picture that the client makes, beside the client."""

FIRST = {
    "reception_point": ("border_point",),
    "safety_words": ("done",),
    "comm_mode": ("speech",),
    "consent_intake": ("given",),
    "consent_by": ("parent",),
    "name_called": "Тарасик",
    "family_name": "Гончаренко-Ніл",
    "given_name": "Тарас",
    "sex": ("male",),
    "age_years": "11",
    "return_channel": ("volunteers",),
    "origin_type": ("tot",),
    "accompaniment": ("relative",),
    "siblings_here": "3",
    "siblings_elsewhere": ("no",),
    "urgent_needs": ("none",),
    "triage": ("green",),
    "function_help": ("none",),
    "wants_call": ("no",),
    "docs_held": ("none",),
    "destination": ("rehab",),
    "destination_site": ("truskavets",),
}
OTHERS = [
    {"name_called": "Злата", "sex": ("female",), "age_years": "9"},
    {"name_called": "Зоряна", "sex": ("female",), "age_years": "7"},
    {"name_called": "Іванко", "sex": ("male",), "age_years": "4"},
]
AGAIN = (
    *("safety_words", "consent_intake", "consent_by", "urgent_needs", "triage"),
    *("function_help", "wants_call", "docs_held"),
)


def of_a_child(answers, picture):
    """What a form asks, in its order, with a photo."""
    at = list(answers).index("age_years") + 1
    return dict(
        [
            *list(answers.items())[:at],
            ("photo_id", picture),
            *list(answers.items())[at:],
        ]
    )


def of_a_sibling(answers, picture):
    """What is asked of each child anew, in the order of the form."""
    asked = {
        name: answers.get(name, FIRST[name])
        for name in FIRST
        if name in answers or name in AGAIN
    }
    return of_a_child(asked, picture)


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """A photo as a phone takes it, with the place in it."""
    path = tmp_path_factory.mktemp("camera") / "IMG_20261126_Taras.jpg"
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (49.0, 16.0, 30.0), 3: "E", 4: (23.0, 30.0, 10.0)}
    noise = Image.effect_noise((3000, 2000), 80).convert("RGB")
    noise.save(path, "JPEG", exif=exif)
    assert b"Exif" in path.read_bytes()
    return path


@pytest.fixture
def post(tmp_path, browser):
    with a_post(tmp_path, browser.browser_type) as post:
        yield post


def begin(volunteer):
    volunteer.say("Прийом після повернення")
    expect(volunteer.question("reception_point")).to_be_visible()


def test_four_siblings_are_taken_in_with_no_line_and_nothing_is_lost(post, picture):
    phone = post.phone()
    page = phone.switch_on()
    page.add_init_script(MADE)
    olena = Volunteer(page)
    olena.get_in(post.line.url, post.code())
    olena.become_known()
    olena.forms_are_here()

    post.line.tear()
    made = []
    begin(olena)
    asked = list(of_a_child(FIRST, picture).items())
    olena.fill(dict(asked[:5]))
    olena.sign("consent_signature")
    olena.fill(dict(asked[5:]))
    made += page.evaluate("window.made")
    page.wait_for_timeout(A_BREATH_MS)

    phone.kill()
    page = phone.switch_on()
    page.add_init_script(MADE)
    olena.page = page
    page.goto(f"{post.line.url}/field/")
    olena.unlock()
    olena.at_home()
    drafts = page.locator("section[aria-labelledby=drafts-title]")
    olena.tap(drafts.locator(".starts", has_text="Прийом після повернення"))
    expect(page.locator(".foot")).to_be_visible()
    olena.finish()
    olena.say("Запечатати зараз")

    for answers in OTHERS:
        olena.say("Наступна дитина цієї родини")
        expect(page.locator(".foot")).to_be_visible()
        olena.fill(of_a_sibling(answers, picture))
        olena.finish()
        olena.say("Запечатати зараз")
    made += page.evaluate("window.made")
    olena.say("На початок")
    assert post.kept() == []

    post.line.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")
    olena.say("Надіслані форми")
    received = page.locator('.sent[data-state="received"]')
    expect(received).to_have_count(4, timeout=PATIENCE_MS)
    shown = page.locator(".sent").all_inner_texts()

    kept = sorted(post.kept(), key=lambda one: one.finalized_at)
    assert [one.status for one in kept] == ["stored"] * 4
    assert {one.worker for one in kept} == {"Олена"}
    for one, line in zip(reversed(kept), shown, strict=True):
        assert one.reference in line.replace("-", "")
    told = [post.said_by(one) for one in kept]
    assert [one["name_called"] for one in told] == [
        ["Тарасик"],
        ["Злата"],
        ["Зоряна"],
        ["Іванко"],
    ]
    assert [one["age_at_return"] for one in told] == [11, 9, 7, 4]
    assert all(one["return_channel"] == ["volunteers"] for one in told)
    assert told[0]["family_name"] == "Гончаренко-Ніл"

    files = [file for one in kept for file in one.attachments]
    assert len(files) == 5
    for file in files:
        content = post.file(file["sha256"])
        assert sha256(content).hexdigest() == file["sha256"]
        assert file["sha256"] in made
        assert b"Exif" not in content
        assert "IMG_" not in file["name"]

"""What a lost phone, a false node, an order to wipe and a forgotten passphrase cost."""

import secrets
from base64 import b64encode
from contextlib import suppress

import pytest
from arrivals import FIRST
from forgers import Said, a_forger, problem, receipts
from hands import handed_on
from leaks import everything_in, found_in
from lines import Line
from network import a_member
from new_nodes import a_node
from phone_stores import in_store
from playwright.sync_api import Error, expect
from posts import Post
from programs import dodomu, said, serving
from sealed import digest_of
from volunteers import PATIENCE_MS, PIN, Volunteer, until

from intake_server.config import Settings
from intake_server.security import envelope
from intake_server.security.keyring import RECEIPT_KEY

pytestmark = pytest.mark.browser

FORMS = 50
RECEPTION = "Прийом після повернення"
SHORT = {
    name: answer
    for name, answer in FIRST.items()
    if name not in ("family_name", "given_name")
} | {"siblings_here": "0"}
PLANTED = (
    *("name_called", "family_name", "given_name", "patronymic"),
    *("escort_name", "escort_phone", "worker_note"),
)


def at_work(post, phone, name="Олена"):
    """Somebody who has been let in and has all forms."""
    olena = Volunteer(phone.switch_on(), name)
    olena.come_in(post.line.url, post.code())
    return olena


def begin(volunteer):
    volunteer.say(RECEPTION)
    expect(volunteer.question("reception_point")).to_be_visible(timeout=PATIENCE_MS)


def hurried(volunteer, **more):
    """Fill a short form in, and seal it."""
    begin(volunteer)
    volunteer.fill_in_a_hurry({**SHORT, **more})
    volunteer.say("Запечатати зараз")
    expect(volunteer.page.get_by_text("Запечатано.")).to_be_visible()
    volunteer.say("На початок")
    volunteer.at_home()


def words(number):
    """Strings that stand nowhere else, of the kinds that a child's form holds."""
    said = iter(
        "".join(secrets.choice("абвгдежзиклмнопрстуфхцчшщюя") for _ in range(12))
        for _ in range(number)
    )
    return [word.capitalize() for word in said]


def planted(secret, phone):
    """Answers that must never be found."""
    return {
        "name_called": secret[0],
        "family_name": secret[1],
        "given_name": secret[2],
        "patronymic": secret[3],
        "escort_name": secret[4],
        "escort_phone": phone,
        "worker_note": f"{secret[5]} {secret[6]}",
    }


def in_order(answers):
    """Answers in the order in which the form asks."""
    order = (
        *list(SHORT)[:6],
        *("family_name", "given_name", "patronymic"),
        *list(SHORT)[6:11],
        *("escort_name", "escort_phone"),
        *list(SHORT)[11:],
        "worker_note",
    )
    return {name: answers[name] for name in order if name in answers}


def test_a_phone_that_is_taken_away_with_fifty_forms_tells_nothing(post):
    phone = post.phone()
    secret = words(22)
    control = words(1)[0]
    numbers = [f"+38067{secrets.randbelow(10**7):07}" for _ in range(3)]
    olena = at_work(post, phone, secret[21])
    olena.page.evaluate("word => localStorage.setItem('control', word)", control)
    post.line.tear()

    answers = [planted(secret[7 * n : 7 * n + 7], numbers[n]) for n in range(3)]
    begin(olena)
    olena.fill(in_order({**SHORT, **answers[0]}))
    olena.finish()
    olena.say("Запечатати зараз")
    olena.say("На початок")
    olena.at_home()
    for number in range(1, FORMS):
        hurried(olena, **answers[number] if number < len(answers) else {})
    assert len(in_store(olena.page, "bodies")) == FORMS
    phone.kill()

    sought = [*secret, *numbers, olena.passphrase, PIN]
    assert len(sought) >= 20
    assert phone.holds(sought) == []
    assert {found for found, _ in phone.holds([control])} == {control}

    olena.page = phone.switch_on()
    post.line.is_down = False
    olena.page.goto(f"{post.line.url}/field/")
    olena.unlock()
    olena.at_home()
    sent = olena.page.get_by_text("Усе надіслано.")
    expect(sent).to_be_visible(timeout=4 * PATIENCE_MS)
    until(olena.page, lambda: in_store(olena.page, "bodies") == [])
    kept = post.kept()
    assert [one.status for one in kept] == ["stored"] * FORMS
    said = [post.said_by(one) for one in kept]
    for one in answers:
        assert any(told["name_called"] == [one["name_called"]] for told in said)


def state(page):
    """In which state each finished form is, by its id."""
    return {one["id"]: one["state"] for one in in_store(page, "items")}


def ask(volunteer):
    """Have all that waits tried now, whatever was said of it before."""
    volunteer.page.goto(f"{volunteer.page.url.split('#')[0]}#/settings")
    volunteer.say("Отримати форми")
    expect(volunteer.page.get_by_role("button", name="Отримати форми")).to_be_enabled()


def of_the_site(post):
    """The key by which the node signs: what nobody on the line has."""
    kept = (post.folder / "keys" / RECEIPT_KEY).read_bytes()
    return envelope.private(kept)


def receipt(item, key, site, **changed):
    """A receipt of a form, all in order but for what is changed."""
    said = {
        "instance_id": item["instance_id"],
        "status": "stored",
        "sha256": digest_of(item),
        "missing": [],
        "by": site,
        **changed,
    }
    text = "|".join((said["instance_id"], said["sha256"], said["status"], "", ""))
    return {"sig": envelope.sign(key, text), **said}


def lies(post):
    """What a false node may say, by what is wrong with it."""
    stranger = envelope.private(envelope.new_private())
    site, own = post.site, of_the_site(post)
    zeros = b64encode(bytes(64)).decode()

    def told(key, **changed):
        return lambda items: receipts(
            *(receipt(item, key, site, **changed) for item in items)
        )

    return {
        "signed by nobody": told(stranger, sig=zeros),
        "signed by a stranger": told(stranger),
        "signed for other content": told(own, sha256="0" * 64),
        "signed for another form": told(own, instance_id="uuid:other"),
        "signed as refused": told(own, status="rejected"),
        "by a site that nobody knows": told(stranger, by="nowhere"),
        "no receipts": lambda _: receipts(),
        "a portal": lambda _: Said(type="text/html", body="<h1>Wi-Fi</h1>"),
        "a portal that says it is JSON": lambda _: Said(body="<h1>Wi-Fi</h1>"),
        "a redirect": lambda _: Said(302, headers={"Location": "/portal"}),
    }


def at_rest(page):
    """Return the states of all forms once none is being sent."""
    seen = {}

    def is_at_rest():
        seen.clear()
        seen.update(state(page))
        return "sending" not in seen.values()

    until(page, is_at_rest)
    return seen


def test_no_lie_on_the_line_costs_a_form(post):
    phone = post.phone()
    olena = at_work(post, phone)
    post.line.tear()
    for name in ("Тарасик", "Злата", "Зоряна"):
        hurried(olena, name_called=name)
    bodies = in_store(olena.page, "bodies")
    names = set(state(olena.page))

    with a_forger(post.server.port) as forger:
        post.line.lead(forger.port)
        for what, lie in lies(post).items():
            before, forger.lie = forger.told, lie
            ask(olena)
            until(olena.page, lambda before=before: forger.told > before)
            states = at_rest(olena.page)
            assert set(states) == names, what
            assert set(states.values()) <= {"ready", "not_received"}, what
            assert in_store(olena.page, "bodies") == bodies, what
        assert post.kept() == []

        forger.lie = None
        ask(olena)
        until(olena.page, lambda: set(state(olena.page).values()) == {"received"})

    assert in_store(olena.page, "bodies") == []
    kept = post.kept()
    assert {one.instance_id for one in kept} == names
    assert [one.status for one in kept] == ["stored"] * 3


LEFT = """
async () => [
  (await indexedDB.databases()).length,
  (await caches.keys()).length,
  localStorage.length,
  (await navigator.serviceWorker.getRegistrations()).length,
]
"""


def test_only_the_own_site_wipes_a_phone_and_what_was_sealed_is_handed_in(post):
    phone = post.phone()
    olena = at_work(post, phone)
    [device] = [one for one in in_store(olena.page, "device") if "receiptKey" in one]
    post.line.tear()
    hurried(olena, name_called="Тарасик")
    begin(olena)
    olena.choose("reception_point", "border_point")
    until(olena.page, lambda: len(in_store(olena.page, "drafts")) == 1)
    order = f"dodomu/wipe/v1|{device['id']}|2026-11-28T10:00:00Z"
    stranger = envelope.private(envelope.new_private())
    false = problem(
        "revoked", 401, wipe_order=order, wipe_sig=envelope.sign(stranger, order)
    )

    with a_forger(post.server.port) as forger:
        post.line.lead(forger.port)
        forger.lie, forger.is_thorough = lambda _: false, True
        ask(olena)
        until(olena.page, lambda: forger.told > 0)
        until(olena.page, lambda: "sending" not in state(olena.page).values())
        assert len(in_store(olena.page, "bodies")) == 1
        assert len(in_store(olena.page, "drafts")) == 1
        assert len(in_store(olena.page, "workers")) == 1
        assert post.kept() == []

        dodomu(post.folder, "device", "revoke", device["id"])
        forger.lie = lambda _: problem("unauthenticated", 401)
        forger.is_thorough = False
        olena.say("Отримати форми")
        waits = olena.page.get_by_text("Запечатаних форм центр іще не прийняв")
        expect(waits).to_be_visible(timeout=PATIENCE_MS)
        assert len(in_store(olena.page, "bodies")) == 2
        assert in_store(olena.page, "drafts") == []
        assert in_store(olena.page, "workers") == []
        assert post.aside() == []

        forger.lie = None
        olena.page.reload()
        expect(olena.page.get_by_text("все стерто")).to_be_visible(timeout=PATIENCE_MS)

    assert olena.page.evaluate(LEFT) == [0, 0, 0, 0]
    kept = post.aside()
    assert {one.status for one in kept} == {"quarantined"}
    assert [one.slug for one in kept] == ["revoked-device"] * 2
    assert sum("Тарасик".encode() in one.raw for one in kept) == 1
    [told] = [
        one
        for one in said(post.folder, "device", "list")["devices"]
        if one["device_id"] == device["id"]
    ]
    assert told["wiped"]


def engines(page):
    """How many engines of forms the page has; one that is just ending counts no more."""
    found = 0
    for worker in page.workers:
        with suppress(Error):
            found += worker.evaluate("name") == "forms"
    return found


def test_a_lock_takes_the_form_from_memory_and_nothing_that_a_mistake_has_hidden(post):
    olena = at_work(post, post.phone())
    page = olena.page
    begin(olena)
    olena.fill(dict(list(SHORT.items())[:6]))
    at_work_before = engines(page)

    page.get_by_role("button", name="Назад").click()
    olena.choose("consent_intake", "refused")
    page.goto(f"{post.line.url}/field/#/settings")
    olena.say("Замкнути")
    expect(page.get_by_label("Шість цифр", exact=True)).to_be_visible()
    until(page, lambda: engines(page) == 0)
    olena.unlock()
    page.goto(f"{post.line.url}/field/#/")
    olena.at_home()
    olena.tap(page.locator("section[aria-labelledby=drafts-title] .starts").first)
    olena.go_to("consent_intake")
    olena.choose("consent_intake", "given")
    olena.go_to("name_called")

    assert at_work_before == 1
    name = olena.question("name_called").locator("input")
    expect(name).to_have_value("Тарасик")


TEN = 10
HOLD = """() => {
  const { subtle } = crypto;
  const real = subtle.encrypt.bind(subtle);
  const freed = new Promise((done) => { window.free = done; });
  subtle.encrypt = (...all) => freed.then(() => real(...all));
}"""
"""Nothing more is written down before it is let go on."""


@pytest.mark.parametrize("how", ["ten wrong passphrases", "forgotten"])
def test_a_draft_whose_passphrase_is_lost_arrives_unfinished(post, how):
    olena = at_work(post, post.phone())
    page = olena.page
    begin(olena)
    olena.fill(dict(list(SHORT.items())[:6]))
    page.goto(f"{post.line.url}/field/#/settings")
    olena.say("Замкнути")
    olena.say("Увести гасло")

    if how == "forgotten":
        olena.say("Не памʼятаю гасла")
        olena.say("Передати")
    else:
        for left in range(TEN - 1, -1, -1):
            page.get_by_label("Гасло", exact=True).fill("зовсім інші чотири слова")
            olena.say("Відімкнути")
            if left:
                expect(page.get_by_role("alert")).to_contain_text(str(left))
                assert len(in_store(page, "drafts")) == 1
    expect(page.get_by_text("Ваше гасло")).to_be_visible()

    assert in_store(page, "drafts") == []
    until(page, lambda: set(state(page).values()) == {"looked_at"})
    [kept] = post.aside()
    assert (kept.status, kept.slug) == ("quarantined", "unfinished")
    assert "Тарасик".encode() in kept.raw
    assert in_store(page, "bodies") == []


def test_what_is_still_being_written_arrives_before_its_key_goes(post):
    olena = at_work(post, post.phone())
    page = olena.page
    begin(olena)
    *before, (name, text) = list(SHORT.items())[:6]
    olena.fill(dict(before))
    handed_on(page)
    olena.go_to(name)
    page.evaluate(HOLD)
    olena.write(name, text)
    page.evaluate("location.hash = '/settings'")
    olena.say("Замкнути")
    olena.say("Увести гасло")
    olena.say("Не памʼятаю гасла")
    olena.say("Передати")
    expect(page.get_by_role("button", name="Передати")).to_be_disabled()
    assert len(in_store(page, "drafts")) == 1

    page.evaluate("window.free()")
    expect(page.get_by_text("Ваше гасло")).to_be_visible()
    until(page, lambda: set(state(page).values()) == {"looked_at"})
    [kept] = post.aside()
    assert text.encode() in kept.raw


def all_of(post):
    """Everything that a node's store holds."""
    with post.reading() as session:
        return everything_in(session)


def test_a_form_is_handed_in_at_another_site_and_read_at_home_alone(tmp_path, browser):
    home, away = tmp_path / "truskavets", a_node(tmp_path / "kyiv")
    secret = words(1)[0]
    code = said(away, "site", "add", "truskavets")["code"]
    with serving(away) as central, Line(("127.0.0.1", central.port)) as line:
        joining = ("--upstream", central.url, "--join", code)
        dodomu(home, "init", "--role", "center", "--site", "truskavets", *joining)
        with serving(home) as server:
            line.lead(server.port)
            centre = Post(home, "truskavets", server, line, browser.browser_type)
            phone = centre.phone()
            olena = at_work(centre, phone)
            line.tear()
        begin(olena)
        asked = in_order({**SHORT, "family_name": secret})
        olena.fill(dict(list(asked.items())[:5]))
        olena.sign("consent_signature")
        olena.fill_in_a_hurry(dict(list(asked.items())[5:]))
        olena.say("Запечатати зараз")
        olena.say("На початок")
        [name] = state(olena.page)

        line.lead(central.port)
        ask(olena)
        post = Post(away, "kyiv", central, line, browser.browser_type)
        until(olena.page, lambda: found_in(all_of(post), name))
        until(olena.page, lambda: state(olena.page)[name] == "ready")
        assert found_in(all_of(post), secret) == []
        assert post.kept() == []
        [body] = in_store(olena.page, "bodies")
        assert len(in_store(olena.page, "files")) == 1

        done = said(home, "sync", "now")
        assert done["pulled"] > 0
        [kept] = centre.kept()
        assert centre.said_by(kept)["family_name"] == secret
        assert kept.worker == "Олена"

        with serving(home) as server:
            line.lead(server.port)
            ask(olena)
            until(olena.page, lambda: state(olena.page)[name] == "received")
        [kept] = centre.kept()
        [file] = kept.attachments
        assert centre.file(file["sha256"])
        assert in_store(olena.page, "files") == []
        assert body
        phone.kill()


def forget_phones(post):
    """Put the node's store back to before it let anybody in."""
    settings = Settings.load({}, post.folder / "dodomu.toml")
    with a_member(settings).database as store, store.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM device")


def test_a_phone_that_a_restored_node_has_forgotten_hands_in_and_comes_in_anew(post):
    phone = post.phone()
    olena = at_work(post, phone)
    post.line.tear()
    hurried(olena, name_called="Тарасик")
    forget_phones(post)
    [body] = in_store(olena.page, "bodies")

    post.line.is_down = False
    ask(olena)
    until(olena.page, lambda: set(state(olena.page).values()) == {"looked_at"})
    [kept] = post.aside()
    assert (kept.status, kept.slug) == ("quarantined", "unknown-device")
    assert body

    olena.page.goto(f"{olena.page.url.split('#')[0]}#/")
    olena.say("Увести новий код")
    olena.say("Назад")
    olena.unlock()
    olena.say("Увести новий код")
    field = olena.page.get_by_label("Код, 10 знаків")
    expect(field).to_have_value("")
    field.fill(post.code())
    olena.say("Увійти")
    olena.unlock()
    olena.at_home()
    expect(olena.page.get_by_text("не впізнає")).to_be_hidden(timeout=PATIENCE_MS)
    hurried(olena, name_called="Злата")
    until(olena.page, lambda: "received" in state(olena.page).values())
    [kept] = post.kept()
    assert post.said_by(kept)["name_called"] == ["Злата"]

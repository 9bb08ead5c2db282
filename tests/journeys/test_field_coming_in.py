"""A volunteer comes in although the answer to their code was lost on a thin line."""

import pytest
from forgers import a_forger
from playwright.sync_api import expect
from programs import said
from volunteers import PATIENCE_MS, Volunteer

pytestmark = pytest.mark.browser

ENROL = "/api/v1/devices/enrol"


def devices(post):
    return len(said(post.folder, "device", "list")["devices"])


def test_a_code_whose_answer_was_lost_lets_the_same_phone_in(post):
    code = post.code()
    before = devices(post)
    with a_forger(post.server.port) as forger:
        post.line.lead(forger.port)
        forger.loses = ENROL
        olena = Volunteer(post.phone().switch_on())
        olena.get_in(post.line.url, code)
        lost = olena.page.get_by_role("alert")
        expect(lost).to_contain_text("Спробуйте той самий код", timeout=PATIENCE_MS)
        assert devices(post) == before + 1

        forger.loses = ""
        stranger = Volunteer(post.phone().switch_on())
        stranger.get_in(post.line.url, code)
        refused = stranger.page.get_by_role("alert")
        expect(refused).to_contain_text("Код не діє", timeout=PATIENCE_MS)
        olena.say("Увійти")
        olena.become_known()
        olena.forms_are_here()

    assert devices(post) == before + 1

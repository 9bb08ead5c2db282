import logging

from servers import SIGNING, Server, an_item, an_xml

from intake_server.security.policy import Role

NAME = "Незабутько"
DRUG = "кветіапін"


def test_no_answer_and_no_token_is_in_any_log(server, caplog):
    caplog.set_level(logging.DEBUG)
    device, worker = server.device(), server.token(Role.WORKER)
    browser = server.browser(Role.COORDINATOR)

    for number in range(2):
        item = an_item(str(number), family_name=NAME, medication=DRUG)
        (receipt,) = server.send(device, item)
        server.send(device, {**item, "form_version": DRUG})
        server.collect(device, an_xml(f"x{number}", family_name=NAME))
        server.collect(device, f"<a>{NAME}".encode())
    doc = receipt["documents"][0]["doc"]
    server.get(f"/api/v1/records/{doc}", worker)
    server.get(f"/api/v1/records?q={NAME}", worker)
    server.get(f"/api/v1/records?q={NAME}&{DRUG}=1", worker)
    server.post("/api/v1/submissions", device, {NAME: DRUG})
    server.post("/api/v1/submissions", device, f'{{"{NAME}'.encode())
    server.post("/api/v1/queue/0/resolve", worker, {"value": NAME, "reason": DRUG})
    server.client.get(f"/key/{device}/nothing")
    browser.post("/sign-out", data={"csrf": NAME})

    for secret in (NAME, DRUG, device, worker, SIGNING):
        assert secret not in caplog.text


def test_an_application_redacts_what_others_log(server, caplog):
    logging.setLogRecordFactory(logging.LogRecord)
    caplog.set_level(logging.INFO)

    Server(server.database, server.settings)
    logging.getLogger("werkzeug").info('"GET /key/%s/formList HTTP/1.1" 200', "s3cr3t")

    assert caplog.messages == ['"GET /key/…/formList HTTP/1.1" 200']

"""ODK Collect with a name and a password, over a line that nobody else can read."""

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Thread

import pytest
from collect import AuthenticationNeededError, Collect
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from servers import a_server, an_xml
from stores import SqliteStores
from werkzeug.serving import WSGIRequestHandler, make_server

from intake_server.services import enrolment


class Silent(WSGIRequestHandler):
    def log(self, type, message, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def listening(app, context):
    server = make_server(
        "127.0.0.1", 0, app, True, request_handler=Silent, ssl_context=context
    )
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(tmp_path):
    with a_server(tmp_path, SqliteStores(tmp_path)) as server:
        yield server


@pytest.fixture
def credentials(server):
    token = server.device()
    (known,) = enrolment.enrolled(server.database)
    return known.id, token


def test_a_name_and_a_password_open_what_a_key_opens(server, certificate, credentials):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    with listening(server.app, context) as url:
        phone = Collect(url, credentials, authority=certificate)
        done = phone.update()
        sent = phone.send(an_xml(family_name="Ремез"))
        stranger = Collect(url, (credentials[0], "wrong"), authority=certificate)
        with pytest.raises(AuthenticationNeededError):
            stranger.update()

    assert done == {"arrival": "new"}
    assert phone.swallowed == []
    assert sent.status == 201

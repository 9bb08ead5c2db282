"""ODK Collect on the wire: what it sends, what it expects, when it gives up.

Written after its source (OkHttpConnection, OpenRosaClient, OpenRosaServerInstanceUploader,
ServerFormUseCases, Kxml2OpenRosaResponseParser). What it swallows in silence is kept in
``swallowed``, so that a test can say that nothing was.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import requests
from lxml import etree

_LIST: Final = "{http://openrosa.org/xforms/xformsList}"
_MANIFEST: Final = "{http://openrosa.org/xforms/xformsManifest}"
_RESPONSE: Final = "{http://openrosa.org/http/response}"
_MOST_FILES: Final = 100
_MOST_REDIRECTS: Final = 20
_TIMEOUT_S: Final = (30, 60)
_DEFAULT_LENGTH: Final = 10_000_000
_TYPES: Final = {"jpg": "image/jpeg", "csv": "text/csv", "mp3": "audio/mpeg"}


class CollectError(Exception):
    """Collect tells the volunteer that something did not work."""


class AuthenticationNeededError(CollectError):
    """Collect asks for a name and a password."""


@dataclass
class Form:
    """A form on the phone."""

    form_id: str
    version: str
    hash: str
    xml: bytes
    media: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What came of sending a form: ``posts`` is how many it took."""

    status: int
    message: str
    posts: int


@dataclass
class Collect:
    """A phone with ODK Collect, set up for one server.

    ``credentials`` are given when the server asks, and over https only, as Collect does;
    ``authority`` is whose certificates the phone trusts, where that is not everybody's.
    """

    server_url: str
    credentials: tuple[str, str] | None = None
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    swallowed: list[str] = field(default_factory=list)
    device_id: str = field(default_factory=lambda: f"collect:{uuid4().hex[:16]}")
    settings: Mapping[str, Any] = field(default_factory=dict)
    authority: Path | None = None

    @classmethod
    def scan(cls, code: str) -> "Collect":
        """Set a phone up with what a settings QR says."""
        said = json.loads(zlib.decompress(b64decode(code)))
        general = said["general"]
        assert isinstance(said["admin"], dict), "Collect wants both, even empty"
        return cls(general["server_url"], settings=general)

    def update(self) -> dict[str, str]:
        """Fetch what is new, as ``match_exactly`` does; say what was done with each."""
        entries = self._list()
        done = {}
        for entry in entries:
            done[entry["formID"]] = self._fetch(entry)
        listed = {(entry["formID"], entry["version"]) for entry in entries}
        for gone in self.forms.keys() - listed:
            del self.forms[gone]
        return done

    def form(self, form_id: str) -> Form:
        """Return a form on the phone."""
        return next(form for form in self.forms.values() if form.form_id == form_id)

    def send(
        self,
        xml: bytes,
        files: Sequence[tuple[str, bytes]] = (),
        name: str = "form.xml",
    ) -> Sent:
        """Send a finished form with the files of its folder.

        Raises:
            AuthenticationNeededError: The server asks who this is.
            CollectError: The form stays on the phone and is tried again.
        """
        url = f"{self.server_url}/submission"
        head = self._ask("HEAD", url)
        if head.status_code == 401:
            raise AuthenticationNeededError
        if head.status_code == 204:
            length = int(
                head.headers.get("X-OpenRosa-Accept-Content-Length", _DEFAULT_LENGTH)
            )
            url = self._moved(head, url)
        elif 200 <= head.status_code < 300:
            raise CollectError("is this an OpenRosa endpoint?")
        else:
            length = _DEFAULT_LENGTH
        posts, done = 0, 0
        while posts == 0 or done < len(files):
            body, kind, done = _post(name, xml, files, done, length)
            answer = self._ask("POST", url, body=body, kind=kind)
            posts += 1
            if answer.status_code not in (201, 202):
                raise _refusal(answer)
            if not answer.content:
                raise CollectError("No entity body")
        return Sent(answer.status_code, _message(answer), posts)

    def _list(self) -> list[dict[str, str]]:
        root = self._xml(f"{self.server_url}/formList", f"{_LIST}xforms")
        entries = []
        for entry in root.iter(f"{_LIST}xform"):
            said = {part.tag.removeprefix(_LIST): part.text for part in entry}
            for needed in ("formID", "name", "downloadUrl"):
                if not said.get(needed):
                    raise CollectError(f"the list is not understood: no {needed}")
            if not said.get("hash"):
                raise CollectError(f"{said['formID']} has no hash")
            entries.append({"version": "", **said})
        return entries

    def _fetch(self, entry: Mapping[str, str]) -> str:
        place = (entry["formID"], entry["version"])
        known = self.forms.get(place)
        media = self._media(entry)
        if known is not None and known.hash == entry["hash"]:
            if {name: _md5(data) for name, data in known.media.items()} == {
                name: digest for name, (digest, _) in media.items()
            }:
                return "on device"
            known.media = self._files(media, known.media)
            return "updated media"
        xml = self.get(entry["downloadUrl"]).content
        if _md5(xml) != entry["hash"]:
            # Collect keeps the form and fetches it again for ever.
            self.swallowed.append(f"the hash of {entry['formID']} is of other bytes")
        is_other_version = any(form_id == place[0] for form_id, _ in self.forms)
        self.forms[place] = Form(*place, entry["hash"], xml, self._files(media, {}))
        if known is not None:
            return "updated hash"
        return "updated version" if is_other_version else "new"

    def _media(self, entry: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Return hash and address of each file; a manifest that fails counts for none."""
        if not entry.get("manifestUrl"):
            return {}
        try:
            root = self._xml(entry["manifestUrl"], f"{_MANIFEST}manifest")
            return dict(_media_file(one) for one in root.iter(f"{_MANIFEST}mediaFile"))
        except (CollectError, KeyError, AttributeError) as error:
            self.swallowed.append(f"the manifest of {entry['formID']}: {error!r}")
            return {}

    def _files(
        self, media: Mapping[str, tuple[str, str]], known: Mapping[str, bytes]
    ) -> dict[str, bytes]:
        files = {}
        for name, (digest, url) in media.items():
            if name in known and _md5(known[name]) == digest:
                files[name] = known[name]
                continue
            files[name] = self.get(url).content
            if _md5(files[name]) != digest:
                self.swallowed.append(f"the hash of {name} is of other bytes")
        return files

    def _xml(self, url: str, root: str) -> Any:
        answer = self.get(url)
        if "text/xml" not in answer.headers.get("Content-Type", "text/xml"):
            raise CollectError("not text/xml")
        if "X-OpenRosa-Version" not in answer.headers:
            raise CollectError("not an OpenRosa server")
        document = etree.fromstring(answer.content)
        if document.tag != root:
            raise CollectError(f"not {root}")
        return document

    def get(self, url: str) -> requests.Response:
        """Fetch something; anything but 200 is an error."""
        answer = self._ask("GET", url)
        if answer.status_code == 401:
            raise AuthenticationNeededError
        if answer.status_code != 200:
            raise CollectError(f"status {answer.status_code}")
        return answer

    def _ask(
        self, method: str, url: str, body: bytes | None = None, kind: str = ""
    ) -> requests.Response:
        """Ask once without credentials and, where they are wanted, once with them."""
        answer = self._once(method, url, body, kind, None)
        is_secure = urlsplit(url).scheme == "https"
        is_home = urlsplit(url).netloc == urlsplit(self.server_url).netloc
        wants_basic = "basic" in answer.headers.get("WWW-Authenticate", "").lower()
        if answer.status_code != 401 or not (self.credentials and is_home):
            return answer
        if not (is_secure and wants_basic):
            return answer
        return self._once(method, url, body, kind, self.credentials)

    def _once(
        self,
        method: str,
        url: str,
        body: bytes | None,
        kind: str,
        credentials: tuple[str, str] | None,
    ) -> requests.Response:
        headers = {
            "X-OpenRosa-Version": "1.0",
            "User-Agent": "org.odk.collect.android/v2026.3.1 Dalvik/2.1.0",
            # The pattern that it is written with has a clock of twelve hours.
            "Date": datetime.now(UTC).strftime("%a, %d %b %Y %I:%M:%S GMT"),
            **({"Content-Type": kind} if kind else {}),
        }
        for _ in range(_MOST_REDIRECTS):
            answer = requests.request(
                method,
                url,
                params={"deviceID": self.device_id},
                data=body,
                headers=headers,
                auth=credentials,
                timeout=_TIMEOUT_S,
                verify=str(self.authority) if self.authority else True,
                allow_redirects=False,
            )
            if not answer.is_redirect:
                return answer
            url = self._moved(answer, url).partition("?")[0]
        raise CollectError("too many redirects")

    def _moved(self, answer: requests.Response, url: str) -> str:
        place = urljoin(url, answer.headers.get("Location", url))
        if urlsplit(place).hostname != urlsplit(self.server_url).hostname:
            raise CollectError("sent on to another host")
        return place


def _media_file(element: Any) -> tuple[str, tuple[str, str]]:
    said = {part.tag.removeprefix(_MANIFEST): part.text for part in element}
    if not said["hash"].startswith("md5:"):
        raise CollectError("a hash that is none")
    name = said["filename"].rsplit("/", 1)[-1]
    return name, (said["hash"], said["downloadUrl"])


def _post(
    name: str,
    xml: bytes,
    files: Sequence[tuple[str, bytes]],
    first: int,
    length: int,
) -> tuple[bytes, str, int]:
    """Return one post, its type, and the number of the file that the next begins with.

    The form's own size does not count, so a post may be larger than what is allowed.
    """
    parts = [_part("xml_submission_file", name, "text/xml", xml)]
    size, following = 0, first
    while following < len(files):
        file_name, data = files[following]
        kind = _TYPES.get(file_name.rsplit(".", 1)[-1], "application/octet-stream")
        parts.append(_part(file_name, file_name, kind, data))
        size, following = size + len(data), following + 1
        if following < len(files) and (
            following - first > _MOST_FILES or size + len(files[following][1]) > length
        ):
            parts.append(_part("*isIncomplete*", None, None, b"yes"))
            break
    boundary = str(uuid4())
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    kind = f"multipart/form-data; boundary={boundary}"
    return body + b"--%s--\r\n" % boundary.encode(), kind, following


def _part(name: str, file: str | None, kind: str | None, data: bytes) -> bytes:
    said = f"Content-Disposition: form-data; name={_quoted(name)}"
    if file is not None:
        said += f"; filename={_quoted(file)}"
    if kind is not None:
        said += f"\r\nContent-Type: {kind}"
    return f"{said}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


def _quoted(text: str) -> str:
    escaped = text.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22")
    return f'"{escaped}"'


def _md5(data: bytes) -> str:
    return f"md5:{md5(data, usedforsecurity=False).hexdigest()}"


def _message(answer: requests.Response) -> str:
    return etree.fromstring(answer.content).findtext(f"{_RESPONSE}message")


def _refusal(answer: requests.Response) -> CollectError:
    if answer.status_code == 401:
        return AuthenticationNeededError()
    if answer.status_code == 200:
        return CollectError("network login failure?")
    return CollectError(f"status {answer.status_code}")

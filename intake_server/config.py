"""What an operator can set, read once at the start.

Defaults, then ``dodomu.toml`` in the data directory, then ``DODOMU_*``; later sources
win. ``DODOMU_X_FILE`` (in the file: ``x_file``) reads ``x`` from a file, for secrets.
"""

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Self

from intake_server.errors import ConfigError, UnsafeConfigError

PREFIX: Final = "DODOMU_"
FILE_NAME: Final = "dodomu.toml"

_WEAK_BELOW: Final = 32
_FEW_CHARACTERS: Final = 10
_SECRETS: Final = ("secret_key", "smtp_password")
_LAST_PORT: Final = 65_535
_LONGEST_ADDRESS: Final = 254
_MAILBOX: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_ADDRESSES: Final = ("public_url", "upstream")
_YES: Final = {"1": True, "true": True, "yes": True, "on": True}
_NO: Final = {"0": False, "false": False, "no": False, "off": False}


def _says(text: str, *choices: str) -> dict[str, Any]:
    return {"help": text, "choices": choices}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set; ``dodomu settings`` prints this table."""

    data: Path = field(
        default=Path("dodomu-data"), metadata=_says("directory of keys, store and file")
    )
    role: str = field(
        default="center", metadata=_says("what this node is", "center", "central")
    )
    site: str = field(default="", metadata=_says("name of the site it stands in"))
    node: str = field(default="", metadata=_says("id of this node, from dodomu init"))
    upstream: str = field(
        default="", metadata=_says("address of the node to exchange with")
    )
    database_url: str = field(
        default="",
        metadata=_says("SQLAlchemy URL; empty: store.sqlite3 in the data directory"),
    )
    host: str = field(default="127.0.0.1", metadata=_says("address to listen on"))
    port: int = field(default=8080, metadata=_says("port to listen on"))
    public_url: str = field(
        default="", metadata=_says("address by which phones and people come here")
    )
    proxy_hops: int = field(
        default=0, metadata=_says("trusted proxies in front of this node")
    )
    lang: str = field(
        default="uk", metadata=_says("language where the asker names none", "uk", "en")
    )
    secret_key: str = field(
        default="",
        repr=False,
        metadata=_says(
            "signs page forms, makes tokens of phones; at least 32 random characters"
        ),
    )
    max_batch_bytes: int = field(
        default=2_000_000,
        metadata=_says("bytes of one batch of submissions, after decoding"),
    )
    max_batch_items: int = field(
        default=500, metadata=_says("submissions in one batch")
    )
    max_post_bytes: int = field(
        default=10_000_000,
        metadata=_says("bytes of one post of ODK Collect, files included"),
    )
    max_attachment_bytes: int = field(
        default=10_000_000,
        metadata=_says("bytes of one file; a larger one is left out, its form is kept"),
    )
    max_attachments: int = field(
        default=20, metadata=_says("files of one form; further ones are left out")
    )
    max_daily_bytes: int = field(
        default=200_000_000,
        metadata=_says("bytes of files that one device hands in on a day"),
    )
    min_free_bytes: int = field(
        default=100_000_000,
        metadata=_says("free disk space below which nothing is taken in"),
    )
    min_free_percent: int = field(
        default=10,
        metadata=_says("percent of the disk that stay free, or nothing is taken in"),
    )
    smtp_host: str = field(
        default="",
        metadata=_says("server that sends notices by e-mail; empty: none are sent"),
    )
    smtp_port: int = field(default=587, metadata=_says("its port"))
    smtp_security: str = field(
        default="starttls",
        metadata=_says(
            "how the way to it is closed; none only to a loopback address",
            "starttls",
            "tls",
            "none",
        ),
    )
    smtp_user: str = field(
        default="", metadata=_says("name to sign in there; may be empty")
    )
    smtp_password: str = field(
        default="", repr=False, metadata=_says("password to sign in there")
    )
    smtp_sender: str = field(
        default="", metadata=_says("address that notices come from")
    )
    demo: bool = field(
        default=False, metadata=_says("offer what only the demo needs; loopback only")
    )

    @classmethod
    def load(cls, environ: Mapping[str, str], file: Path | None = None) -> Self:
        """Read the settings; later sources win.

        Args:
            environ: Environment; only names that begin with ``DODOMU_`` count.
            file: ``dodomu.toml``; one that does not exist says nothing. The data
                directory is the one it lies in unless ``DODOMU_DATA`` says otherwise.

        Raises:
            ConfigError: A source names a setting that does not exist, or gives it a
                value that is not of its type.
            UnsafeConfigError: Others can read the file that a secret comes from.
        """
        found = {name: value for name, value, _ in _found(environ, file)}
        return cls(**found)

    @property
    def address(self) -> str:
        """Where people and phones reach this node."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite:///{self.data / 'store.sqlite3'}"

    @property
    def keys(self) -> Path:
        """The directory of key files."""
        return self.data / "keys"

    @property
    def is_https(self) -> bool:
        """Whether people reach this node over https."""
        return self.public_url.startswith("https://")

    def least_free(self, total: int) -> int:
        """Return how many bytes of a disk of ``total`` bytes have to stay free."""
        return max(self.min_free_bytes, total * self.min_free_percent // 100)

    def refuse_unsafe(self) -> None:
        """Refuse to go on under settings that would expose somebody.

        Raises:
            UnsafeConfigError: Names the first setting that is not safe.
        """
        if len(self.secret_key) < _WEAK_BELOW:
            raise UnsafeConfigError("secret_key", "is missing or too short")
        if len(set(self.secret_key)) < _FEW_CHARACTERS:
            raise UnsafeConfigError("secret_key", "is not random")
        if not is_loopback(self.host) and not self.is_https:
            raise UnsafeConfigError(
                "public_url", "must be https where host is not a loopback address"
            )
        self.refuse_open_letters()
        if self.demo and not is_loopback(self.host):
            raise UnsafeConfigError("demo", "only on a loopback address")

    def refuse_open_letters(self) -> None:
        """Refuse settings by which letters would go in the clear, or from nobody.

        Raises:
            UnsafeConfigError: Names the first setting that is not safe.
        """
        if not self.smtp_host:
            return
        if not is_address(self.smtp_sender):
            raise UnsafeConfigError("smtp_sender", "is no address of e-mail")
        if not 0 < self.smtp_port <= _LAST_PORT:
            raise UnsafeConfigError("smtp_port", "is no port")
        if self.smtp_security == "none" and not is_loopback(self.smtp_host):
            raise UnsafeConfigError(
                "smtp_security", "none only where smtp_host is a loopback address"
            )


def sources(environ: Mapping[str, str], file: Path | None = None) -> dict[str, str]:
    """Return where each setting comes from: a default, the file or the environment."""
    found = {name: source for name, _, source in _found(environ, file)}
    return {each.name: found.get(each.name, "default") for each in fields(Settings)}


def read_key(path: Path, *, size: int = 32) -> bytes:
    """Read a key file.

    Raises:
        UnsafeConfigError: It is missing, of another size, or others can read it.
    """
    _refuse_open(path, "key file")
    key = path.read_bytes()
    if len(key) != size:
        raise UnsafeConfigError(str(path), f"must hold exactly {size} bytes")
    return key


def is_loopback(host: str) -> bool:
    """Tell whether an address reaches no further than this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(text: str) -> bool:
    """Tell whether a text is an address of e-mail and nothing besides."""
    return len(text) <= _LONGEST_ADDRESS and _MAILBOX.fullmatch(text) is not None


def _found(
    environ: Mapping[str, str], file: Path | None
) -> Iterator[tuple[str, Any, str]]:
    if file is not None:
        yield "data", file.parent, "where the file lies"
    if file is not None and file.is_file():
        yield from _from_file(file)
    for variable in sorted(environ):
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower()
            yield _one(variable, name, environ[variable], base=Path())


def _from_file(file: Path) -> Iterator[tuple[str, Any, str]]:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), "is not a TOML file") from error
    for name, value in table.items():
        yield _one(name, name, value, base=file.parent)


def _one(written: str, name: str, value: Any, *, base: Path) -> tuple[str, Any, str]:
    known = {each.name: each for each in fields(Settings)}
    if name in known:
        return name, _typed(known[name], written, value), written
    target = name.removesuffix("_file")
    if name.endswith("_file") and target in known:
        path = base / str(value)
        if target in _SECRETS:
            _refuse_open(path, written)
        return target, _typed(known[target], written, _content(written, path)), written
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ConfigError(written, f"there is no such setting{hint}")


def _content(written: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(written, f"cannot be read: {path}") from error


def _typed(setting: Field[Any], written: str, value: Any) -> Any:
    typed = _read(setting.type, value)
    if typed is None:
        kind = getattr(setting.type, "__name__", str(setting.type))
        raise ConfigError(written, f"must be of type {kind}")
    choices = setting.metadata.get("choices")
    if choices and typed not in choices:
        raise ConfigError(written, f"must be one of: {', '.join(choices)}")
    if setting.name in _ADDRESSES and typed:
        if not typed.startswith(("http://", "https://")):
            raise ConfigError(written, "must begin with http:// or https://")
        return typed.rstrip("/")
    if isinstance(typed, int) and typed < 0:
        raise ConfigError(written, "must not be negative")
    return typed


def _read(kind: Any, value: Any) -> Any:
    if kind is bool:
        return value if isinstance(value, bool) else _switch(value)
    if kind is int:
        return _whole(value)
    if not isinstance(value, str):
        return None
    return Path(value) if kind is Path else value


def _switch(value: Any) -> bool | None:
    return (_YES | _NO).get(str(value).lower())


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _refuse_open(path: Path, name: str) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise UnsafeConfigError(name, f"cannot be read: {path}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeConfigError(name, f"others can read {path}; say: chmod 600")

"""What is built of the field client is what its source says."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from repository import ROOT, kept

SOURCE = ROOT / "intake_server" / "field_client"
BUILT = ROOT / "intake_server" / "static" / "field"
VITE = SOURCE / "node_modules" / ".bin" / "vite"
OF_THE_BUILD = ("index.html", "package-lock.json", "vite.config.ts", "src", "public")


def said() -> dict:
    return json.loads((BUILT / "BUILD.json").read_text("utf-8"))


def sources() -> list[str]:
    names = (
        Path(name).relative_to("intake_server/field_client").as_posix()
        for name in kept("intake_server/field_client")
    )
    return sorted(
        name
        for name in names
        if name.partition("/")[0] in OF_THE_BUILD and not name.endswith(".test.ts")
    )


def test_the_build_follows_from_the_source():
    digest = sha256()
    for name in sources():
        digest.update(f"{name}\0".encode())
        digest.update((SOURCE / name).read_bytes())
        digest.update(b"\0")

    assert said()["sources_sha256"] == digest.hexdigest(), "say make field"


def test_every_built_file_is_kept():
    kept_here = {
        Path(name).relative_to("intake_server/static/field").as_posix()
        for name in kept("intake_server/static/field")
    }

    assert kept_here == {*said()["files"], "BUILD.json"}


def test_the_lock_names_no_registry():
    lock = (SOURCE / "package-lock.json").read_text("utf-8")

    assert '"resolved"' not in lock
    assert "registry" not in lock


def test_the_terms_of_every_package_in_the_client_come_with_it():
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))
    told = (SOURCE / "public" / "licences.txt").read_text("utf-8")

    named = {line for line in told.splitlines() if line.endswith(")")}
    needed = {
        f"{path.rpartition('node_modules/')[2]} {one['version']} ({one['license']})"
        for path, one in lock["packages"].items()
        if path and not one.get("dev")
    }
    assert needed - named == set(), "say npm run licences"
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in told
    assert "Permission is hereby granted, free of charge" in told


@pytest.mark.skipif(
    not VITE.exists(),
    reason="the field client's own tools are not installed: say make field",
)
def test_building_it_again_changes_nothing(tmp_path):
    folder = tmp_path / "field"

    subprocess.run(
        [str(VITE), "build", "--outDir", str(folder), "--logLevel", "error"],
        cwd=SOURCE,
        check=True,
        timeout=300,
    )

    again = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.*")}
    here = {p.relative_to(BUILT): p.read_bytes() for p in BUILT.rglob("*.*")}
    assert again == here

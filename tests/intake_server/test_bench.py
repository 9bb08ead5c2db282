import json
import subprocess
import sys

from repository import ROOT


def test_the_bench_still_runs(tmp_path):
    written = tmp_path / "bench.json"

    subprocess.run(
        [
            *(sys.executable, "tests/bench/run.py", "--json", written, "--runs", "1"),
            *("--submissions", "4", "--changes", "20"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )

    figures = json.loads(written.read_text())["figures"]
    assert [figure["unit"] for figure in figures] == [
        "submissions/s",
        "submissions/s",
        "changes/s",
    ]
    assert all(figure["rate"] > 0 and figure["bare_rate"] > 0 for figure in figures)

#!/usr/bin/env python3
"""Measures what effective access and impact cost at scale: CPU seconds and peak memory by phase.

    benches/access.py [--runs N] [--keep DIR] [--no-build]

Builds the release binary and the generator, makes a berlicrm project of 200,000 users, 5,000 roles, 20,000 groups nested
6 deep and 20,000 rules in a temporary folder, of which one object in a hundred differs on its deployment, and one of
10,000 objects, and prints what `--timings` says. Needs nothing but Python and cargo.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
LINE = re.compile(r"^timing  (.+?) +([0-9.]+) CPU s(?: +peak +([0-9]+) MiB)?")

LARGE = ["--users", "200000", "--roles", "5000", "--groups", "20000", "--rules", "20000", "--profiles", "300"]

# Name, project, arguments.
CASES = [
    ("plan, 1 % differs", "large", ["plan", "--deployment", "drift"]),
    ("explain", "large", ["access", "explain", "USER", "view", "Leads", "--owner", "OWNER"]),
    ("who-can", "large", ["access", "who-can", "view", "Leads", "--owner", "OWNER"]),
    ("review of every person", "large", ["access", "review", "--format", "csv"]),
    ("plan of 10,000 objects, 1 % differs", "small", ["plan", "--deployment", "drift"]),
]


def timings(folder, arguments):
    """CPU seconds and peak MiB by phase of one run."""
    run = subprocess.run(
        [BINARIES / "rolecall", *arguments, "--timings"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = {}
    for line in run.stderr.splitlines():
        if match := LINE.match(line):
            found[match[1]] = (float(match[2]), int(match[3]) if match[3] else None)
    return found


def two_users(folder):
    """Two login names of a generated project."""
    names = re.findall(r"^  ([a-z]+\.[a-z][0-9]+):", "".join(
        path.read_text() for path in sorted((folder / "manifests").glob("users-0*.yaml"))[:2]
    ), re.M)
    return names[0], names[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs per case after the warm-up")
    parser.add_argument("--keep", type=Path, help="make the projects in this new folder and keep them")
    parser.add_argument("--no-build", action="store_true", help="take the binaries that are there")
    arguments = parser.parse_args()
    if not arguments.no_build:
        build = ["cargo", "build", "--release", "--bin", "rolecall", "--example", "generate"]
        subprocess.run(build, cwd=ROOT, check=True)
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="rolecall-bench-"))
    generate = [BINARIES / "examples" / "generate", "--system", "berlicrm", "--seed", "1"]
    try:
        subprocess.run([*generate, *LARGE, "--out", folder / "large"], check=True)
        subprocess.run([*generate, "--objects", "10000", "--out", folder / "small"], check=True)
        user, owner = two_users(folder / "large")
        for name, project, command in CASES:
            command = [{"USER": user, "OWNER": owner}.get(word, word) for word in command]
            if command[0] == "access":
                command += ["--in", "deployment:same"]
            timings(folder / project, command)
            runs = [timings(folder / project, command) for _ in range(arguments.runs)]
            print(name)
            for phase in runs[0]:
                seconds = statistics.median(run[phase][0] for run in runs)
                least = min(run[phase][0] for run in runs)
                peak = runs[0][phase][1]
                memory = f"{peak:8} MiB" if peak else ""
                print(f"  {phase:24}{seconds:9.3f} s{least:9.3f}{memory}")
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

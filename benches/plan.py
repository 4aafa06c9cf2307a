#!/usr/bin/env python3
"""Measures what validate and plan cost: CPU time and peak memory of the whole process.

    benches/plan.py [--runs N] [--keep DIR] [--no-build] [--check]

Builds the release binary and the generator, makes berlicrm projects of 10,000 and 100,000 objects in a temporary
folder, and runs each case several times after a warm-up. Needs nothing but Python and cargo. With --check it exits
with 1 when a target is missed; on a machine that does other things at the same time that says little.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"

ONE_FILE = """\
roles:
  Sales Manager: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Sales Rep: { reports_to: Sales Manager, profiles: [Sales], assign_records_to: same_or_lower_level }
profiles:
  Sales: { modules: { Leads: { actions: [view, create, edit] }, Accounts: { actions: [view] } } }
groups:
  Team A: { description: Field sales, members: { users: [anna, ben], roles: [Sales Rep] } }
sharing:
  defaults: { Leads: private }
  rules:
    - { module: Leads, from: { role: Sales Rep }, to: { group: Team A }, access: read_write }
"""

# Name, project, arguments, most CPU seconds, most MiB.
CASES = [
    ("validate one file", "one", ["validate"], 0.010, None),
    ("plan 10,000, same", "10000", ["plan"], 0.10, 48),
    ("plan 10,000, 1 % drift", "10000", ["plan", "--deployment", "drift"], 0.12, None),
    ("plan 100,000, same", "100000", ["plan"], 1.0, 400),
    ("plan 100,000, 1 % drift", "100000", ["plan", "--deployment", "drift"], None, None),
]
GROWTH = 11.0


def measure(binary, folder, arguments):
    """CPU seconds and peak MiB of one run."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([binary, *arguments], cwd=folder, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(arguments)} in {folder} ended with {process.returncode}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def make_projects(folder):
    one = folder / "one"
    (one / "manifests").mkdir(parents=True)
    (one / "rolecall.yaml").write_text("system: berlicrm\ndeployments: { local: { kind: embedded } }\n")
    (one / "manifests" / "all.yaml").write_text(ONE_FILE)
    for objects in ("10000", "100000"):
        generate = [BINARIES / "examples" / "generate", "--system", "berlicrm", "--objects", objects, "--seed", "1"]
        subprocess.run([*generate, "--out", folder / objects], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9, help="runs per case after the warm-up")
    parser.add_argument("--keep", type=Path, help="make the projects in this new folder and keep them")
    parser.add_argument("--no-build", action="store_true", help="take the binaries that are there")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    arguments = parser.parse_args()

    if not arguments.no_build:
        build = ["cargo", "build", "--release", "--bin", "rolecall", "--example", "generate"]
        subprocess.run(build, cwd=ROOT, check=True)
    binary = BINARIES / "rolecall"
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="rolecall-bench-"))
    try:
        make_projects(folder)
        missed = report(binary, folder, arguments.runs)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if missed and arguments.check else 0)


def report(binary, folder, runs):
    """Measures, prints the table, and says whether a target was missed."""
    missed = False
    medians = {}
    print(f"{'':26}{'CPU s, median':>14}{'least':>9}{'target':>9}{'peak MiB':>11}{'target':>8}")
    for name, project, command, most_seconds, most_memory in CASES:
        measure(binary, folder / project, command)
        measured = [measure(binary, folder / project, command) for _ in range(runs)]
        seconds = statistics.median(seconds for seconds, _ in measured)
        least = min(seconds for seconds, _ in measured)
        memory = statistics.median(memory for _, memory in measured)
        medians[name] = seconds
        missed |= most_seconds is not None and seconds > most_seconds
        missed |= most_memory is not None and memory > most_memory
        targets = [f"{most_seconds:.2f}" if most_seconds else "", f"{most_memory}" if most_memory else ""]
        print(f"{name:26}{seconds:14.3f}{least:9.3f}{targets[0]:>9}{memory:11.1f}{targets[1]:>8}")
    growth = medians["plan 100,000, same"] / medians["plan 10,000, same"]
    print(f"{'growth, 10,000 to 100,000':26}{growth:13.1f}x{'':9}{GROWTH:8.0f}x")
    return missed or growth > GROWTH


if __name__ == "__main__":
    main()

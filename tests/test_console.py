"""An interrupted command ends, whatever the libraries under it do."""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import sys, time
from dataclasses import dataclass
from theory import console

@dataclass
class Options:
    pass

def work(options):
    for _ in range(2):
        try:
            print("begun", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            {swallow}

console.PATIENCE = 0.5
sys.argv[1:] = []
console.main(Options, work, "example", "half of it is kept")
"""


def interrupted(swallow):
    """Exit code, what was said, and the seconds it took to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(swallow=swallow)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    return process.returncode, said, time.monotonic() - begun


def test_an_interrupt_is_one_line():
    code, said, _ = interrupted("raise")
    assert (code, said) == (130, "python -m example: stopped; half of it is kept.\n")


def test_an_interrupt_that_is_swallowed_ends_the_run_all_the_same():
    code, said, seconds = interrupted("pass")
    assert (code, said) == (130, "python -m example: stopped; half of it is kept.\n")
    assert 0.4 < seconds < 20

#!/usr/bin/python3 -B
"""What the tests of the Slurm engine rely on: slurm_bed runs arrays, its tasks can be killed
and cancelled, and nothing is left of it, however it ends."""
import glob
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slurm_bed")

TASKS = r"""
set -eu
cd "$1"
printf '#!/bin/bash\necho $$ > pid.$SLURM_ARRAY_TASK_ID; sleep 600\n' > task
job=$(sbatch --parsable --output=/dev/null --array=0-2 task)
states() { squeue --noheader --array --states=all --format=%K=%T --job "$job" | sort | tr '\n' ' '; }
wait_for() { for _ in $(seq 600); do states | grep -q "$1" && return; sleep 0.1; done; states; exit 1; }
wait_for '0=RUNNING 1=RUNNING 2=RUNNING'
until [ -s pid.0 -a -s pid.1 -a -s pid.2 ]; do sleep 0.1; done
kill -9 "$(cat pid.1)"
scancel "${job}_2"
wait_for '0=RUNNING 1=FAILED 2=CANCELLED'
"""


def processes_of(folder):
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as environment:
                if folder.encode() in environment.read():
                    found.append(path)
        except OSError:
            pass
    return found


class SlurmBed(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.environment = dict(os.environ, TMPDIR=self.scratch.name)
        os.mkdir(f"{self.scratch.name}/work")

    def tearDown(self):
        self.scratch.cleanup()

    def run_bed(self, *command):
        return subprocess.run([BED, *command], env=self.environment, capture_output=True, text=True)

    def expect_nothing_left(self):
        self.assertEqual(glob.glob(f"{self.scratch.name}/slurm_bed.*"), [])
        self.assertEqual(processes_of(f"{self.scratch.name}/slurm_bed."), [])

    def test_tasks_are_killed_and_cancelled(self):
        done = self.run_bed("bash", "-c", TASKS, "tasks", f"{self.scratch.name}/work")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.expect_nothing_left()  # nor of task 0, which would sleep on

    def test_the_exit_code_is_that_of_the_command(self):
        self.assertEqual(self.run_bed("bash", "-c", "exit 7").returncode, 7)
        self.expect_nothing_left()
        self.assertEqual(self.run_bed("/nonexistent").returncode, 1)
        self.expect_nothing_left()

    def test_a_signal_ends_it_all(self):
        bed = subprocess.Popen([BED, "bash", "-c", f"touch {self.scratch.name}/up; sleep 60"],
                               env=self.environment)
        while not os.path.exists(f"{self.scratch.name}/up") and bed.poll() is None:
            time.sleep(0.05)
        bed.send_signal(signal.SIGTERM)
        self.assertEqual(bed.wait(30), 128 + signal.SIGTERM)
        self.expect_nothing_left()


if __name__ == "__main__":
    if subprocess.run([BED, "true"]).returncode == 77:
        sys.exit(77)
    unittest.main()

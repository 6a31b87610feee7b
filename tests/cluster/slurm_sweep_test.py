#!/usr/bin/python3 -B
"""`tilewave sweep` on a real Slurm: the same results as on one machine, whatever happens to tasks.

  slurm_sweep_test.py TILEWAVE

Starts itself again inside slurm_bed."""
import filecmp
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TILEWAVE = ""
INCOMPLETE = 4
SECONDS = 120  # before a test gives up

# 2 x 10 x 10 points, dealt out in tasks of 20, of which each takes long enough to be met midway.
GRID = ["gemm:512x512x512", "gemm:448x640x512", "--over", "sram.size=32KiB..320KiB+32KiB",
        "--over", "dram.bandwidth=4GB/s..40GB/s+4GB/s"]
QUICK = ["gemm:64x64x64", "--over", "sram.banks=1,2,4,8,16", "--over", "dma.setup=0..9+1",
         "--timing-only"]


def rows_of(shard):
    with open(shard, "rb") as lines:
        return [line for line in lines.read().split(b"\n")[1:-1] if line]


def processes_of_task(task, folder):
    """Of one task of the sweep in `folder`: the batch script's process and its workers."""
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        try:
            with open(f"{path}/environ", "rb") as file:
                environment = file.read().split(b"\0")
            with open(f"{path}/cmdline", "rb") as file:
                command = file.read()
        except OSError:
            continue  # it has ended
        if f"SLURM_ARRAY_TASK_ID={task}".encode() in environment and folder.encode() in command:
            found.append(int(path.split("/")[2]))
    return found


class SlurmSweep(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.at = self.scratch.name
        self.dir = f"{self.at}/sweep %A dir"  # a name that a shell would split, and Slurm fill in
        self.end = time.monotonic() + SECONDS

    def tearDown(self):
        subprocess.run(["scancel", "--quiet", "--partition=debug"], check=False)
        self.scratch.cleanup()

    def tilewave(self, *arguments, code=0, **more):
        done = subprocess.run([TILEWAVE, "sweep", *arguments], capture_output=True, text=True,
                              cwd=self.at, timeout=SECONDS, **more)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def refused(self, *arguments, message, **more):
        done = self.tilewave(*arguments, code=2, **more)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr, f"tilewave: {message}\n")

    def wait_for(self, ready):
        while not ready():
            self.assertLess(time.monotonic(), self.end)
            time.sleep(0.01)

    def shards(self, task="*"):
        return sorted(glob.glob(f"{glob.escape(self.dir)}/shards/task-{task}.*.jsonl"))

    def midway(self, task):
        """Some of the task's 20 points are done, and some are not."""
        self.wait_for(lambda: any(len(rows_of(s)) >= 3 for s in self.shards(f"{task:05}")))
        self.assertLess(sum(len(rows_of(s)) for s in self.shards(f"{task:05}")), 20)

    def collect_until_complete(self, *arguments):
        while True:
            done = subprocess.run([TILEWAVE, "sweep", "--collect", self.dir, *arguments],
                                  capture_output=True, text=True, cwd=self.at)
            self.assertIn(done.returncode, (0, INCOMPLETE), done.stderr)
            if done.returncode == 0:
                return
            self.assertFalse(os.path.exists(f"{self.at}/slurm.csv"))  # nothing half exported
            self.assertLess(time.monotonic(), self.end)
            time.sleep(0.2)

    def test_killed_tasks_lose_and_repeat_nothing(self):
        self.tilewave(*GRID, "--engine", "slurm", "--dir", self.dir, "--chunk", "20")
        for task in (1, 4):
            self.midway(task)
            for pid in processes_of_task(task, self.dir):
                os.kill(pid, signal.SIGKILL)
        self.midway(6)
        with open(f"{self.dir}/submissions/0001.json") as file:
            job = json.load(file)["job"]
        subprocess.run(["scancel", f"{job}_6"], check=True)
        self.collect_until_complete("--csv", "slurm.csv", "--json", "slurm.json")
        self.tilewave(*GRID, "--csv", "local.csv", "--json", "local.json", "--jobs", "2")
        for kind in ("csv", "json"):
            self.assertTrue(filecmp.cmp(f"{self.at}/slurm.{kind}", f"{self.at}/local.{kind}",
                                        shallow=False), kind)
        with open(f"{self.at}/local.csv") as file:
            self.assertEqual(len(file.readlines()), 201)
        for task in (1, 4, 6):
            self.assertEqual(len(self.shards(f"{task:05}")), 2, task)
        # A later attempt does only what an earlier one has not done.
        keys = [json.loads(row)["key"] for shard in self.shards() for row in rows_of(shard)]
        self.assertEqual((len(keys), len(set(keys))), (200, 200))
        # Again, without a cluster, and into a store from which the local engine has all it needs.
        alone = dict(os.environ, PATH="/nonexistent")
        self.tilewave("--collect", self.dir, "--csv", "again.csv", "--store", "s.sqlite", env=alone)
        self.assertTrue(filecmp.cmp(f"{self.at}/again.csv", f"{self.at}/local.csv", shallow=False))
        stored = self.tilewave(*GRID, "--csv", "stored.csv", "--store", "s.sqlite")
        self.assertIn("200 of them were in the store", stored.stdout)
        self.assertTrue(filecmp.cmp(f"{self.at}/stored.csv", f"{self.at}/local.csv", shallow=False))

    def test_waiting(self):
        self.tilewave(*QUICK, "--engine", "slurm", "--dir", self.dir, "--chunk", "7", "--wait",
                      "--csv", "slurm.csv", "--jobs", "2", "--partition", "debug")
        self.tilewave(*QUICK, "--csv", "local.csv")
        self.assertTrue(filecmp.cmp(f"{self.at}/slurm.csv", f"{self.at}/local.csv", shallow=False))

    def test_who_stops_waiting_leaves_the_jobs_alone(self):
        waiting = subprocess.Popen(
            [TILEWAVE, "sweep", *GRID, "--engine", "slurm", "--dir", self.dir, "--chunk", "20",
             "--wait", "--csv", "slurm.csv"], cwd=self.at, stderr=subprocess.PIPE, text=True)
        self.midway(0)
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=60)
        self.assertEqual(waiting.returncode, 130)
        self.assertIn("stopped waiting; the jobs go on; collect it with: tilewave sweep --collect "
                      f"'{self.dir}'\n", said)
        self.assertFalse(os.path.exists(f"{self.at}/slurm.csv"))
        self.tilewave("--collect", self.dir, "--wait", "--csv", "slurm.csv")
        self.assertEqual(len(self.shards()), 10)  # nothing was submitted twice

    def test_attempts_end(self):
        with open(f"{self.at}/m.graph", "w") as file:
            file.write("graph g\ninput x 32x32\nparam w 32x32\ny = matmul x w\noutput y\n")
        # Once submitted, its model is gone: every attempt fails.
        self.tilewave("m.graph", "--over", "sram.banks=1,2", "--engine", "slurm", "--dir", self.dir,
                      "--attempts", "2", "--slurm", "begin=now+1hour")
        with open(f"{self.dir}/submissions/0001.json") as file:
            job = json.load(file)["job"]
        subprocess.run(["scancel", job], check=True)
        first = self.tilewave("--collect", self.dir, code=INCOMPLETE)
        self.assertIn("1 task (0) lost, submitted again as job", first.stderr)
        self.assertIn("0 of 2 points are there", first.stderr)
        with open(f"{self.dir}/submissions/0002.json") as file:
            job = json.load(file)["job"]
        subprocess.run(["scancel", job], check=True)
        self.refused("--collect", self.dir, "--csv", "x.csv", message=(
            f"{self.dir}: 2 points of 1 task (0) are missing after 2 attempts; there is no "
            f"{self.dir}/logs/{job}_0.txt; --attempts allows more"))
        self.assertFalse(os.path.exists(f"{self.at}/x.csv"))
        self.tilewave("--collect", self.dir, "--attempts", "3", code=INCOMPLETE)
        with open(f"{self.at}/m.graph", "a") as file:
            file.write("# changed\n")
        self.refused("--collect", self.dir, message=(
            f"{self.dir} was submitted for other points: a model, a DRAM part or tilewave has "
            "changed since"))

    def test_what_slurm_refuses(self):
        submit = [*QUICK, "--engine", "slurm", "--dir", self.dir]
        self.refused(*submit, "--partition", "nosuch", message=(
            "sbatch failed (exit code 1): error: Batch job submission failed: Invalid partition "
            "name specified"))
        self.assertFalse(os.path.exists(self.dir))
        self.refused(*QUICK, "--over", "dram.latency=1ns..50ns+1ns", "--engine", "slurm", "--dir",
                     self.dir, "--chunk", "1", message=(
                         "command line: --chunk 1 makes 2500 tasks of 2500 points, allowed are at "
                         "most 1001 (Slurm's MaxArraySize): --chunk 3 or more"))
        self.assertFalse(os.path.exists(self.dir))
        nowhere = dict(os.environ, PATH="/nonexistent")
        self.refused(*submit, env=nowhere,
                     message="scontrol cannot be run: No such file or directory")
        with open(os.environ["SLURM_CONF"]) as file:
            deaf = re.sub("(?m)^SlurmctldPort=.*", "SlurmctldPort=1", file.read())
        with open(f"{self.at}/deaf.conf", "w") as file:
            file.write(deaf)
        self.refused(*submit, env=dict(os.environ, SLURM_CONF=f"{self.at}/deaf.conf"), message=(
            "scontrol failed (exit code 1): slurm_load_ctl_conf error: Unable to contact slurm "
            "controller (connect failure)"))
        self.assertFalse(os.path.exists(self.dir))

    def test_folders_that_will_not_do(self):
        os.mkdir(self.dir)
        with open(f"{self.dir}/mine", "w"):
            pass
        submit = [*QUICK, "--engine", "slurm", "--dir"]
        self.refused(*submit, self.dir, message=f"--dir {self.dir} is not an empty directory")
        self.assertEqual(os.listdir(self.dir), ["mine"])
        self.refused(*submit, "/proc/sweep",
                     message="--dir /proc/sweep cannot be written: No such file or directory")
        self.refused("--collect", self.dir,
                     message=f"{self.dir} is not a sweep on a cluster: it has no sweep.json")


if __name__ == "__main__":
    if os.environ.get("IN_SLURM_BED") != "yes":
        os.environ["IN_SLURM_BED"] = "yes"
        os.execv(f"{HERE}/slurm_bed", [f"{HERE}/slurm_bed", os.path.abspath(__file__), *sys.argv[1:]])
    TILEWAVE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

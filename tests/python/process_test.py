"""Threads, interrupts, fork, the end of the interpreter, memory: each in a process of its own."""

import os
import subprocess
import sys
import textwrap
import unittest

LONG = 'tw.run("gemm:1024x1024x1024", timing_only=True, **{"dma.burst_bytes": 16})'


def python(script, timeout=120):
    script = "import os, signal, sys, threading, time\nimport tilewave as tw\n" + textwrap.dedent(script)
    return subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, timeout=timeout,
                          env=os.environ, check=False)


class ProcessTest(unittest.TestCase):
    def check(self, script, expected):
        done = python(script)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, expected, ""))

    def test_threads_take_turns(self):
        self.check("""
            found = []
            threads = [threading.Thread(target=lambda i=i: found.append(tw.run(f"gemm:{64 * i}x64x64").cycles))
                       for i in range(1, 6)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            alone = [tw.run(f"gemm:{64 * i}x64x64").cycles for i in range(1, 6)]
            print(sorted(found) == sorted(alone))
            """, "True\n")

    def test_other_threads_go_on_while_it_simulates(self):
        self.check(f"""
            ticks, done = [], []
            thread = threading.Thread(target=lambda: done.append({LONG}))
            thread.start()
            while thread.is_alive():
                ticks.append(time.monotonic()); time.sleep(0.001)
            print(len(ticks) > 20, len(done))
            """, "True 1\n")

    def test_an_interrupt_ends_a_run_and_the_next_is_as_good(self):
        self.check(f"""
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                while True:
                    {LONG}
            except KeyboardInterrupt:
                print("interrupted")
            print(tw.run("gemm:64x64x64").verdict)
            """, "interrupted\nverified\n")

    def test_an_interrupt_after_a_first_run_on_another_thread(self):
        self.check(f"""
            thread = threading.Thread(target=tw.run, args=("gemm:512x512x512",))
            thread.start(); thread.join()
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                while True:
                    {LONG}
            except KeyboardInterrupt:
                print("interrupted")
            """, "interrupted\n")

    def test_a_handler_does_not_run_what_it_interrupts(self):
        self.check(f"""
            said = []
            def handler(*_):
                try:
                    tw.run("gemm:8x8x8")
                except RuntimeError as error:
                    said.append(str(error))
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, 0.2, 0.05)  # again, as it may fall between two runs
            while not said:
                {LONG}
            signal.setitimer(signal.ITIMER_REAL, 0)
            print(said[0])
            """, "a run is under way on this thread; it has to end first\n")

    def test_the_interpreter_ends_in_mid_run(self):
        self.check(f"""
            def forever():
                while True:
                    {LONG}
            threading.Thread(target=forever, daemon=True).start()
            time.sleep(0.3)
            print("leaving")
            """, "leaving\n")

    def test_fork_in_mid_run(self):
        self.check(f"""
            done = []
            thread = threading.Thread(target=lambda: done.append({LONG}))
            thread.start()
            time.sleep(0.1)
            child = os.fork()
            if child == 0:
                os._exit(0 if tw.run("gemm:64x64x64").verdict == "verified" else 1)
            print(os.waitpid(child, 0)[1])
            thread.join()
            print(len(done))
            """, "0\n1\n")

    def test_errors_in_the_middle_leave_nothing_behind(self):
        self.check("""
            for _ in range(50):
                try:
                    tw.run("gemm:512x512x512", **{"sram.size": "4KiB"})
                except tw.InputError:
                    pass
            print(tw.run("gemm:64x64x64").verdict)
            """, "verified\n")

    def test_runs_leak_nothing(self):
        self.check("""
            def resident():
                with open("/proc/self/statm") as file:
                    return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            program, machine = tw.compile("mlp:32x32x32"), tw.Machine()
            for i in range(1, 2001):
                tw.run(program, machine).outputs
                if i == 500:
                    before = resident()
            print(resident() - before < 2e6)
            """, "True\n")

    def test_other_interpreters_are_refused(self):
        self.check("""
            import _xxsubinterpreters as interpreters
            lines = ["try:", "  import tilewave", "except ImportError as error:", "  print(error, flush=True)"]
            interpreters.run_string(interpreters.create(), chr(10).join(lines))
            """, "tilewave runs in the main interpreter alone\n")

    def test_numpy_is_not_needed_before_there_are_arrays(self):
        self.check("""
            sys.modules["numpy"] = None
            print(tw.run("gemm:64x64x64").cycles == tw.run("gemm:64x64x64", timing_only=True).cycles)
            """, "True\n")


if __name__ == "__main__":
    unittest.main()

"""The seed project's way: its schedules, op by op."""

import dataclasses
import unittest

import numpy as np

import tilewave as tw
from support import mlp, mlp_reference, mlp_values


def seed_schedule(program):
    """As the seed's scheduler gives it: from the canonical text, which has its form."""
    schedule = []
    for line in program.canonical.splitlines():
        word, *rest = line.split()
        if word == "L":
            schedule.append(tw.SchedLoad(rest[0], (int(rest[1]), int(rest[2])), int(rest[3]), int(rest[4])))
        elif word == "E":
            row, col, k, a, b, dst = map(int, rest[:6])
            schedule.append(tw.SchedExecute(row, col, k, a, b, dst))
        else:
            activation = "relu" if rest[5] == "relu" else None
            schedule.append(tw.SchedStore(rest[0], (int(rest[1]), int(rest[2])), int(rest[3]), int(rest[4]),
                                          activation))
    return schedule


class RuntimeTest(unittest.TestCase):
    def run_on(self, schedule, **options):
        runtime = tw.Runtime(sram_bytes=256 * 1024, **options)
        runtime.register_graph_tensors(mlp())
        for name, values in mlp_values().items():
            runtime.set_tensor(name, values)
        runtime.execute(schedule)
        return runtime

    def test_the_seeds_network(self):
        program = tw.compile(mlp(), "tileflow")
        outputs = []
        for schedule in (program, seed_schedule(program)):
            for options in ({}, {"overlap": True}, {"threaded": True}):
                runtime = self.run_on(schedule, **options)
                stats = runtime.stats
                self.assertEqual((stats.loads, stats.executes, stats.stores), (39, 44, 16))
                outputs.append(runtime.get_tensor("out", (128, 32)))
        for output in outputs[1:]:
            np.testing.assert_array_equal(outputs[0], output)
        self.assertLess(np.abs(outputs[0] - mlp_reference(mlp_values())).max(), 4e-8)

    def test_borders(self):
        program = tw.compile("mlp:50x70x33", "tileflow", **{"tile.edges": "real"})
        runtime = tw.Runtime()
        values = {tensor.name: np.random.RandomState(1).randn(*tensor.shape).astype(np.float32)
                  for tensor in program.tensors}
        for name, array in values.items():
            runtime.register_tensor(name, array.shape)
            runtime.set_tensor(name, array)
        runtime.execute(seed_schedule(program))
        np.testing.assert_allclose(runtime.get_tensor("out"), values["x"] @ values["w1"], rtol=1e-4, atol=1e-4)

    def test_stats_add_up_until_they_are_reset(self):
        program = tw.compile(mlp(), "tileflow")
        runtime = self.run_on(program)
        before = runtime.stats
        runtime.execute(program)
        self.assertEqual(runtime.stats.loads, 2 * before.loads)
        runtime.reset_stats()
        self.assertEqual(runtime.stats, tw.RuntimeStats())

    def test_another_shape_is_another_tensor(self):
        runtime = tw.Runtime()
        runtime.register_tensor("x", (2, 3))
        runtime.set_tensor("x", np.ones((2, 3)))
        runtime.register_tensor("x", (2, 3))
        self.assertEqual(runtime.get_tensor("x").sum(), 6)
        runtime.register_tensor("x", (4, 5))
        np.testing.assert_array_equal(runtime.get_tensor("x"), np.zeros((4, 5)))

    def test_refuses(self):
        schedule = seed_schedule(tw.compile(mlp(), "tileflow"))
        runtime = tw.Runtime()
        with self.assertRaisesRegex(tw.InputError, "not registered"):
            runtime.execute(schedule)
        with self.assertRaisesRegex(tw.InputError, "not registered"):
            runtime.set_tensor("x", np.zeros((2, 2)))
        runtime.register_tensor("x", (128, 128))
        with self.assertRaisesRegex(tw.InputError, "shape"):
            runtime.set_tensor("x", np.zeros((2, 2)))
        with self.assertRaisesRegex(tw.InputError, r"op \d+"):
            self.run_on(schedule[1:])
        with self.assertRaises(TypeError):
            self.run_on([3])
        with self.assertRaises(tw.InputError):
            tw.Runtime(sram_bytes=-1)
        for change in ({"dst_addr": 2 ** 32}, {"dst_addr": -1}, {"dst_addr": 0.5}, {"coord": (2 ** 32, 0)},
                       {"coord": (0,)}, {"bytes": -1}):
            with self.assertRaises(tw.InputError):
                self.run_on([dataclasses.replace(schedule[0], **change), *schedule[1:]])
        with self.assertRaises(tw.InputError):
            tw.Runtime().register_tensor("a", (1.9, 2))


    def test_what_a_schedule_says_is_done_or_refused(self):
        runtime = tw.Runtime()
        runtime.register_tensor("x", (32, 32))
        runtime.register_tensor("y", (32, 32))
        for load, store in (
                (tw.SchedLoad("x", (0, 0), 0, bytes=64), tw.SchedStore("y", (0, 0), 0)),
                (tw.SchedLoad("x", (0, 0), 0, buffer=7), tw.SchedStore("y", (0, 0), 0)),
                (tw.SchedLoad("x", (0, 0), 0, buffer=0.5), tw.SchedStore("y", (0, 0), 0)),
                (tw.SchedLoad("x", (0, 0), 0), tw.SchedStore("y", (0, 0), 0, activation="RELU")),
                (tw.SchedLoad("x", (0, 0), 0), tw.SchedStore("y", (0, 0), 0, activation=True)),
        ):
            with self.assertRaisesRegex(tw.InputError, "^Sched"):
                runtime.execute([load, store])
        for values in (np.full((32, 32), 1e300), np.full((32, 32), 1j), "abc",
                       np.ma.masked_array(np.ones((32, 32)), np.eye(32)), np.full((32, 32), None)):
            with self.assertRaises(tw.InputError):
                runtime.set_tensor("x", values)


if __name__ == "__main__":
    unittest.main()

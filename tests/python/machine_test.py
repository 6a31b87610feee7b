"""Machines: keys, sections, errors."""

import copy
import os
import pathlib
import pickle
import tempfile
import unittest

import numpy as np

import tilewave as tw


class MachineTest(unittest.TestCase):
    def test_later_wins(self):
        self.assertEqual(tw.Machine("edge")["sram.size"], "512KiB")
        machine = tw.Machine("edge", **{"sram.size": "1MiB", "sram.banks": 8})
        self.assertEqual((machine["sram.size"], machine.sram.banks), ("1MiB", "8"))
        self.assertEqual(machine.replace(**{"sram.size": 65536}).sram.size, "64KiB")
        self.assertEqual(machine.sram.size, "1MiB")

    def test_values_of_python(self):
        machine = tw.Machine(**{"sequencer.overlap": False, "sram.banks": np.int64(4), "dma.setup": 3.0})
        self.assertEqual((machine.sequencer.overlap, machine.sram.banks, machine.dma.setup), ("off", "4", "3"))

    def test_is_a_mapping_of_what_has_an_effect(self):
        machine = tw.Machine()
        self.assertIn("sram.size", machine)
        self.assertNotIn("compute.macs_per_cycle", machine)
        self.assertEqual(len(dict(machine)), len(machine))
        with self.assertRaisesRegex(KeyError, "did you mean 'sram.size'"):
            machine["sram.siz"]

    def test_text_makes_the_same_machine(self):
        machine = tw.Machine("mobile", **{"dram.bandwidth": "8GB/s"}) if "dram.bandwidth" in tw.Machine("mobile") \
            else tw.Machine("mobile")
        self.assertEqual(pickle.loads(pickle.dumps(machine)), machine)
        self.assertEqual(eval(repr(machine), {"Machine": tw.Machine}), machine)

    def test_every_key_is_explained(self):
        self.assertIn("on-chip memory", tw.Machine.help("sram.size"))
        for section in ("clock", "compute", "tile", "schedule", "sram", "bus", "dram", "dma", "sequencer", "vector"):
            members = type(getattr(tw.Machine(), section))
            for name in dir(getattr(tw.Machine(), section)):
                self.assertTrue(getattr(members, name).__doc__)

    def test_errors_are_the_librarys(self):
        for keys, message in (
                ({"sram.siz": 1}, "unknown key 'sram.siz'; did you mean 'sram.size'"),
                ({"sram.banks": 0}, "sram.banks=0 is out of range; allowed: 1..1024"),
                ({"sram.banks": float("nan")}, "sram.banks=nan is not a number"),
                ({"dram.preset": "ddr4-3200"}, "has no effect"),
        ):
            with self.assertRaisesRegex(tw.InputError, message):
                tw.Machine(**keys)
        with self.assertRaisesRegex(tw.InputError, "did you mean 'edge'"):
            tw.Machine("edg")
        with self.assertRaisesRegex(tw.InputError, "half of a surrogate pair"):
            tw.Machine("\ud800")
        with self.assertRaisesRegex(tw.InputError, "^sram.banks '.ud800' has half"):
            tw.Machine(**{"sram.banks": "\ud800"})
        for value in ([1], None, b"1", object()):
            with self.assertRaises(TypeError):
                tw.Machine(**{"sram.banks": value})
        with self.assertRaises(TypeError):
            tw.Machine(3)


    def test_a_machine_does_not_change_with_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "m.ini")
            with open(file, "w", encoding="ascii") as stream:
                stream.write("[sram]\nsize = 128KiB\n[compute]\nrate.i8 = 2\n")
            machine = tw.Machine(pathlib.Path(file))
            os.unlink(file)
            for same in (machine, copy.copy(machine), pickle.loads(pickle.dumps(machine)), copy.deepcopy(machine)):
                self.assertEqual(same, machine)
                self.assertEqual(same.replace(**{"sram.banks": 8}).sram.size, "128KiB")
            self.assertEqual(machine.compute.rate.i8, machine["compute.rate.i8"])
            self.assertIn(file, repr(machine))
            table = tw.sweep("gemm:8x8x8", machine, over={"sram.banks": [8]}, jobs=1)
            self.assertEqual(list(table["cycles"]), [tw.run("gemm:8x8x8", machine, **{"sram.banks": 8}).cycles])


if __name__ == "__main__":
    unittest.main()

"""`pip install .` into an environment of its own, of what is compiled already: package and program are there."""

import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

SCRIPT = """
import tilewave as tw
try:  # what reads ONNX is there, too
    tw.load(MODEL)
except tw.InputError as error:
    assert "model.onnx: " in str(error) and "cannot be read" not in str(error), error
result = tw.run("mlp:20x30x40")
table = tw.sweep("gemm:64x64x64", over={"sram.banks": [8, 16]}, timing_only=True)
print(tw.__file__.startswith(PREFIX), result.verdict, list(table["sram.banks"]))
"""


class WheelTest(unittest.TestCase):
    def test_installed_and_run(self):
        # Nothing of the build tree is in reach but what pip makes of it.
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("PYTHONPATH", "TILEWAVE_PROGRAM")}
        with tempfile.TemporaryDirectory(prefix="tilewave-") as folder:

            def done(*command):
                ended = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder,
                                       check=False, timeout=500)
                self.assertEqual(ended.returncode, 0, ended.stdout[-2000:] + ended.stderr[-2000:])
                return ended.stdout

            home = os.path.join(folder, "home")
            done(sys.executable, "-m", "venv", "--system-site-packages", home)
            done(os.path.join(home, "bin", "pip"), "install", "--no-index", ROOT,
                 f"--config-settings=build-dir={os.environ['TILEWAVE_BUILD']}")
            self.assertRegex(done(os.path.join(home, "bin", "tilewave"), "--version"), r"^tilewave [0-9.]+ \(build")
            model = os.path.join(folder, "model.onnx")
            with open(model, "wb") as stream:
                stream.write(b"none")
            refused = subprocess.run([os.path.join(home, "bin", "tilewave"), "run", model], capture_output=True,
                                     text=True, env=environment, check=False)
            self.assertEqual(refused.returncode, 2)
            self.assertNotIn("cannot be read", refused.stderr)
            said = done(os.path.join(home, "bin", "python"), "-c", f"PREFIX = {home!r}\nMODEL = {model!r}\n{SCRIPT}")
            self.assertEqual(said, "True verified [8, 16]\n")


if __name__ == "__main__":
    unittest.main()

"""Builds the wheel of the Python package with CMake, from what the system has (PEP 517).

The extension module and the program are compiled in build/python-TAG, where a second installation finds most of it
done. Libraries such as SystemC and ONNX are the system's: a wheel is for the machine that it was made on.
"""

from __future__ import annotations

import base64
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def _version() -> str:
    found = re.search(r"project\(tilewave VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    if found is None:
        raise RuntimeError("CMakeLists.txt names no version")
    return found[1]


def _tag() -> str:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{python}-{python}-{re.sub('[^A-Za-z0-9]', '_', sysconfig.get_platform())}"


def _metadata() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = ["Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {_version()}",
             f"Summary: {project['description']}", f"Requires-Python: {project['requires-python']}",
             "Description-Content-Type: text/markdown"]
    for extra, needed in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {name} ; extra == "{extra}"' for name in needed]
    return "\n".join(lines) + "\n\n" + (ROOT / project["readme"]).read_text()


def _build(stage: pathlib.Path, configured: str | None) -> None:
    """Compiles, in a directory that is `configured` if there is one, and installs into `stage`."""
    for tool in ("cmake", "c++"):
        if shutil.which(tool) is None:
            raise SystemExit(f"tilewave: {tool} is missing; scripts/dependencies build python installs it on Debian")
    build = ROOT / configured if configured else ROOT / "build" / f"python-{_tag()}"
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DTILEWAVE_PYTHON=ON", "-DTILEWAVE_TESTS=OFF",
               "-DTILEWAVE_BENCHMARKS=OFF", "-DTILEWAVE_SHARED=OFF", f"-DPython3_EXECUTABLE={sys.executable}",
               "-DTILEWAVE_PYTHON_DIR=python"]
    if shutil.which("ninja"):
        options += ["-G", "Ninja"]
    jobs = str(len(os.sched_getaffinity(0)))
    configure = [] if configured else [["cmake", "-S", str(ROOT), "-B", str(build), *options]]
    for command in (*configure,
                    ["cmake", "--build", str(build), "--parallel", jobs, "--target", "tilewave",
                     "tilewave_python", "tilewave_python_package"],
                    *(["cmake", "--install", str(build), "--prefix", str(stage), "--strip", "--component", part]
                      for part in ("python", "wheel"))):
        subprocess.run(command, check=True)


def _write_wheel(directory: str, files: dict[str, bytes]) -> str:
    name = f"tilewave-{_version()}"
    info = f"{name}.dist-info"
    wheel = f"{name}-{_tag()}.whl"
    files = files | {
        f"{info}/METADATA": _metadata().encode(),
        f"{info}/WHEEL": (f"Wheel-Version: 1.0\nGenerator: tilewave\nRoot-Is-Purelib: false\nTag: {_tag()}\n").encode(),
    }
    record = ""
    with zipfile.ZipFile(os.path.join(directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            # pip makes executable what is said to be a regular file that is.
            entry.external_attr = (0o100755 if "/scripts/" in path or path.endswith(".so") else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", (1980, 1, 1, 0, 0, 0)),
                         record + f"{info}/RECORD,,\n")
    return wheel


def build_wheel(wheel_directory: str, config_settings: dict[str, str] | None = None,
                metadata_directory: object = None) -> str:
    """`--config-settings=build-dir=build/release` takes what is compiled there, for the same Python."""
    with tempfile.TemporaryDirectory(prefix="tilewave-") as folder:
        stage = pathlib.Path(folder)
        _build(stage, (config_settings or {}).get("build-dir"))
        root = next(stage.rglob("tilewave/__init__.py")).parent.parent
        files = {}
        for path in sorted(path for path in stage.rglob("*") if path.is_file()):
            if path.is_relative_to(root):
                name = str(path.relative_to(root))
            elif path.is_relative_to(stage / "bin"):
                name = f"tilewave-{_version()}.data/scripts/{path.name}"
            else:
                name = f"tilewave-{_version()}.data/data/{path.relative_to(stage)}"
            files[name] = path.read_bytes()
        return _write_wheel(wheel_directory, files)


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: object = None) -> str:
    """So that pip knows what it installs before anything is compiled."""
    info = pathlib.Path(metadata_directory) / f"tilewave-{_version()}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(_metadata())
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nGenerator: tilewave\nRoot-Is-Purelib: false\nTag: {_tag()}\n")
    return info.name


def get_requires_for_build_wheel(config_settings: object = None) -> list[str]:
    return []

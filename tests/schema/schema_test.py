#!/usr/bin/python3 -B
"""Every JSON document that the program writes is what its schema in docs/schema says, field by field; and a
field without an entry is noticed.

  schema_test.py TILEWAVE SOURCES"""
import json
import os
import subprocess
import sys
import tempfile

import jsonschema

MACHINES = ["", "--dma.engines=shared", "--vector.unit=own", "--sequencer.overlap=off",
            "--compute.dataflow=simd --tile.m=8 --tile.n=16 --tile.k=16",
            "--dram.model=banked --dram.preset=hbm2 --dram.channels=4", "--sram.size=16KiB"]
RESIDUAL = "configs/models/residual.graph"
PERCEPTRON = "configs/models/perceptron.onnx --batch 8"

# Words of a command, and the exit code that it has.
COMMANDS = [
    *[(f"run {model} {machine}", 0) for machine in MACHINES
      for model in ("mlp:100x70x64x32", RESIDUAL, "configs/models/residual_gelu.graph")],
    ("run gemm:64x64x64 --timing-only", 0),
    ("run gemm:64x64x64 --verify=off", 0),
    ("run gemm:64x64x64 --verify=sampled --kernel=reference", 0),
    ("run copy.graph", 0),
    ("run p.twp", 0),
    ("run --program p.twp gemm:64x64x64", 0),
    (f"run {PERCEPTRON}", 0),
    (f"run {PERCEPTRON} --expect expected", 1),
    *[(f"explain gemm:100x70x64 --path 3 {machine}", 0) for machine in MACHINES],
    ("explain --program p.twp --path 1", 0),
    ("explain gemm:512x512x512 --sram.size=16KiB --simulate --path 3", 0),
    ("dram-trace t.trace", 0),
    ("dram-trace t.trace --dram.model=simple", 0),
    ("dram-trace w.trace", 0),
    ("model broken.onnx", 2),
    (f"model {RESIDUAL}", 0),
    ("model gemm:64x64x64:i8", 0),
    (f"model {PERCEPTRON}", 0),
    ("model configs/models/perceptron.onnx", 2),
    ("diff a.json b.json", 0),
    ("diff a.json a.json --all --host", 0),
    ("dram-trace timed.stl --clock.period=2ns", 0),
    ("sweep gemm:{m}x64x64:{type} mlp:100x70x64 --over model.m=8,64 --over model.type=f32,i8 --over "
     "sram.size=16KiB..256KiB*2 --over dram.bandwidth=8GB/s,16GB/s --goal geomean(cycles) --weight "
     "gemm:{m}x64x64:{type}=2 --weight mlp:100x70x64=1 --where utilisation>0.0001", 0),
    ("sweep gemm:64x64x64 mlp:100x70x64 --over sram.size=4KiB,64KiB --goal sum(utilisation)", 0),
    ("sweep gemm:64x64x64 --over sram.size=32KiB,64KiB --where sram.size>1GiB", 2),
    ("sweep gemm:64x64x64 mlp:100x70x64 --over sram.size=4KiB,16KiB,64KiB --over "
     "dram.bandwidth=8GB/s,16GB/s", 0),
    ("sweep p.twp --over clock.period=1ns,1.5GHz --over dma.engines=split,shared --over "
     "sequencer.overlap=on,off", 0),
    ("sweep gemm:64x64x64 --timing-only --over dram.model=simple,banked --over "
     "vector.unit=own,shared", 0),
    ("sweep gemm:64x64x64 --over tile.m=auto,16 --over sram.banks=3,4", 0),
    ("sweep gemm:256x256x256 --timing-only --over sram.size=16KiB..256KiB*2 --over "
     "sequencer.queue_depth=1,2,4,8", 0),
]


def prepare(tilewave, sources, folder):
    os.symlink(f"{sources}/configs", f"{folder}/configs")
    files = {"copy.graph": "input x 40x40\ny = copy x\noutput y\n",
             "t.trace": "R 0\nW 64\nB\nR 128\nT\nR 64\n", "w.trace": "W 0\n",
             "timed.stl": "7: (10) read 46\n"}
    for name, text in files.items():
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    with open(f"{sources}/configs/models/perceptron.onnx", "rb") as file:
        model = file.read()
    with open(f"{folder}/broken.onnx", "wb") as file:
        file.write(model.replace(b"Relu", b"Rleu"))
    subprocess.run([tilewave, "compile", "gemm:64x64x64", "-o", "p.twp"], cwd=folder, check=True)
    for name, machine in (("a", ""), ("b", "--vector.unit=own --sram.size=16KiB")):
        subprocess.run([tilewave, "run", "mlp:64x64x64", *machine.split(), "--json", f"{name}.json"],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)
    os.mkdir(f"{folder}/expected")
    # A TensorProto: dims 8 and 10, float data, all of them 7.5, name "y".
    values = b"\x00\x00\xf0\x40" * 80
    tensor = b"\x08\x08\x08\x0a\x10\x01\x42\x01y\x4a" + bytes([len(values) & 0x7f | 0x80,
                                                              len(values) >> 7]) + values
    with open(f"{folder}/expected/output_0.pb", "wb") as file:
        file.write(tensor)


def schemas_of(sources):
    """By the name that a document gives of its schema."""
    folder = f"{sources}/docs/schema"
    schemas = {}
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}", encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        schemas[name.removesuffix(".json")] = schema
    return schemas


def document(tilewave, folder, words, code):
    store = ["--store", "s.db"] if words.startswith("sweep") else []
    done = subprocess.run([tilewave, *words.split(), *store, "--json", "-"], cwd=folder, text=True,
                          capture_output=True, check=False, timeout=300)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode} {done.stderr.strip()}")
    return json.loads(done.stdout)


def closed_objects(schema, place=""):
    """Those parts of a schema that list their properties, which all have to refuse others."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "type" in schema:
            yield place, schema
        for key, value in schema.items():
            yield from closed_objects(value, f"{place}/{key}")
    elif isinstance(schema, list):
        for i, value in enumerate(schema):
            yield from closed_objects(value, f"{place}/{i}")


def unnoticed(validator, whole, value, place=""):
    """Objects of a document to which a field could be added without any complaint. What a config's keys
    and a sweep's settings are called is not the schemas' business, but they are texts."""
    if isinstance(value, dict):
        value["new field"] = {"of": ["another", "kind"]}
        if validator.is_valid(whole):
            yield place or "/"
        del value["new field"]
        for key, member in value.items():
            yield from unnoticed(validator, whole, member, f"{place}/{key}")
    elif isinstance(value, list):
        for i, member in enumerate(value[:2]):
            yield from unnoticed(validator, whole, member, f"{place}/{i}")


def main(tilewave, sources):
    tilewave, sources = os.path.abspath(tilewave), os.path.abspath(sources)
    schemas = schemas_of(sources)
    wrong, first = [], {}
    for name, schema in schemas.items():
        wrong += [f"docs/schema/{name}.json: {place} takes any other field"
                  for place, part in closed_objects(schema) if part.get("additionalProperties") is not False]
    with tempfile.TemporaryDirectory() as folder:
        prepare(tilewave, sources, folder)
        for words, code in COMMANDS:
            try:
                made = document(tilewave, folder, words, code)
            except (AssertionError, ValueError) as error:
                wrong.append(f"{words}: {error}")
                continue
            validator = jsonschema.Draft202012Validator(schemas[made["schema"]])
            wrong += [f"{words}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                      for error in validator.iter_errors(made)]
            first.setdefault(made["schema"], made)
    for name in schemas.keys() - first.keys():
        wrong.append(f"docs/schema/{name}.json: no such document was written")
    for name, made in first.items():
        validator = jsonschema.Draft202012Validator(schemas[name])
        wrong += [f"{name}: a new field at {place} is not noticed"
                  for place in unnoticed(validator, made, made)]
    print(*wrong, f"{len(COMMANDS)} documents, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

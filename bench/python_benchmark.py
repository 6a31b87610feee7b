"""What a run from Python costs above the library's own time, both of the same run.

    PYTHONPATH=build/release/python python3 bench/python_benchmark.py
"""

import statistics
import time

import tilewave as tw

RUNS = 300


def measure(model, **options):
    program, machine = tw.compile(model), tw.Machine()
    walls, extras = [], []
    for _ in range(RUNS):
        begin = time.perf_counter()
        result = tw.run(program, machine, **options)
        if not options.get("timing_only"):
            result.outputs
        wall = time.perf_counter() - begin
        host = result["host"]
        library = host["simulation_seconds"] + host["verify_seconds"]
        walls.append(wall * 1e3)
        extras.append((wall - library) * 1e3)
    print(f"{model:24} {str(options):26} {statistics.median(walls):8.3f} ms, above the library "
          f"{statistics.median(extras):6.3f} ms")


def main():
    begin = time.perf_counter()
    tw.Machine("edge")
    print(f"a machine {1e3 * (time.perf_counter() - begin):.3f} ms")
    measure("mlp:128x128x64x32x32")
    measure("mlp:128x128x64x32x32", verify="off")
    measure("mlp:128x128x64x32x32", timing_only=True)


if __name__ == "__main__":
    main()

"""Loading and validating an inventory, beside PyYAML's fast loader reading the same files without validating anything.

    python benchmarks/inventory_load.py [--endpoints 20000] [--rounds 5]

Both run in turn in this one process on one core; medians and their ratio are printed. Peak memory is read before the peer runs.
"""

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import yaml
from province import Size, write_province

from secaudit.inventory import load_inventory

try:
    import resource
except ImportError:
    resource = None


def _ours(folder: Path) -> int:
    return len(load_inventory(folder).endpoints)


def _peer(folder: Path) -> int:
    files = [folder / "province.yaml", *sorted((folder / "agencies").glob("*.yaml"))]
    return sum(len(yaml.load(file.read_bytes(), yaml.CSafeLoader).get("endpoints", ())) for file in files)


def _seconds(job: Callable[[Path], int], folder: Path, expected: int) -> tuple[float, float]:
    """Wall and processor seconds: on a machine that does other work only the second says what the job costs."""
    gc.collect()
    start, started = time.perf_counter(), time.process_time()
    found = job(folder)
    took = time.perf_counter() - start, time.process_time() - started
    if found != expected:
        raise SystemExit(f"{job.__name__} read {found} endpoints instead of {expected}")
    return took


def _peak_megabytes() -> float:
    """Highest resident memory of this process so far."""
    if resource is None:  # Windows
        return psutil.Process().memory_info().peak_wset / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Write a province into a temporary folder, time both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agencies", type=int, default=Size().agencies)
    parser.add_argument("--endpoints", type=int, default=Size().endpoints)
    parser.add_argument("--systems", type=int, default=Size().systems)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    size = Size(arguments.agencies, arguments.endpoints, arguments.systems)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_province(folder, size)
        megabytes = sum(file.stat().st_size for file in folder.rglob("*.yaml")) / 1e6
        before = _peak_megabytes()
        ours = [_seconds(_ours, folder, size.endpoints)]
        peak = _peak_megabytes()
        peer = [_seconds(_peer, folder, size.endpoints)]
        for _ in range(arguments.rounds - 1):
            ours.append(_seconds(_ours, folder, size.endpoints))
            peer.append(_seconds(_peer, folder, size.endpoints))
    print(
        f"{size.agencies} files, {size.endpoints} endpoints, {size.systems} systems, {megabytes:.1f} MB; medians of {len(ours)}"
    )
    print(f"{'':45}{'wall':>10}{'processor':>12}")
    medians = [[statistics.median(column) for column in zip(*rows, strict=True)] for rows in (ours, peer)]
    for name, (wall, processor) in zip(
        ("secaudit: read, validate, cross-check", "PyYAML CSafeLoader: read only"), medians, strict=True
    ):
        print(f"{name:45}{wall:8.2f} s{processor:10.2f} s")
    print(f"{'ratio':45}{medians[0][0] / medians[1][0]:8.2f}  {medians[0][1] / medians[1][1]:10.2f}")
    print(f"{'peak memory after the first load':45}{peak:8.0f} MB  ({before:.0f} MB before it)")


if __name__ == "__main__":
    main()

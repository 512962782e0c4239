"""How much longer ``secaudit --version`` takes than the bare interpreter; typer's own import beside it."""

import statistics
import subprocess
import sys
import time

RUNS = 15


def seconds(*arguments: str) -> float:
    """Wall time of one process."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Interleaved runs, medians."""
    cases = {
        "bare interpreter": ("-c", "pass"),
        "import typer": ("-c", "import typer"),
        "secaudit --version": ("-m", "secaudit", "--version"),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for arguments in cases.values():
        seconds(*arguments)  # warm the file cache
    for _ in range(RUNS):
        for name, arguments in cases.items():
            times[name].append(seconds(*arguments))
    medians = {name: statistics.median(values) for name, values in times.items()}
    bare = medians["bare interpreter"]
    print(f"{'start-up':<22}{'median ms':>12}{'over bare ms':>14}{'ratio':>8}")
    for name, median in medians.items():
        print(f"{name:<22}{median * 1000:>12.0f}{(median - bare) * 1000:>14.0f}{median / bare:>8.1f}")


if __name__ == "__main__":
    main()

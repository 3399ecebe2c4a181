"""What the same policy costs in each language, measured in one run: the table of ``docs/languages.md``.

``make matrix`` calls it with a binary and the folder of tools that ``make languages`` made.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TELEMETRY = ROOT / "tests/fixtures/telemetry/codex/json-prompt-SHELL/logs-01.json"
PRICES = ROOT / "examples/cost/prices.json"

CONFIGURATION = """
receivers: {{otlp: {{protocols: {{http: }}}}}}
processors:
  wasm/cost:
    component: {component}
    config: {{prices_file: prices}}
    gate: {{files: {{prices: {prices}}}, time: 1s}}
exporters: {{debug: }}
service: {{pipelines: {{logs: {{receivers: [otlp], processors: [wasm/cost], exporters: [debug]}}}}}}
"""


def run(binary, *arguments, **environment):
    """What a verb says, and how long it took."""
    began = time.monotonic()
    said = subprocess.run([binary, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    if said.returncode:
        sys.exit(said.returncode)
    return said.stdout, time.monotonic() - began


def measured(binary, component, build):
    """A row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(CONFIGURATION.format(component=component, prices=PRICES))
        # A cache that knows nothing yet: the first start compiles, the others load what it left and configure an instance.
        cache = str(Path(folder) / "cache")
        _, cold = run(binary, "validate", "--config", config, XDG_CACHE_HOME=cache)
        warm = min(run(binary, "validate", "--config", config, XDG_CACHE_HOME=cache)[1] for _ in range(7))
        said, _ = run(binary, "bench", "--config", config, TELEMETRY, "--seconds", "8", "--json")
    (stage,) = json.loads(said)["stages"]
    cost, records = stage["cost"], stage["records_per_call"]
    return (
        f"{component.stat().st_size / 1e6:.1f} MB",
        f"{build:.0f} s",
        f"{max(cold - warm, 0):.1f} s",
        f"{warm * 1000:.0f} ms",
        f"{cost['p50_us'] * 1000 / records:,.0f} ns",
        f"{cost['fuel_per_record']:,.0f}",
        f"{cost['p50_us'] / stage['idle']['p50_us']:,.1f}",
        f"{cost['memory'] / 2**20:.1f} MiB",
    )


def main(binary, tools):
    """Builds, measures and prints."""
    tools = Path(tools).absolute()
    path = os.pathsep.join([str(tools / "node_modules/.bin"), str(tools / "venv/bin"), os.environ["PATH"]])
    rows = []
    for language, package in (("Rust", "cost"), ("Python", "cost-python"), ("JavaScript", "cost-js")):
        component = tools / f"{package}.wasm"
        _, build = run(binary, "build", ROOT / "examples" / package, "-o", component, PATH=path, VIRTUAL_ENV=str(tools / "venv"))
        rows.append((language, *measured(binary, component, build)))
    header = ("", "size", "build", "compile", "start", "a record", "fuel a record", "times idle", "memory")
    for row in (header, ("---",) * len(header), *rows):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Sample base layers of the demonstration county: `python -m gateway.cli.sample_layers --out FOLDER`.

They fit the sample of patches with the same --rows, --broken and --seed (gateway.cli.sample_patches).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one GeoPackage a kind and print their paths."""
    parser = argparse.ArgumentParser(prog="sample_layers", description="Write sample base layers.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--broken", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20260401)
    options = parser.parse_args(arguments)
    from gateway.cli.samples.layers import write_layers

    for file in write_layers(options.out, options.rows, options.broken, options.seed).values():
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())

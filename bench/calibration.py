"""May the figures be believed? Every method on cities whose truth is known, over many seeds.

Golden cities: nothing may be found where risk is constant, the plant where it is raised. Four hundred areas: each
stage of the chain nearer to the truth, rank intervals that hold what they promise, reporting rates recovered. Change
classes: no trend where there is none. The suite holds the same in a short form.
"""

from __future__ import annotations

import argparse

from bench import _calibrate_chain, _calibrate_change, _calibrate_golden
from bench._figures import Figures

GOLDEN_SEEDS, CHAIN_SEEDS, CHANGE_SEEDS = 100, 200, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, help="so many of each; without it, the full number")
    seeds = parser.parse_args().seeds
    figures = Figures("calibration")
    _calibrate_golden.figures(figures, range(seeds or GOLDEN_SEEDS))
    _calibrate_chain.figures(figures, range(seeds or CHAIN_SEEDS))
    _calibrate_change.figures(figures, range(seeds or CHANGE_SEEDS))
    figures.finish()


if __name__ == "__main__":
    main()

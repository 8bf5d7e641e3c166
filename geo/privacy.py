"""What may be shown of people: small counts are withheld, never rounded into a guess."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def suppressed(counts: npt.ArrayLike, threshold: int) -> npt.NDArray[np.bool_]:
    """Which of n counts of people must be withheld.

    A count is withheld when it is above zero and below `threshold`. When exactly one is withheld its value could be
    read off the total, so the smallest remaining non-zero one is withheld with it (complementary suppression).
    """
    values = np.asarray(counts, np.int64)
    hidden: npt.NDArray[np.bool_] = (values > 0) & (values < threshold)
    if hidden.sum() == 1:
        rest = np.flatnonzero(~hidden & (values > 0))
        if len(rest):
            hidden[rest[np.argmin(values[rest])]] = True
    return hidden

"""How low a mean of bounded scores may be, when nothing but the bounds is taken for granted.

A margin has one limit. Where losses are rare and large, Student's t takes it from a spread that the
sample shows too small, and claims "not worse" too often (`make bench ARGS=calibration`). This
limit takes nothing from the spread: the n scores and the lower bound itself have random weights,
as likely as any others that sum to 1 (Dirichlet with all parameters 1), and p is

    P(w_0 low + w_1 x_1 + ... + w_n x_n <= mean in question)

Of scores of two values it is Clopper and Pearson's limit: fifty entries without a loss leave room
for 5.8 % of losses. Of many scores it nears Student's t. The upper limit is the mirrored one.

Chosen by simulation over the betting limit of Waudby-Smith and Ramdas (2024), which is proven to
hold and shows non-inferiority far less often (decision page 0041 has the figures). That this one
always holds is a conjecture: proven for two values, and nobody has found scores of which it is
false.

Source: Gaffke, Mathematical Methods of Statistics 14 (2005) 451-467; Learned-Miller and Thomas,
arXiv 1905.06208 (2019), who simulate it. The chance is summed exactly, not drawn: gamma variables
E_i turn it into P(sum of (z_i - mean) E_i <= 0), whose transform is known and is integrated along
a line through its saddle point (Daniels, Annals of Mathematical Statistics 25 (1954) 631-650).
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.solving import normal_quantile, root

METHOD = "limits by the bounds alone"
MAX_LEVELS = 2048
"""More different scores are rounded away from the claim, to as many: by 0.05 % of the range."""
_STEP, _BLOCK, _N_NODES = 0.1, 32, 160
"""Nodes along the line: with this step the sum is right to 1e-13; most need one block of them."""


class LowestMean:
    """Scores, and the bound below which none lies.

    Args:
        values: Shape (n,), at least one, none below the bound; finite.
        low: The bound.
    """

    def __init__(self, values: NDArray[np.float64], low: float) -> None:
        levels, counts = np.unique(values, return_counts=True)
        if len(levels) > MAX_LEVELS:
            step = (levels[-1] - low) / MAX_LEVELS
            down = np.minimum(low + np.floor((levels - low) / step) * step, levels)
            levels, places = np.unique(down, return_inverse=True)
            counts = np.bincount(places, weights=counts)
        self._levels = np.concatenate([[low], levels])
        self._counts = np.concatenate([[1.0], counts])
        self._mean = float(self._levels @ self._counts / self._counts.sum())

    def p_value(self, mean: float) -> float:
        """Of the hypothesis that the true mean is this or less."""
        gaps = self._levels - mean
        if gaps.max() <= 0:
            return 1.0
        if gaps.min() >= 0:
            return 0.0
        return min(max(_chance_below_0(gaps / np.abs(gaps).max(), self._counts), 0.0), 1.0)

    def limit(self, alpha: float) -> float:
        """The mean of which p is alpha, below 0.5."""
        wanted, low, high = normal_quantile(alpha), float(self._levels[0]), self._mean

        def excess(mean: float) -> float:
            chance = min(max(self.p_value(mean), 1e-300), 1 - 1e-16)
            return NormalDist().inv_cdf(chance) - wanted

        if excess(high) <= 0:
            high = float(self._levels.max())
        return root(excess, low, high, close=1e-12 * (high - low)) if low < high else low


def _chance_below_0(gaps: NDArray[np.float64], counts: NDArray[np.float64]) -> float:
    """P(sum of gaps times gamma variables of these shapes <= 0), for gaps of both signs."""
    left, right = 1 / float(gaps.min()), 1 / float(gaps.max())

    def slope(at: float) -> float:
        return float((counts * gaps / (1 - gaps * at)).sum())

    saddle = root(slope, left * (1 - 1e-12), right * (1 - 1e-12))
    scale = 1 / math.sqrt(float((counts * np.square(gaps / (1 - gaps * saddle))).sum()))
    # At 0 is a pole. The line keeps off it: it stays between the ends, which are a scale away.
    if abs(saddle) < scale / 2:
        saddle = math.copysign(scale / 2, saddle)
    total, first = 0.0, 0
    while first < _N_NODES:
        places = _STEP * np.arange(first, first + _BLOCK)
        line = saddle + 1j * scale * np.sinh(places)
        logs = np.log(1 - gaps[:, None] * line)
        terms = (np.exp(-(counts @ logs)) / line).real * scale * np.cosh(places)
        if first == 0:
            terms[0] /= 2
        total += float(terms.sum())
        first += _BLOCK
        if float(np.abs(terms[-4:]).max()) <= 1e-17 * max(abs(total), 1e-290):
            break
    area = total * _STEP / math.pi
    return -area if saddle < 0 else 1 - area

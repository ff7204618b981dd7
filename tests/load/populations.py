"""Made-up pairs of scores of which the truth is known, for the bench of the statistics.

How hard a mean is to tell hangs on the shape of what it is a mean of. Skewness and excess kurtosis
of the differences (of ten million draws each):

| | skewness | kurtosis | what it stands for |
| --- | --- | --- | --- |
| `normal` | 0 | 0 | what Student's t is made for |
| `graded` (`GRADED_APART`) | 0.4 | 2.9 | five of six entries score alike |
| `pixels` | 1.7 | 20 | A's errors are 1.4 times B's |
| `shares` | -2.9 | 11 | F1: A is better on a quarter, and useless on 6 % |
| `steps` | -3.0 | 12 | judge's points: A gains one step on many, and loses all on 3 % |
| `log_loss` | 3.9 | 31 | A is twice as sure as B, also where it is wrong |
| `skewed_apart` | 6 | 120 | log-normal times; A's tail is twice as long on the log scale |

The last is as hard as real scores get: by Cochran's rule a normal interval wants 900 entries. Of
one model's scores `near_perfect` (-3.7) and A of `skewed_apart` (7) are the hard ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Scores = NDArray[np.float64]
Said = TypeVar("Said")


UNIT = (0.0, 1.0)
"""Bounds of shares and grades."""


@dataclass(frozen=True)
class Pairs:
    """Scores of A and of B on the same entries."""

    a: Scores
    b: Scores

    @property
    def differences(self) -> Scores:
        return self.a - self.b


def normal(rng: Rng, n: int, shift: float = 0.0) -> Pairs:
    """Correlated at 0.8; A is better by the shift."""
    hard = 2 * rng.normal(size=n)
    return Pairs(hard + rng.normal(size=n) + shift, hard + rng.normal(size=n))


def skewed(rng: Rng, n: int) -> Pairs:
    """Correlated log-normal waiting times, alike in distribution."""
    hard = 0.5 * rng.normal(size=n)
    return Pairs(np.exp(hard + 0.6 * rng.normal(size=n)), np.exp(hard + 0.6 * rng.normal(size=n)))


SKEWED_APART = float(np.exp(0.125) * (np.exp(0.405) - np.exp(0.125)))
"""Mean difference of `skewed_apart`."""


def skewed_apart(rng: Rng, n: int) -> Pairs:
    """Correlated log-normal with different tails: the differences themselves are skewed."""
    hard = 0.5 * rng.normal(size=n)
    return Pairs(np.exp(hard + 0.9 * rng.normal(size=n)), np.exp(hard + 0.5 * rng.normal(size=n)))


def quantile_apart(share: float) -> float:
    """Difference of the quantiles of A and B in `skewed_apart`."""
    z = NormalDist().inv_cdf(share)
    return math.exp(z * math.sqrt(0.25 + 0.81)) - math.exp(z * math.sqrt(0.25 + 0.25))


GRADED_APART = 0.025


def graded(rng: Rng, n: int, apart: float = 0.0) -> Pairs:
    """Steps of a half, five of six entries equal: how two good models look on graded scores."""
    b = rng.integers(0, 3, n) / 2
    up, down = 1 / 12 + apart, 1 / 12 - apart
    move = rng.choice([0.5, -0.5, 0.0], p=[up, down, 1 - up - down], size=n)
    return Pairs(b + move, b)


def pixels(rng: Rng, n: int) -> Pairs:
    """Correlated log-normal errors, A's 1.4 times as large as B's."""
    pairs = skewed(rng, n)
    return Pairs(1.4 * pairs.a, pairs.b)


PIXELS_APART = 0.4 * math.exp((0.5**2 + 0.6**2) / 2)
SHARES_APART = 0.125 * (0.4 * 1.5 / 3.5) - 0.06 * (0.6 + 0.4 * 2 / 3.5)
"""Mean difference of `shares` as they are; with `better=0.58` it is 0."""


def shares(rng: Rng, n: int, better: float = 0.25) -> Pairs:
    """F1 of texts: B is perfect on 60 %; A comes closer on some, and answers nonsense on 6 %."""
    b = np.where(rng.random(n) < 0.6, 1.0, rng.beta(2, 1.5, n))
    kind = rng.random(n)
    closer = b + (1 - b) * rng.random(n)
    nonsense = (kind >= better) & (kind < better + 0.06)
    return Pairs(np.where(kind < better, closer, np.where(nonsense, 0.0, b)), b)


STEPS_APART = 0.0075


def steps(rng: Rng, n: int, better: float = 0.2) -> Pairs:
    """Points in quarters: mostly alike, one step up on many, all lost on 3 %, one step on 5 %.

    With `better=0.17` the means are equal.
    """
    moves = [0.25, -1.0, -0.25, 0.0]
    move = rng.choice(moves, p=[better, 0.03, 0.05, 0.92 - better], size=n)
    b = np.where(move > 0, 0.75, 1.0)
    return Pairs(b + move, b)


def log_loss(rng: Rng, n: int) -> Pairs:
    """-log p of the right one of two labels; A's log-odds are twice as large."""
    hard = 2 + 1.2 * rng.normal(size=n)
    a, b = (hard + 0.6 * rng.normal(size=n) for _ in range(2))
    return Pairs(np.logaddexp(0, -2 * a), np.logaddexp(0, -b))


def _mean_log_loss(mean: float, deviation: float) -> float:
    """Of normal log-odds, by quadrature."""
    at, weights = np.polynomial.hermite_e.hermegauss(120)
    losses = np.logaddexp(0, -(mean + deviation * at))
    return float((weights * losses).sum() / weights.sum())


LOG_LOSS_APART = _mean_log_loss(4, 2 * math.sqrt(1.8)) - _mean_log_loss(2, math.sqrt(1.8))

NEAR_PERFECT = 0.94


def near_perfect(rng: Rng, n: int) -> Scores:
    """One model's F1: 90 % perfect, 3 % nothing, some in between; its mean is `NEAR_PERFECT`."""
    between = rng.beta(2, 1.5, n) * (rng.random(n) < 0.7)
    return np.where(rng.random(n) < 0.9, 1.0, between)


def pass_fail(rng: Rng, n: int, apart: float = 0.0) -> Pairs:
    """80 % right, one in ten entries discordant; A is better by `apart`."""
    kind = rng.choice(4, p=[0.75, 0.05 + apart / 2, 0.05 - apart / 2, 0.15], size=n)
    right_a, right_b = np.isin(kind, (0, 1)), np.isin(kind, (0, 2))
    return Pairs(right_a.astype(np.float64), right_b.astype(np.float64))


def clustered(rng: Rng, n: int) -> tuple[Scores, NDArray[np.intp]]:
    """Differences in documents of five, half of the variance between documents; mean 0."""
    documents = np.arange(n) // 5
    return rng.normal(size=n // 5 + 1)[documents] + rng.normal(size=n), documents


def images(rng: Rng, n: int) -> NDArray[np.float64]:
    """Hits of A, hits of B and wanted boxes by image, shape (3, n); recall 0.8 of both."""
    wanted = 1 + rng.poisson(4, n)
    ease = rng.beta(8, 2, n)
    return np.array([rng.binomial(wanted, ease), rng.binomial(wanted, ease), wanted], dtype=float)


def many(n_samples: int, seed: int, draw: Callable[[Rng, int], Said]) -> list[Said]:
    """What the function says of each sample; each has a generator and a seed of its own."""
    return [draw(np.random.default_rng([seed, number]), number) for number in range(n_samples)]

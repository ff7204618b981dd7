"""Made-up pairs of scores of which the truth is known, for the bench of the statistics."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Scores = NDArray[np.float64]


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


def many(n_samples: int, seed: int, draw: Callable[[Rng, int], bool]) -> list[bool]:
    """What the function says of each sample; each has a generator and a seed of its own."""
    return [draw(np.random.default_rng([seed, number]), number) for number in range(n_samples)]

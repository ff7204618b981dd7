"""How Runoff is told to run the demo's models: the declaration beside each ONNX file."""

LABELS = tuple(str(digit) for digit in range(10))
"""What the columns of the output mean, in order."""

PIXEL_SCALE = 0.00392156862745098
"""1/255: turns an 8-bit pixel into 0 to 1; training and declaration use this same number."""

OUTPUT_NAME = "probabilities"


def digits_declaration() -> dict[str, object]:
    """The declaration of a digits model, as JSON would hold it; both models have the same.

    The image becomes 64 numbers from 0 to 1, row by row, and the output is read as it is:
    shape (n, 10), each row summing to 1.
    """
    return {
        "task": "classification",
        "labels": list(LABELS),
        "input": {
            "size": [8, 8],
            "color": "L",
            "resize": "stretch",
            "layout": "NF",
            "scale": PIXEL_SCALE,
            "mean": [0.0],
            "std": [1.0],
        },
        "output": {"name": OUTPUT_NAME, "activation": "none"},
    }

"""What holds of every chart."""

from __future__ import annotations

import re

from lxml import etree
from markupsafe import Markup

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|nan|inf)(?:e[-+]?\d+)?", re.IGNORECASE)


def picture_of(drawn: Markup) -> etree._Element:
    """The chart, in which every place is finite and lies within its view box."""
    picture = etree.fromstring(drawn.encode())
    _, _, width, height = map(float, picture.get("viewBox", "").split())
    for each in picture.iter():
        assert each.get("style") is None
        for name in ("x", "cx", "x1", "x2", "y", "cy", "y1", "y2"):
            most = width if "x" in name else height
            value = each.get(name)
            assert value is None or 0 <= float(value) <= most, (each.tag, name, value)
        path = each.get("d")
        if path and not re.search("[hvl]", path):
            places = [float(found) for found in _NUMBER.findall(path)]
            assert all(0 <= place <= max(width, height) for place in places), path
        assert "nan" not in (path or "")
    return picture

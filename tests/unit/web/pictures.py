"""What holds of every chart."""

from __future__ import annotations

import re

from lxml import etree
from markupsafe import Markup

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|nan|inf)(?:e[-+]?\d+)?", re.IGNORECASE)


def pictures_of(drawn: Markup) -> list[etree._Element]:
    """A chart of rows, for a desk and for a telephone; in each every place is within its box."""
    wide, narrow = (picture_of(each) for each in etree.fromstring(f"<both>{drawn}</both>"))
    assert [each.get("class") for each in (wide, narrow)] == ["chart at-desk", "chart on-phone"]
    return [wide, narrow]


def picture_of(drawn: Markup | etree._Element) -> etree._Element:
    """The chart, in which every place is finite and lies within its view box."""
    picture = etree.fromstring(drawn.encode()) if isinstance(drawn, str) else drawn
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

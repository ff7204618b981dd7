"""Charts as SVG: pure functions of numbers, coloured by class, without a style in them."""

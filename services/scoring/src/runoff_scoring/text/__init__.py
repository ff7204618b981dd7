"""How texts are read: normalised words, numbers, choices and JSON. Pure functions, linear time."""

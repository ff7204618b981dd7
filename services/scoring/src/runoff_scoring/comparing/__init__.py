"""From the records of runs to the comparison document: pure, but for what time it takes."""

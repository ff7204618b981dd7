"""What the verdicts of judging models come to: pure functions over the facts in the log."""

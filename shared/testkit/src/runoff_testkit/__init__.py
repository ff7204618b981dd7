"""Real servers and factories for the tests of Runoff."""

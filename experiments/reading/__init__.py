"""From an experiment file to checked values, or to every problem in it."""

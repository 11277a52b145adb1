"""Spans that others made, read as exchanges: what a run's record says, as far as spans can."""

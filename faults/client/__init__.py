"""Faults that a client meets within itself: one file each, found by being there."""

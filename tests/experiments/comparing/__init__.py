"""Tests of `experiments.comparing`."""

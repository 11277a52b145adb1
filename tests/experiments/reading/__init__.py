"""Tests of `experiments.reading`."""

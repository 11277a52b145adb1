"""Tests of `experiments.judging`."""

"""Tests of `experiments.running`."""

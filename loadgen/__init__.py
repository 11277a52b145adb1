"""Asks the questions: when, how long, at which endpoint, and what came back."""

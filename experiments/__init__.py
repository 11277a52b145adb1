"""The conductor: reads an experiment, runs it, judges it and reports."""

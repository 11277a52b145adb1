"""The run as a log: rows in, log events out; to a file and over OTLP, off the hot path."""

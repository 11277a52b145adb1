"""Takes in spans that others send over OTLP while a run goes on; the bytes in, rows out."""

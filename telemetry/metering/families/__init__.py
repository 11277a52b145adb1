"""The families of metrics: a new file here is a new family."""

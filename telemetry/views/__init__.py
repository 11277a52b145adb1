"""The views of a run that `crosswind query` offers: a file here is a view."""

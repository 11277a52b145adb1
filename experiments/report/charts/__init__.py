"""One chart per file: values in, SVG out."""

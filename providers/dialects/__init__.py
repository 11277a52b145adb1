"""One wire format per file, both directions; a file that lies here is a dialect."""

"""One toxic of plain TCP per file; a file that lies here is a toxic."""

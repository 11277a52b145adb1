"""One listener-level fault per file; a file that lies here is a fault."""

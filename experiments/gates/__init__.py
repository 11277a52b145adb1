"""One kind of claim per file; a file that lies here can judge."""

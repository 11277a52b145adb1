"""One arrival process per file; a file that lies here can be asked for."""

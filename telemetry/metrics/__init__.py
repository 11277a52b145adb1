"""One metric per file, pure over exchanges; a file that lies here can be gated on."""

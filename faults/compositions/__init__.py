"""One file per composition; each is found by being here."""

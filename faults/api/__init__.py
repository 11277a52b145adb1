"""The HTTP control of injectors: what is placed and made through it, and who may."""

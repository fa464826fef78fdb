"""Inputs that were once read wrongly, each with what must come of it; a folder or a few lines each."""

"""Drawings of the look as pure functions: numbers in, SVG out. They read no settings, no database and no clock."""

"""The forms in which inspections are handed on."""

"""Joins the parts of a run that several hosts made."""

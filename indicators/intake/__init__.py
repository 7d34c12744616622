"""Intake: from the cells of a file people send to rows ready to be accepted, and to every problem at once.

PURE. No Django, no clock, nothing is written: operations save what this package has read.
"""

"""PURE calculation of indicators: plain values in, plain values out; no Django, no clock, no file.

`evaluate` is the one door. What the convention leaves to the system is in the methods file (`definition`
reads it).
"""

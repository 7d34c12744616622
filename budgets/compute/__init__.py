"""The arithmetic of the budget tables: plain values in, plain values out."""

"""The machinery that reads, checks and loads a convention's folder of reference files.

Each app brings its own part (`<app>/reference.py`): it parses and checks its files into plain records, and hands them
to its operations. Nothing is written until every part of the folder is right.
"""

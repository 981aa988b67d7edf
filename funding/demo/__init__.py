"""The demonstration: a plausible programme, made the same each time from a seed.

Nothing here is imported by the portal itself: only the commands that load it and its tests.
"""

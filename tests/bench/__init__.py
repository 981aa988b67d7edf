"""`make bench`: figures on data built here, each a ratio to a floor measured in the same run.

One line per figure: `name value unit ratio`; the ratio is to the floor (or to what the name says),
and the target stands behind it.
"""

"""Headwater's loaders: read sources, land them verbatim in the lake, commit. They never open the warehouse."""

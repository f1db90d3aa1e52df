"""One file a kind of source; each knows how to find what is new and hands it to a load."""

"""Made-up data for the demo, shaped like what the real sources put on the wire."""

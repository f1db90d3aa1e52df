"""One reader a format: bytes in; records as they are, and rejects with their reason, out."""

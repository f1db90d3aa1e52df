"""`python -m loaders` is `headwater`."""

from loaders.cli import main

main()

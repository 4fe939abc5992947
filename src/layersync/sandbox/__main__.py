"""`python -m layersync.sandbox`."""

import sys

from layersync.sandbox.command import main

if __name__ == "__main__":
    sys.exit(main())

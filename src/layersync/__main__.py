"""`python -m layersync`: the same as the command `layersync`."""

import sys

from layersync.cli import main

sys.exit(main())

"""`python -m app`: the commands, with files that only their owner can read."""

import os
import sys

from app.cli import main

os.umask(0o077)
sys.exit(main(sys.argv[1:]))

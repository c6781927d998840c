"""`python -m bench [NAME…]`: the same as `./recueil bench`."""

import sys

from app.cli import main

sys.exit(main(["bench", *sys.argv[1:]]))

"""How much a list may hold: beyond it a file is refused, before it costs anything."""

MAX_BYTES = 30_000_000
MAX_UNPACKED = 300_000_000
MAX_PARTS = 50
MAX_RATIO = 100
# Below this a part may compress as well as it likes: small XML parts are mostly repetition.
RATIO_FREE = 2_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_SHEETS = 30
CHILD_MEMORY = 1_000_000_000
CHILD_CPU_SECONDS = 30
CHILD_WALL_SECONDS = 60

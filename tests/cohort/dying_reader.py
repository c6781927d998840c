"""A reader of workbooks that dies as one does at the limit of its memory."""

import os
import signal

if __name__ == "__main__":
    os.kill(os.getpid(), signal.SIGKILL)

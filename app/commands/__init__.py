"""The commands: each parses its words, calls one operation and says what came of it. No rule lives here.

Rooms are imported where they are used, so that starting costs only what the command needs.
"""

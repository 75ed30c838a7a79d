"""The commands of the command line, one file each; `service/cli.py` imports each when it is called.

A command is the click command `command` of its module.
"""

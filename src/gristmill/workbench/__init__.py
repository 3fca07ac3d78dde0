"""The workbench of an analyst: a folder a tool, and in each the plain functions first, then the screen over them.

``panel`` is what all screens share. What a tool decides is in a file of the project the moment it is decided.
"""

"""Writes the reference pages from the framework, the rules and the command line, so that they cannot differ from them."""

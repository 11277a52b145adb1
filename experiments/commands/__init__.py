"""The commands of `crosswind`, a file for each group; each calls one function and says its answer.

What is heavy is imported inside: `crosswind --help` must not wait for a database or an SDK.
"""

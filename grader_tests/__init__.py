"""Hidden tests, one module an exercise, and the corpus of submissions that proves them.

Only the judge imports this package, by name. It is in no wheel and no release, and no worker sees it.
"""

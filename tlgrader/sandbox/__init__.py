"""The sandbox: a wall of bubblewrap, a zygote that imports the heavy libraries once, and forked workers.

The judge's side is `slot` (`Slot`, `Worker`, `CellResult`) and `wall`; all else runs inside the wall.
"""

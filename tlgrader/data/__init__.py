"""Where exercises get their data: drawn leaves, rated reviews, and the folders that hold them."""

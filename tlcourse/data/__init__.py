"""Where exercises get their data: drawn leaves, rated reviews, handwritten digits, and the folders that hold them."""

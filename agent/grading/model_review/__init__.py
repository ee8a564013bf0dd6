"""A language model reads a plan beside the rules: it finds words, code and a blind call judge them."""

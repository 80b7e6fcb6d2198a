"""Published tables to consistent base-year accounts and the tables that the model reads."""

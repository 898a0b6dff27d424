"""Files in, Documents and Passages out, and the library kept in step with a folder."""

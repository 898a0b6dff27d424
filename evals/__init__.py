"""The golden questions, what is measured on them, and how it is reported."""

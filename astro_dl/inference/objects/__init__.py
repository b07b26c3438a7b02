"""Objects of other packages, known by what they have and never by an import.

One module for each kind of observation writes an object as a file of that kind; so every reader of
files, of any domain, takes objects too, and answers as it does for the file.
"""

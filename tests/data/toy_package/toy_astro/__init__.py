"""A third party's domain: a pulse of known shape and unknown sign in white noise."""

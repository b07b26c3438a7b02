"""Networks that rebuild their input: encoders, codes, decoders, and errors of what is rebuilt."""

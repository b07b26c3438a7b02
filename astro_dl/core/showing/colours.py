"""Colours that colour-blind readers tell apart."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of Okabe & Ito (2008), in the order of use; the network is blue wherever it appears."""

"""The questions to voters, a shortened form of the tree of Galaxy Zoo 2."""

from astro_dl.answers.votes import Question

QUESTIONS = (
    Question("shape", ("smooth", "featured")),
    Question("roundness", ("round", "between", "cigar"), after="smooth"),
    Question("edge", ("edge_on", "not_edge_on"), after="featured"),
    Question("bar", ("bar", "no_bar"), after="not_edge_on"),
    Question("spiral", ("spiral", "no_spiral"), after="not_edge_on"),
    Question("arms", ("arms_1", "arms_2", "arms_3", "arms_4"), after="spiral"),
    Question("bulge", ("bulge_none", "bulge_small", "bulge_large"), after="not_edge_on"),
    Question("odd", ("odd", "not_odd")),
    Question("oddity", ("ring", "tail", "clumps"), after="odd"),
)
"""See Willett et al. (2013, MNRAS 435, 2835, table 2) for the whole tree."""

MOST_ARMS = 4

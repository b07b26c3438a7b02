"""Measured distributions of the eight HTRU2 statistics of pulsar candidates.

Candidates of the High Time Resolution Universe survey (Keith et al. 2010, MNRAS 409, 619), with the
statistics of Lyon et al. (2016, MNRAS 459, 1104, section 4): of the integrated profile and of the
signal-to-noise ratio against trial dispersion measure. Rank correlations are in hundredths.
"""

import numpy as np

from astro_dl.observations.tables.measured_distributions import KeywordTable, parse_numbers

LEVELS = np.array((0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1))

NOISE = """
27.6 80.2 93.5 105 117 128 138 151 193
28.7 35 39.3 43.4 47.5 51.3 54.5 59.3 98.8
-1.88 -.365 -.147 .00898 .188 .393 .599 .91 4.79
-1.79 -.716 -.444 -.221 .126 .663 1.55 3.23 24.9
.213 .716 1.26 1.86 2.64 4.24 10.7 108 222
7.37 9.92 12 14.1 17.6 24.5 40.4 84.7 111
-3.14 -.192 3.85 6.61 8.75 10.9 13.7 19.2 34.5
-1.98 -1.38 14.1 47.5 90.6 146 229 427 1.19e3
"""

NOISE_CORRELATIONS = """
100
42 100
-86 -42 100
-53 -89 55 100
14 18 -13 -16 100
12 15 -11 -13 94 100
-12 -16 12 14 -99 -94 100
-12 -15 12 13 -97 -97 99 100
"""

PULSAR = """
6.18 8.99 18.5 31.8 54.7 79.3 100 116 139
24.8 27.8 30 32.3 37.5 43.8 49.4 59 83.8
-.0949 .27 .679 1.55 2.88 4.55 5.8 6.98 8.07
-1.14 -.122 .792 3.71 11.1 24.7 36.5 51.5 68.1
.679 1.86 4.81 12.7 33.1 77.6 121 159 200
9.55 15.5 27.6 43.4 59.3 70.8 79.2 90.9 110
-1.86 -.678 .00704 .785 1.95 3.71 6.35 11.4 20.4
-1.87 -1.41 -.957 -.183 2.66 13.5 42.3 146 449
"""

PULSAR_CORRELATIONS = """
100
59 100
-93 -74 100
-89 -85 97 100
-62 -17 58 48 100
-37 -13 41 32 82 100
57 14 -54 -43 -99 -85 100
50 14 -49 -40 -91 -94 93 100
"""

CANDIDATE_TABLES = (
    KeywordTable(LEVELS, parse_numbers(NOISE), parse_numbers(NOISE_CORRELATIONS)),
    KeywordTable(LEVELS, parse_numbers(PULSAR), parse_numbers(PULSAR_CORRELATIONS)),
)
"""Interference or noise, and pulsars."""

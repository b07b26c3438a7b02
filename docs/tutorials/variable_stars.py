"""
Periods and kinds of variable stars
===================================

A long table of measurements goes in, in any order; each star gets a period and a class.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table, vstack

import astro_dl
from astro_dl.observations.irregular_series.surveys import SURVEYS
from astro_dl.science.variable_stars.simulation.light_curves import simulate_light_curves

# %%
# The file
# --------
# Six stars of six kinds, as ASAS observes them.

kinds = np.array(["rr_ab", "rr_c", "contact", "detached", "delta_scuti_high", "cepheid"])
made = simulate_light_curves(kinds, SURVEYS["asas"], np.random.default_rng(29))
parts = [
    Table({"id": np.full(len(one), kind), "mjd": one.time, "mag": one.value, "error": one.error})
    for kind, one in zip(kinds, made.series, strict=True)
]
vstack(parts).write("stars.csv", overwrite=True)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("variable_iresnet").predict("stars.csv", keep_flagged=True)
print(found["id", "points", "period", "label", "flags"])

# %%
# The figure
# ----------

figure, axes = plt.subplots(2, 3, figsize=(9, 5), layout="constrained")
for axis, star, part in zip(axes.flat, found, parts, strict=True):
    period = star["period"].to_value("d")
    phase = part["mjd"] / period % 1
    for turn in (0, 1):
        axis.errorbar(phase + turn, part["mag"], part["error"], fmt=".", ms=3, lw=0.5, color="C0")
    axis.invert_yaxis()
    sure = star[f"p_{star['label']}"]
    axis.set_title(f"{star['id']}: {star['label']} ({sure:.2f}), {period:.4f} d", fontsize=7.5)
figure.supxlabel("phase")
figure.supylabel("magnitude")
plt.show()

# %%
# The first word of each title is the truth. A period that is twice or half the true one is the
# usual mistake for contact binaries; ``flags`` say where that is possible (:doc:`/variable_stars`).

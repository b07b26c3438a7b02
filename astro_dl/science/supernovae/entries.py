"""The task and models of supernovae by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "supernova",
    "astro_dl.science.supernovae.task:task",
    summary="What class is a supernova, by its light curve so far?",
    small={"redshift_range": (0.02, 0.4)},
    headline={"ia_auc": "AUC of Ia", "ia_merit": "figure of merit of Ia"},
    reference="Kessler et al. (2010), PASP 122, 1415, arXiv:1008.1024",
)

register_model(
    "supernova_gru",
    "astro_dl.science.supernovae.networks:supernova_gru",
    summary="Bidirectional gated recurrent units, night by night, after SuperNNova",
    task="supernova",
    rank=(2,),
    small=SmallForm({"recurrent_units": (16,)}, input_shape=(12, 15), learning_rate=1e-2),
    reference="Möller & de Boissière (2020), MNRAS 491, 4277, arXiv:1901.06384",
)
register_model(
    "supernova_tcn",
    "astro_dl.science.supernovae.networks:supernova_tcn",
    summary="Dilated causal convolutions along the nights, after RAPID",
    task="supernova",
    rank=(2,),
    small=SmallForm({"filters": 16, "dilations": (1, 2)}, input_shape=(12, 15)),
    reference="Muthukrishna et al. (2019), PASP 131, 118002, arXiv:1904.00014",
)
register_model(
    "supernova_trees",
    "astro_dl.science.supernovae.trees:supernova_trees",
    summary="Boosted trees on a fit of Bazin's function and mean fluxes, kept as arrays",
    task="supernova",
    rank=(2,),
    kind="multiclass",
    answers=("multiclass",),
    distributions=False,
    fit="astro_dl.science.supernovae.trees:fit",
    small=SmallForm({"max_iter": 10, "max_leaf_nodes": 8}, input_shape=(12, 15)),
    reference="Bazin et al. (2009), A&A 499, 653, for the fit",
)

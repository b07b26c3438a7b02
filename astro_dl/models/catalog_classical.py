"""Classical methods by name: families that any task with one array of inputs can use."""

from astro_dl.core.registry import register_model

CLASSICAL = {
    "input_shape": (10,),
    "kind": "multiclass",
    "outputs": 3,
    "fit": "astro_dl.models.classical.fit:fit",
}

register_model(
    "random_forest",
    "astro_dl.models.classical.networks:random_forest",
    summary="Random forest, fitted by scikit-learn and kept as arrays",
    reference="Breiman (2001), Machine Learning 45, 5",
    **CLASSICAL,
)
register_model(
    "gradient_boosting",
    "astro_dl.models.classical.networks:gradient_boosting",
    summary="Gradient-boosted trees on binned features, fitted by scikit-learn and kept as arrays",
    reference="Friedman (2001), Annals of Statistics 29, 1189; Ke et al. (2017), NeurIPS 30",
    **CLASSICAL,
)
register_model(
    "adaboost",
    "astro_dl.models.classical.networks:adaboost",
    summary="Adaptively boosted trees, fitted by scikit-learn and kept as arrays",
    reference="Freund & Schapire (1997), JCSS 55, 119; Zhu et al. (2009); Drucker (1997)",
    **CLASSICAL,
)
register_model(
    "knn",
    "astro_dl.models.classical.networks:knn",
    summary="Mean of the nearest training examples",
    reference="Fix & Hodges (1951); Cover & Hart (1967), IEEE Trans. Inf. Theory 13, 21",
    **CLASSICAL,
)
register_model(
    "logistic_regression",
    "astro_dl.models.classical.networks:logistic_regression",
    summary="Logistic regression; for values, ridge regression",
    reference="Cox (1958), JRSS B 20, 215; Hoerl & Kennard (1970), Technometrics 12, 55",
    **CLASSICAL,
)

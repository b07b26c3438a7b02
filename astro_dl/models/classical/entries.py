"""Classical methods by name."""

from typing import Any

from astro_dl.core.registry import SmallForm, register_model

CLASSICAL: dict[str, Any] = {
    "input_shape": (10,),
    "kind": "multiclass",
    "outputs": 3,
    "distributions": False,
    "fit": "astro_dl.models.classical.fit:fit",
}
register_model(
    "random_forest",
    "astro_dl.models.classical.tree_networks:random_forest",
    summary="Random forest, fitted by scikit-learn and kept as arrays",
    reference="Breiman (2001), Machine Learning 45, 5",
    small=SmallForm({"n_estimators": 10}),
    **CLASSICAL,
)
register_model(
    "extra_trees",
    "astro_dl.models.classical.tree_networks:extra_trees",
    summary="Extremely randomised trees",
    reference="Geurts, Ernst & Wehenkel (2006), Machine Learning 63, 3",
    small=SmallForm({"n_estimators": 10}),
    **CLASSICAL,
)
register_model(
    "decision_tree",
    "astro_dl.models.classical.tree_networks:decision_tree",
    summary="Decision tree",
    reference="Breiman et al. (1984), Classification and Regression Trees",
    small=SmallForm({"max_depth": 5, "min_samples_leaf": 2}),
    **CLASSICAL,
)
register_model(
    "gradient_boosting",
    "astro_dl.models.classical.tree_networks:gradient_boosting",
    summary="Gradient-boosted trees on binned features, fitted by scikit-learn and kept as arrays",
    reference="Friedman (2001), Annals of Statistics 29, 1189; Ke et al. (2017), NeurIPS 30",
    small=SmallForm({"max_iter": 10, "max_leaf_nodes": 8}),
    **CLASSICAL,
)
register_model(
    "xgboost",
    "astro_dl.models.classical.tree_networks:xgboost",
    summary="Gradient-boosted trees by XGBoost (extra: boosting), kept as arrays",
    reference="Chen & Guestrin (2016), arXiv:1603.02754",
    small=SmallForm({"n_estimators": 10, "max_depth": 3}),
    **CLASSICAL,
)
register_model(
    "lightgbm",
    "astro_dl.models.classical.tree_networks:lightgbm",
    summary="Gradient-boosted trees by LightGBM (extra: boosting), kept as arrays",
    reference="Ke et al. (2017), NeurIPS 30",
    small=SmallForm({"n_estimators": 10, "num_leaves": 8}),
    **CLASSICAL,
)
register_model(
    "adaboost",
    "astro_dl.models.classical.tree_networks:adaboost",
    summary="Adaptively boosted trees, fitted by scikit-learn and kept as arrays",
    reference="Freund & Schapire (1997), JCSS 55, 119; Zhu et al. (2009); Drucker (1997)",
    small=SmallForm({"n_estimators": 10, "max_depth": 2}),
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
    "svm",
    "astro_dl.models.classical.networks:svm",
    summary="Support-vector machine with Gaussian kernels, for classes and values",
    reference="Cortes & Vapnik (1995), Machine Learning 20, 273",
    **CLASSICAL,
)
register_model(
    "gaussian_process",
    "astro_dl.models.classical.networks:gaussian_process",
    summary="Gaussian process with a Gaussian kernel, for classes and values",
    reference="Rasmussen & Williams (2006), Gaussian Processes for Machine Learning",
    **CLASSICAL,
)
register_model(
    "naive_bayes",
    "astro_dl.models.classical.networks:naive_bayes",
    summary="Classes as Gaussians of independent features",
    reference="Hand & Yu (2001), International Statistical Review 69, 385",
    answers=("binary", "multiclass"),
    **CLASSICAL,
)
register_model(
    "linear_regression",
    "astro_dl.models.classical.networks:linear_regression",
    summary="Least squares; for classes, logistic regression without penalty",
    reference="Gauss (1809), Theoria motus; Cox (1958), JRSS B 20, 215",
    **CLASSICAL,
)
register_model(
    "logistic_regression",
    "astro_dl.models.classical.networks:logistic_regression",
    summary="Logistic regression; for values, ridge regression",
    reference="Cox (1958), JRSS B 20, 215; Hoerl & Kennard (1970), Technometrics 12, 55",
    **CLASSICAL,
)
register_model(
    "lasso",
    "astro_dl.models.classical.networks:lasso",
    summary="Regression that leaves features out; logistic for classes",
    reference="Tibshirani (1996), JRSS B 58, 267",
    **CLASSICAL,
)
register_model(
    "elastic_net",
    "astro_dl.models.classical.networks:elastic_net",
    summary="Regression with both penalties; logistic for classes",
    reference="Zou & Hastie (2005), JRSS B 67, 301",
    **CLASSICAL,
)

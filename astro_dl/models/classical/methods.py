"""Classical methods by name: how their estimators are made, and which settings are tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.extras import import_extra

TREES = 300
DEEPEST = 64
RARE = 20
"""A class with fewer examples is rare: boosted trees make leaves of so many at least."""


@dataclass(frozen=True)
class Method:
    """A classical method.

    Parameters
    ----------
    classifier, regressor : callable
        ``(seed, **settings) -> estimator``.
    settings : mapping
        Settings with their defaults; ``most_examples`` is how many it is fitted on.
    grid : mapping
        The values among which `astro_dl.models.classical.estimators.tuned_settings` chooses.
    of_a_trial : mapping
        Settings that make it quicker while these are tried.
    of_rare : mapping
        Settings, beside the defaults, where one of the classes is `RARE`.
    votes : str
        The setting that counts what a probability is the mean of; empty for other methods.
    drawn : str
        The setting that counts training examples, and is at most their number; empty for others.
    """

    classifier: Callable[..., Any]
    regressor: Callable[..., Any]
    settings: Mapping[str, Any]
    grid: Mapping[str, tuple[Any, ...]]
    of_a_trial: Mapping[str, Any] = field(default_factory=dict)
    of_rare: Mapping[str, Any] = field(default_factory=dict)
    votes: str = ""
    drawn: str = ""


@dataclass
class Margins:
    """A classifier that gives margins, taken as logits.

    Parameters
    ----------
    pipeline : estimator
        With ``decision_function``.
    """

    pipeline: Any

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Margins":
        """Fit the pipeline to features (n, k) and class numbers (n,)."""
        self.pipeline.fit(x, y)
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes) of features (n, k)."""
        from scipy.special import softmax

        margins = self.pipeline.decision_function(x)
        if margins.ndim == 1:
            margins = np.stack([-margins, margins], axis=1) / 2
        return softmax(margins, axis=1)


def _complete(model: Any, scaled: bool = False) -> Any:
    """Return a model that takes missing values as the median, and scaled features if need be."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    steps = [SimpleImputer(strategy="median", keep_empty_features=True)]
    return make_pipeline(*steps, *([StandardScaler()] if scaled else []), model)


def _of_scaled_target(model: Any) -> Any:
    """Return a model whose target has mean 0 and scatter 1 while it is fitted."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    return TransformedTargetRegressor(model, transformer=StandardScaler())


def _trees(family: str, kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import ensemble

        forest = getattr(ensemble, f"{family}{kind}")
        return _complete(forest(**settings, max_depth=DEEPEST, n_jobs=-1, random_state=seed))

    return make


def _decision_tree(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import tree

        return _complete(getattr(tree, f"DecisionTree{kind}")(**settings, random_state=seed))

    return make


def _boosting(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import ensemble

        boosting = getattr(ensemble, f"HistGradientBoosting{kind}")
        return boosting(**settings, early_stopping=False, random_state=seed)

    return make


def _adaboost(kind: str) -> Callable[..., Any]:
    def make(seed: int, max_depth: int, **settings: Any) -> Any:
        from sklearn import ensemble, tree

        base = getattr(tree, f"DecisionTree{kind}")(max_depth=max_depth)
        boosting = getattr(ensemble, f"AdaBoost{kind}")
        return _complete(boosting(base, **settings, random_state=seed))

    return make


def _boosting_package(name: str) -> ModuleType:
    return import_extra(name, "boosting")


def _xgboost(seed: int, **settings: Any) -> Any:
    package = _boosting_package("xgboost")
    # What trees start from is given, as releases of the package choose and keep it differently.
    return package.XGBClassifier(**settings, base_score=0.5, random_state=seed)


def _xgboost_values(seed: int, **settings: Any) -> Any:
    package = _boosting_package("xgboost")
    return _of_scaled_target(package.XGBRegressor(**settings, base_score=0.0, random_state=seed))


def _lightgbm(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        boosting = getattr(_boosting_package("lightgbm"), f"LGBM{kind}")
        return boosting(**settings, random_state=seed, deterministic=True, verbosity=-1)

    return make


def _neighbours(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import neighbors

        return _complete(getattr(neighbors, f"KNeighbors{kind}")(**settings), scaled=True)

    return make


def _svm(seed: int, **settings: Any) -> Any:
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.svm import SVC

    return Margins(_complete(OneVsRestClassifier(SVC(**settings)), scaled=True))


def _svm_values(seed: int, **settings: Any) -> Any:
    from sklearn.svm import SVR

    return _complete(_of_scaled_target(SVR(**settings, epsilon=0.05)), scaled=True)


def _gaussian_process(seed: int) -> Any:
    from sklearn.gaussian_process import GaussianProcessClassifier
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel

    kernel = ConstantKernel(1.0, (1e-4, 1e5)) * RBF(1.0, (1e-2, 1e3))
    return _complete(GaussianProcessClassifier(kernel, random_state=seed), scaled=True)


def _gaussian_process_values(seed: int) -> Any:
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    smooth = ConstantKernel(1.0, (1e-4, 1e5)) * RBF(1.0, (1e-2, 1e3))
    kernel = smooth + WhiteKernel(0.1, (1e-4, 1e1))
    return _complete(
        GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed), scaled=True
    )


def _naive_bayes(seed: int, **settings: Any) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return _complete(GaussianNB(**settings), scaled=True)


def _no_values(seed: int, **settings: Any) -> Any:
    raise UsageError("naive_bayes gives classes; for values take linear_regression or another")


def _logistic(seed: int, penalty: float = 0.0, l1_ratio: float = 0.0) -> Any:
    from sklearn.linear_model import LogisticRegression

    options: dict[str, Any] = {"C": 1 / penalty if penalty else np.inf, "max_iter": 5000}
    if l1_ratio:
        options |= {"l1_ratio": l1_ratio, "solver": "saga", "random_state": seed}
        if LogisticRegression().get_params().get("penalty") == "l2":
            options["penalty"] = "elasticnet"  # before scikit-learn 1.8
    return _complete(LogisticRegression(**options), scaled=True)


def _ridge(seed: int, penalty: float) -> Any:
    from sklearn.linear_model import Ridge

    return _complete(Ridge(alpha=penalty), scaled=True)


def _least_squares(seed: int) -> Any:
    from sklearn.linear_model import LinearRegression

    return _complete(LinearRegression(), scaled=True)


def _elastic_net(seed: int, penalty: float, l1_ratio: float = 1.0) -> Any:
    from sklearn.linear_model import ElasticNet

    model = ElasticNet(alpha=penalty, l1_ratio=l1_ratio, max_iter=20_000)
    return _complete(_of_scaled_target(model), scaled=True)


def _lasso_classes(seed: int, penalty: float) -> Any:
    return _logistic(seed, penalty, l1_ratio=1.0)


def _frequencies(seed: int) -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _mean(seed: int) -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor(strategy="mean")


RIDGE = Method(_logistic, _ridge, {"penalty": 1.0}, {"penalty": (0.01, 0.1, 1.0, 10.0)})
PENALTIES_OF_L1 = {"penalty": (0.001, 0.01, 0.1, 1.0)}
FOREST_SETTINGS = {"n_estimators": TREES, "min_samples_leaf": 2, "max_features": 0.5}
FOREST_GRID = {"min_samples_leaf": (1, 3, 10), "max_features": ("sqrt", 0.5)}

METHODS: Mapping[str, Method] = {
    "gradient_boosting": Method(
        _boosting("Classifier"),
        _boosting("Regressor"),
        {"max_iter": 150, "learning_rate": 0.06, "max_leaf_nodes": 15, "l2_regularization": 0.0},
        {"max_iter": (50, 150, 400), "max_leaf_nodes": (7, 31)},
        # Where no tree says yes, second derivatives vanish, and steps without a penalty diverge.
        of_rare={"l2_regularization": 1.0},
    ),
    "xgboost": Method(
        _xgboost,
        _xgboost_values,
        {"n_estimators": 200, "learning_rate": 0.1, "max_depth": 4},
        {"n_estimators": (100, 300), "max_depth": (3, 6)},
    ),
    "lightgbm": Method(
        _lightgbm("Classifier"),
        _lightgbm("Regressor"),
        {"n_estimators": 200, "learning_rate": 0.06, "num_leaves": 15},
        {"n_estimators": (100, 300), "num_leaves": (7, 31)},
    ),
    "random_forest": Method(
        _trees("RandomForest", "Classifier"),
        _trees("RandomForest", "Regressor"),
        FOREST_SETTINGS,
        FOREST_GRID,
        of_a_trial={"n_estimators": 100},
        votes="n_estimators",
    ),
    "extra_trees": Method(
        _trees("ExtraTrees", "Classifier"),
        _trees("ExtraTrees", "Regressor"),
        # Cuts at random find little where they are tried on few features only.
        {**FOREST_SETTINGS, "max_features": 1.0},
        {**FOREST_GRID, "max_features": ("sqrt", 1.0)},
        of_a_trial={"n_estimators": 100},
        votes="n_estimators",
    ),
    "decision_tree": Method(
        _decision_tree("Classifier"),
        _decision_tree("Regressor"),
        {"max_depth": 12, "min_samples_leaf": 5},
        {"max_depth": (3, 6, 12), "min_samples_leaf": (1, 5, 20)},
    ),
    "adaboost": Method(
        _adaboost("Classifier"),
        _adaboost("Regressor"),
        {"n_estimators": 100, "max_depth": 3, "learning_rate": 0.5},
        {"max_depth": (1, 3, 6), "learning_rate": (0.3, 1.0)},
    ),
    "knn": Method(
        _neighbours("Classifier"),
        _neighbours("Regressor"),
        {"n_neighbors": 20},
        {"n_neighbors": (5, 10, 20, 40)},
        votes="n_neighbors",
        drawn="n_neighbors",
    ),
    "svm": Method(
        _svm,
        _svm_values,
        {"C": 10.0, "gamma": "scale", "most_examples": 10_000},
        {"C": (1.0, 10.0, 100.0), "gamma": ("scale", 0.01)},
        of_a_trial={"most_examples": 2000},
    ),
    "gaussian_process": Method(
        _gaussian_process, _gaussian_process_values, {"most_examples": 1000}, {}
    ),
    "naive_bayes": Method(
        _naive_bayes, _no_values, {"var_smoothing": 1e-3}, {"var_smoothing": (1e-9, 1e-3, 0.1)}
    ),
    "logistic_regression": RIDGE,
    "linear_regression": Method(_logistic, _least_squares, {}, {}),
    "lasso": Method(_lasso_classes, _elastic_net, {"penalty": 0.01}, PENALTIES_OF_L1),
    "elastic_net": Method(
        _logistic,
        _elastic_net,
        {"penalty": 0.01, "l1_ratio": 0.5},
        {**PENALTIES_OF_L1, "l1_ratio": (0.2, 0.5, 0.8)},
    ),
}
"""Accepted names; ``logistic_regression`` of values is a ridge regression, and linear methods of
classes are logistic regressions with the same penalty."""

FLOORS: Mapping[str, Method] = {"training_mean": Method(_frequencies, _mean, {}, {})}
"""Methods that look at no input: what every other must do better than."""


def peer_title(name: str, of_values: bool) -> str:
    """Return what a method is called where it stands beside others.

    Parameters
    ----------
    name : str
        Among `METHODS` or `FLOORS`.
    of_values : bool
        Whether values are told, not classes.
    """
    ridge = of_values and METHODS.get(name) is RIDGE
    return "ridge regression" if ridge else name.replace("_", " ")

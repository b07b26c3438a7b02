"""Settings at which the slowest models are quick to build and train; importable anywhere."""

SMALLER = {
    "adaboost": {"hyperparameters": {"n_estimators": 10, "max_depth": 2}},
    "ar_transfer": {"hyperparameters": {"frozen_layers": 60}, "input_shape": (32, 32, 2)},
    "astronet": {"hyperparameters": {"units": (32, 32)}},
    "deeplens": {
        "hyperparameters": {"filters": (8, 16), "blocks": 1, "strides": 2},
        "input_shape": (16, 16, 3),
    },
    "gaia_vae": {"hyperparameters": {"kl_weight": 1e-3}},
    "gradient_boosting": {"hyperparameters": {"max_iter": 10, "max_leaf_nodes": 8}},
    "gw_resnet": {"hyperparameters": {"templates": 16, "rank": 8, "filters": (8,), "blocks": 1}},
    "lens_ensemble": {
        "hyperparameters": {"members": ("lens_cnn", "lens_resnet")},
        "input_shape": (32, 32, 3),
    },
    "random_forest": {"hyperparameters": {"n_estimators": 10}},
    "redshift_cnn1d": {"hyperparameters": {"shifts": 64}, "input_shape": (256, 1)},
    "spectra_cnn1d": {"input_shape": (256, 1)},
    "starnet": {"input_shape": (256, 1)},
    "vae": {"hyperparameters": {"kl_weight": 1e-3}},
    "perceptron": {"learning_rate": 0.03},
}

"""Settings at which the slowest models are quick to build and train; importable anywhere."""

SMALLER = {
    "ar_transfer": {"hyperparameters": {"frozen_layers": 60}, "input_shape": (32, 32, 2)},
    "astronet": {"hyperparameters": {"units": (32, 32)}},
    "deeplens": {
        "hyperparameters": {"filters": (8, 16), "blocks": 1, "strides": 2},
        "input_shape": (16, 16, 3),
    },
    "gaia_vae": {"hyperparameters": {"kl_weight": 1e-3}},
    "gw_resnet": {"hyperparameters": {"templates": 16, "rank": 8, "filters": (8,), "blocks": 1}},
    "lens_ensemble": {
        "hyperparameters": {"members": ("lens_cnn", "lens_resnet")},
        "input_shape": (32, 32, 3),
    },
    "redshift_cnn1d": {"hyperparameters": {"shifts": 64}, "input_shape": (256, 1)},
    "spectra_cnn1d": {"input_shape": (256, 1)},
    "starnet": {"input_shape": (256, 1)},
    "vae": {"hyperparameters": {"kl_weight": 1e-3}},
}

"""Families of models by name, with their textbook form; presets are entries of their domain."""

from astro_dl.core.registry import SmallForm, register_model

register_model(
    "mlp",
    "astro_dl.models.mlp:mlp",
    summary="Multilayer perceptron for tables",
    rank=(1,),
    input_shape=(10,),
    kind="multiclass",
    outputs=3,
)
register_model(
    "perceptron",
    "astro_dl.models.mlp:mlp",
    summary="Perceptron for tables: logits straight from the inputs",
    rank=(1,),
    hyperparameters={"units": ()},
    small=SmallForm(learning_rate=0.03),
    input_shape=(10,),
    kind="multiclass",
    outputs=3,
    reference="Rosenblatt (1958), Psychological Review 65, 386",
)
register_model(
    "cnn1d",
    "astro_dl.models.cnn:cnn1d",
    summary="Convolutional network for series",
    rank=(2,),
    input_shape=(1024, 1),
)
register_model(
    "cnn2d",
    "astro_dl.models.cnn:cnn2d",
    summary="Convolutional network for images",
    rank=(3,),
    input_shape=(64, 64, 1),
    kind="multiclass",
    outputs=10,
)
register_model(
    "unet2d",
    "astro_dl.models.unet:unet2d",
    summary="U-Net: an answer for every pixel of an image",
    rank=(3,),
    input_shape=(64, 64, 1),
    kind="pixels",
    outputs=2,
    answers=("pixels",),
    small=SmallForm({"filters": (8, 16)}, (16, 16, 1), 0.01),
    reference="Ronneberger, Fischer & Brox (2015), arXiv:1505.04597",
)
register_model(
    "backbone",
    "astro_dl.models.backbone:backbone",
    summary="Network of keras.applications for images, with weights of the user's own file",
    rank=(3,),
    input_shape=(64, 64, 3),
    kind="multiclass",
    outputs=10,
    small=SmallForm(input_shape=(32, 32, 2)),
)
register_model(
    "cnn3d",
    "astro_dl.models.cnn:cnn3d",
    summary="Convolutional network for cubes, such as spectra in every pixel",
    rank=(4,),
    input_shape=(16, 16, 16, 1),
    kind="multiclass",
    outputs=3,
)
register_model(
    "rnn",
    "astro_dl.models.recurrent:rnn",
    summary="Simple recurrent network for series",
    rank=(2,),
    input_shape=(100, 3),
    small=SmallForm(input_shape=(20, 3)),
    reference="Elman (1990), Cognitive Science 14, 179",
)
register_model(
    "lstm",
    "astro_dl.models.recurrent:lstm",
    summary="Long short-term memory network for series",
    rank=(2,),
    input_shape=(100, 3),
    reference="Hochreiter & Schmidhuber (1997), Neural Computation 9, 1735",
)
register_model(
    "gru",
    "astro_dl.models.recurrent:gru",
    summary="Gated recurrent network for series",
    rank=(2,),
    input_shape=(100, 3),
    reference="Cho et al. (2014), arXiv:1406.1078",
)
register_model(
    "resnet1d",
    "astro_dl.models.resnet:resnet1d",
    summary="Residual network with pre-activation for series",
    rank=(2,),
    input_shape=(1024, 1),
    reference="He et al. (2016), arXiv:1603.05027",
)
register_model(
    "resnet2d",
    "astro_dl.models.resnet:resnet2d",
    summary="Residual network with pre-activation for images",
    rank=(3,),
    input_shape=(64, 64, 1),
    kind="multiclass",
    outputs=10,
    reference="He et al. (2016), arXiv:1603.05027",
)
register_model(
    "forecaster",
    "astro_dl.models.forecaster:forecaster",
    summary="Sequence-to-sequence network: the next steps of a series, with their uncertainty",
    rank=(2,),
    input_shape=(48, 1),
    kind="regression",
    outputs=12,
    small=SmallForm(learning_rate=0.02),
    reference="Sutskever et al. (2014), arXiv:1409.3215; gaps as Che et al. (2018)",
)
register_model(
    "series_transformer",
    "astro_dl.models.attention.networks:series_transformer",
    summary="Transformer for series, evenly sampled or points with times",
    rank=(2,),
    input_shape=(200, 3),
    small=SmallForm({"depth": 1, "width": 16, "units": 16}, (20, 3)),
    reference="Vaswani et al. (2017), arXiv:1706.03762; pool of Ilse et al. (2018)",
)
register_model(
    "vit_tiny",
    "astro_dl.models.attention.networks:vit_tiny",
    summary="Small transformer for images, after two convolutions",
    rank=(3,),
    input_shape=(64, 64, 1),
    kind="multiclass",
    outputs=10,
    small=SmallForm({"depth": 1, "width": 16, "units": 16}, (16, 16, 1)),
    reference="Dosovitskiy et al. (2021), arXiv:2010.11929; Xiao et al. (2021), arXiv:2106.14881",
)

AUTOENCODER = {"rank": (1, 2, 3), "input_shape": (10,), "kind": "reconstruction"}
register_model(
    "autoencoder",
    "astro_dl.models.autoencoders.networks:autoencoder",
    summary="Autoencoder for tables, series and images: anomalies are what it cannot rebuild",
    **AUTOENCODER,
    reference="Hinton & Salakhutdinov (2006), Science 313, 504",
)
register_model(
    "vae",
    "astro_dl.models.autoencoders.networks:vae",
    summary="Variational autoencoder for tables, series and images, with a Gaussian code",
    **AUTOENCODER,
    small=SmallForm({"kl_weight": 1e-3}),
    reference="Kingma & Welling (2014), arXiv:1312.6114",
)

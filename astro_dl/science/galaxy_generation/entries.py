"""The task and the models of drawn galaxies by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "galaxy_generation",
    "astro_dl.science.galaxy_generation.task:task",
    summary="Draw images of galaxies of a magnitude, half-light radius and kind",
    headline={
        "structure_accuracy": "two-sample accuracy, structure",
        "sliced_wasserstein": "sliced Wasserstein distance, structure",
    },
    small={"size_pixels": 16, "point_spread_pixels": 7, "re_arcsec_range": (0.2, 0.4)},
    reference="Lanusse et al. (2021), arXiv:2008.03833",
)
register_model(
    "galaxy_vae",
    "astro_dl.models.generators.networks:image_vae",
    summary="Autoencoder whose decoder is seen through the point spread, and a flow on its codes",
    task="galaxy_generation",
    kind="generation",
    answers=("generation",),
    small=SmallForm({"filters": (4, 4, 8), "last_filters": 4, "couplings": 2, "flow_units": 8}),
    reference="Lanusse et al. (2021), arXiv:2008.03833",
    bibtex="""@article{Lanusse2021,
  author = {Lanusse, Fran{\\c c}ois and Mandelbaum, Rachel and Ravanbakhsh, Siamak and
    Li, Chun-Liang and Freeman, Peter and P{\\'o}czos, Barnab{\\'a}s},
  title = {Deep generative models for galaxy image simulations},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {504},
  pages = {5543},
  year = {2021},
  eprint = {2008.03833},
  doi = {10.1093/mnras/stab1214}
}""",
)
register_model(
    "galaxy_gan",
    "astro_dl.models.generators.adversarial:image_gan",
    summary="Generator of galaxies and its critic, which learn against each other",
    task="galaxy_generation",
    kind="generation",
    answers=("generation",),
    answer="astro_dl.science.galaxy_generation.task:adversarial_head",
    small=SmallForm(
        {"filters": (4, 4, 8), "last_filters": 4, "critic_units": 8}, learning_rate=0.01
    ),
    reference="Goodfellow et al. (2014), arXiv:1406.2661; of galaxies Ravanbakhsh et al. (2017), "
    "arXiv:1609.05796",
    bibtex="""@inproceedings{Goodfellow2014,
  author = {Goodfellow, Ian J. and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing and
    Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, Yoshua},
  title = {Generative Adversarial Networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume = {27},
  year = {2014},
  eprint = {1406.2661}
}""",
)

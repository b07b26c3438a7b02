"""The task and the models of cosmic rays by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "cosmic_ray",
    "astro_dl.science.cosmic_rays.task:task",
    summary="Which pixels of a single CCD exposure did cosmic rays hit?",
    small={"size_pixels": 32},
    reference="Zhang & Bloom (2020), arXiv:1907.09500; Xu et al. (2021), arXiv:2106.14922",
)
register_model(
    "cosmic_ray_unet",
    "astro_dl.models.unet:unet2d",
    summary="Small U-Net that tells hits from stars, galaxies and trails",
    task="cosmic_ray",
    rank=(3,),
    hyperparameters={"filters": (12, 24, 48)},
    answers=("pixels",),
    small=SmallForm({"filters": (8, 16)}, (16, 16, 2), 0.01),
    reference="Zhang & Bloom (2020), arXiv:1907.09500; Xu et al. (2021), arXiv:2106.14922",
    bibtex="""@article{Zhang2020,
  author = {Zhang, Keming and Bloom, Joshua S.},
  title = {deepCR: Cosmic Ray Rejection with Deep Learning},
  journal = {The Astrophysical Journal},
  volume = {889},
  pages = {24},
  year = {2020},
  eprint = {1907.09500},
  doi = {10.3847/1538-4357/ab3fa6}
}""",
)

"""The task and the models of deconvolution by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "deconvolution",
    "astro_dl.science.deconvolution.task:task",
    summary="What would an image show through a sharper point-spread function, without noise?",
    headline={
        "error_over_wiener": "error over Wiener's",
        "shape_error": "shape error",
        "flux_error": "flux error",
    },
    small={
        "size_pixels": 32,
        "border_pixels": 6,
        "point_spread_pixels": 15,
        "radius_pixels_range": (1.0, 3.0),
        "neighbours": 1.0,
    },
    reference="Sureau, Lechat & Starck (2020), arXiv:1911.00443",
)
register_model(
    "deconvolution_unet",
    "astro_dl.science.deconvolution.networks:deconvolution_unet",
    summary="U-Net that weighs deconvolutions of an image against each other, pixel by pixel",
    task="deconvolution",
    answers=("image",),
    small=SmallForm({"filters": (8, 16)}),
    reference="Sureau, Lechat & Starck (2020), arXiv:1911.00443",
    bibtex="""@article{Sureau2020,
  author = {Sureau, Florent and Lechat, Alexis and Starck, Jean-Luc},
  title = {Deep learning for a space-variant deconvolution in galaxy surveys},
  journal = {Astronomy & Astrophysics},
  volume = {641},
  pages = {A67},
  year = {2020},
  eprint = {1911.00443},
  doi = {10.1051/0004-6361/201937039}
}""",
)

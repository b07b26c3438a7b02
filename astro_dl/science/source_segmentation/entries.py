"""The task and the models of source segmentation by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

REFERENCE = "Hausen & Robertson (2020), arXiv:1906.11248"
BIBTEX = """@article{Hausen2020,
  author = {Hausen, Ryan and Robertson, Brant E.},
  title = {Morpheus: A Deep Learning Framework for the Pixel-level Analysis of Astronomical Image
    Data},
  journal = {The Astrophysical Journal Supplement Series},
  volume = {248},
  pages = {20},
  year = {2020},
  eprint = {1906.11248},
  doi = {10.3847/1538-4365/ab8868}
}"""

register_task(
    "source_segmentation",
    "astro_dl.science.source_segmentation.task:task",
    summary="Which pixels of an image are of stars, of spheroids and of discs?",
    headline={
        "source_iou": "IoU of sources, best threshold",
        "source_average_precision": "average precision of source pixels",
    },
    small={"size_pixels": 32},
    reference=REFERENCE,
)
register_model(
    "segmentation_unet",
    "astro_dl.models.unet:unet2d",
    summary="Small U-Net that tells stars, spheroids and discs from the sky, pixel by pixel",
    task="source_segmentation",
    rank=(3,),
    hyperparameters={"filters": (12, 24, 48)},
    answers=("pixels",),
    small=SmallForm({"filters": (8, 16)}, (16, 16, 2), 0.01),
    reference=REFERENCE,
    bibtex=BIBTEX,
)
register_model(
    "morpheus",
    "astro_dl.science.source_segmentation.networks:morpheus",
    summary="The U-Net of Morpheus, with dropout in all of its blocks",
    task="source_segmentation",
    rank=(3,),
    answers=("pixels",),
    small=SmallForm(
        {"filters": (8, 8), "convolutions": 2, "up_convolutions": 1, "dropout": 0.0},
        (16, 16, 2),
        0.01,
    ),
    reference=REFERENCE,
    bibtex=BIBTEX,
)

"""The tasks and models of redshifts by spectra by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "galaxy_redshift",
    "astro_dl.science.redshifts.task:task",
    summary="The redshift of a galaxy by its spectrum",
    reference="Stivaktakis et al. (2020), doi:10.1109/TBDATA.2019.2934475",
)

register_model(
    "redshift_cnn1d",
    "astro_dl.science.redshifts.networks:redshift_cnn1d",
    summary="Convolutions, then templates that are learnt once and compared at every redshift",
    task="galaxy_redshift",
    rank=(2,),
    small=SmallForm({"shifts": 64}, (256, 1)),
    reference="Stivaktakis et al. (2020), doi:10.1109/TBDATA.2019.2934475, for the protocol",
    bibtex="""@article{Stivaktakis2020,
  author = {Stivaktakis, Radamanthys and Tsagkatakis, Grigorios and Moraes, Bruno and
    Abdalla, Filipe and Starck, Jean-Luc and Tsakalides, Panagiotis},
  title = {Convolutional Neural Networks for Spectroscopic Redshift Estimation on Euclid Data},
  journal = {IEEE Transactions on Big Data},
  year = {2020},
  doi = {10.1109/TBDATA.2019.2934475}
}""",
)

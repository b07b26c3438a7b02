"""The built-in tasks by name; the modules are imported when a task is first used."""

from astro_dl.core.registry import register_task

register_task(
    "gw_bbh",
    "astro_dl.science.gravitational_waves.task:task",
    summary="Is there a binary-black-hole signal in one second of strain?",
    reference="Schäfer et al. (2021), arXiv:2106.03741",
)
register_task(
    "tess_transit",
    "astro_dl.science.transits.task:task",
    summary="Is a periodic dip of a TESS light curve a planet, an eclipsing binary, or else?",
    reference="Yu et al. (2019), arXiv:1904.02726",
)
register_task(
    "strong_lens",
    "astro_dl.science.lenses.finding:task",
    summary="Is the galaxy in the middle of a cutout a strong gravitational lens?",
    reference="Metcalf et al. (2019), arXiv:1802.03609",
)
register_task(
    "lens_parameters",
    "astro_dl.science.lenses.parameters:task",
    summary="Einstein radius, ellipticity, centre and shear of a strong lens",
    reference="Hezaveh et al. (2017), arXiv:1708.08842",
)
register_task(
    "ar_morphology",
    "astro_dl.science.sun.ar_morphology:task",
    summary="Which Mount Wilson class is a solar active region of?",
    reference="Hale et al. (1919), ApJ 49, 153; Künzel (1960), AN 285, 271",
)
register_task(
    "solar_flare",
    "astro_dl.science.sun.flares:task",
    summary="Will an active region have a flare of class M or above within a day?",
    reference="Bobra & Couvidat (2015), arXiv:1411.1405",
)
register_task(
    "mount_wilson",
    "astro_dl.science.sun.mount_wilson:task",
    summary="Which Mount Wilson class do the keywords of an active region tell?",
    reference="Hale et al. (1919), ApJ 49, 153; Bobra et al. (2014), arXiv:1404.1879",
)
register_task(
    "pulsar_candidate",
    "astro_dl.science.pulsars.task:task",
    summary="Is a candidate of a pulsar survey a pulsar?",
    reference="Lyon et al. (2016), arXiv:1603.05166",
)
register_task(
    "star_galaxy_quasar",
    "astro_dl.science.star_galaxy_quasar.task:task",
    summary="Is it a star, a galaxy or a quasar, by its broad-band colours?",
    reference="Clarke et al. (2020), arXiv:1909.10963",
)
register_task(
    "asteroid_taxonomy",
    "astro_dl.science.asteroids.task:task",
    summary="Which taxonomic class is an asteroid of, by its reflectance spectrum?",
    reference="DeMeo et al. (2009), Icarus 202, 160; Penttilä et al. (2021), A&A 649, A46",
)
register_task(
    "gaia_photometry",
    "astro_dl.science.gaia.task:task",
    summary="What is a source by Gaia's photometry and astrometry? Learnt without labels",
    reference="Gaia Collaboration, Babusiaux et al. (2018), arXiv:1804.09378",
)
register_task(
    "own_table",
    "astro_dl.science.own_table.task:task",
    summary="What do the columns of a table of one's own tell of another one?",
)
register_task(
    "spectral_type",
    "astro_dl.science.stars.spectral_type:task",
    summary="Which spectral type is a star of, by its optical spectrum?",
    reference="Sharma et al. (2020), doi:10.1093/mnras/stz3100",
)
register_task(
    "stellar_parameters",
    "astro_dl.science.stars.parameters:task",
    summary="Effective temperature, gravity and metallicity of a star, by its optical spectrum",
    reference="Fabbro et al. (2018), arXiv:1709.09182",
)
register_task(
    "galaxy_redshift",
    "astro_dl.science.redshifts.task:task",
    summary="The redshift of a galaxy by its spectrum",
    reference="Stivaktakis et al. (2020), doi:10.1109/TBDATA.2019.2934475",
)
register_task(
    "photo_z",
    "astro_dl.science.photo_z.task:task",
    summary="How far is a galaxy, by its broad-band photometry?",
    reference="Schmidt et al. (2020), MNRAS 499, 1587, arXiv:2001.03621",
)

"""Methods without labels by name."""

from typing import Any

from astro_dl.core.registry import SmallForm, register_model

WITHOUT_LABELS: dict[str, Any] = {
    "input_shape": (10,),
    "kind": "structure",
    "fit": "astro_dl.models.structure.fit:fit",
}
register_model(
    "kmeans",
    "astro_dl.models.structure.groups:kmeans",
    summary="Clusters around centres",
    answer="astro_dl.models.structure.outputs:clusters",
    reference="Lloyd (1982), IEEE Trans. Inf. Theory 28, 129",
    small=SmallForm({"n_clusters": 3}),
    **WITHOUT_LABELS,
)
register_model(
    "gmm",
    "astro_dl.models.structure.groups:gmm",
    summary="Mixture of Gaussians: membership of every component",
    answer="astro_dl.models.structure.outputs:mixture",
    reference="Dempster, Laird & Rubin (1977), JRSS B 39, 1",
    small=SmallForm({"n_components": 3}),
    **WITHOUT_LABELS,
)
register_model(
    "dbscan",
    "astro_dl.models.structure.groups:dbscan",
    summary="Clusters of a least density, and noise",
    answer="astro_dl.models.structure.outputs:found_clusters",
    reference="Ester et al. (1996), KDD-96, 226",
    **WITHOUT_LABELS,
)
register_model(
    "hdbscan",
    "astro_dl.models.structure.groups:hdbscan",
    summary="Clusters of several densities, and noise",
    answer="astro_dl.models.structure.outputs:found_clusters",
    reference="Campello, Moulavi & Sander (2013), PAKDD 2013, 160",
    small=SmallForm({"min_cluster_size": 3}),
    **WITHOUT_LABELS,
)
register_model(
    "agglomerative",
    "astro_dl.models.structure.groups:agglomerative",
    summary="Clusters joined pair by pair (Ward)",
    answer="astro_dl.models.structure.outputs:clusters",
    reference="Ward (1963), JASA 58, 236",
    small=SmallForm({"n_clusters": 3}),
    **WITHOUT_LABELS,
)
register_model(
    "som",
    "astro_dl.models.structure.groups:som",
    summary="Self-organising map (extra: clustering)",
    answer="astro_dl.models.structure.outputs:cells",
    reference="Kohonen (1982), Biological Cybernetics 43, 59",
    small=SmallForm({"height": 3, "width": 3, "steps": 200}),
    **WITHOUT_LABELS,
)
register_model(
    "pca",
    "astro_dl.models.structure.codes:pca",
    summary="Principal components",
    answer="astro_dl.models.structure.outputs:codes",
    reference="Pearson (1901), Phil. Mag. 2, 559",
    **WITHOUT_LABELS,
)
register_model(
    "ica",
    "astro_dl.models.structure.codes:ica",
    summary="Independent components",
    answer="astro_dl.models.structure.outputs:codes",
    reference="Hyvärinen & Oja (2000), Neural Networks 13, 411",
    **WITHOUT_LABELS,
)
register_model(
    "nmf",
    "astro_dl.models.structure.codes:nmf",
    summary="Non-negative parts",
    answer="astro_dl.models.structure.outputs:codes",
    reference="Lee & Seung (1999), Nature 401, 788",
    **WITHOUT_LABELS,
)
register_model(
    "tsne",
    "astro_dl.models.structure.codes:tsne",
    summary="Map that keeps neighbours together; new rows lie where the nearest one does",
    answer="astro_dl.models.structure.outputs:codes",
    reference="van der Maaten & Hinton (2008), JMLR 9, 2579",
    **WITHOUT_LABELS,
)
register_model(
    "umap",
    "astro_dl.models.structure.codes:umap",
    summary="Map that keeps neighbours together (extra: clustering)",
    answer="astro_dl.models.structure.outputs:codes",
    reference="McInnes, Healy & Melville (2018), arXiv:1802.03426",
    **WITHOUT_LABELS,
)
register_model(
    "kernel_density",
    "astro_dl.models.structure.scores:kernel_density",
    summary="Anomalies by a density of kernels",
    answer="astro_dl.models.structure.outputs:score",
    reference="Parzen (1962), Ann. Math. Stat. 33, 1065",
    **WITHOUT_LABELS,
)
register_model(
    "isolation_forest",
    "astro_dl.models.structure.scores:isolation_forest",
    summary="Anomalies by how few random cuts set them apart",
    answer="astro_dl.models.structure.outputs:score",
    reference="Liu, Ting & Zhou (2008), ICDM 2008, 413",
    small=SmallForm({"n_estimators": 10}),
    **WITHOUT_LABELS,
)
register_model(
    "local_outlier_factor",
    "astro_dl.models.structure.scores:local_outlier_factor",
    summary="Anomalies by the density around their neighbours",
    answer="astro_dl.models.structure.outputs:score",
    reference="Breunig et al. (2000), SIGMOD 2000, 93",
    **WITHOUT_LABELS,
)
register_model(
    "one_class_svm",
    "astro_dl.models.structure.scores:one_class_svm",
    summary="Anomalies by the support of the training rows",
    answer="astro_dl.models.structure.outputs:score",
    reference="Schölkopf et al. (2001), Neural Computation 13, 1443",
    **WITHOUT_LABELS,
)

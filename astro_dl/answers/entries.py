"""Kinds of answer by name."""

from astro_dl.core.registry import register_answer_kind

register_answer_kind("binary", "astro_dl.answers.binary:Binary")
register_answer_kind("multiclass", "astro_dl.answers.multiclass:Multiclass")
register_answer_kind("multilabel", "astro_dl.answers.multilabel:Multilabel")
register_answer_kind("regression", "astro_dl.answers.regression:Regression")
register_answer_kind("reconstruction", "astro_dl.answers.reconstruction:Reconstruction")
register_answer_kind("structure", "astro_dl.answers.structure:Structure")
register_answer_kind("pixels", "astro_dl.answers.maps.pixels:Pixels")
register_answer_kind("flow", "astro_dl.answers.flow:Flow")
register_answer_kind("votes", "astro_dl.answers.votes:Votes")
register_answer_kind("image", "astro_dl.answers.maps.image:Image")
register_answer_kind("generation", "astro_dl.answers.generation:Generated")

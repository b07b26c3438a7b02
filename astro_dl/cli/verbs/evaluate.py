"""The verb ``evaluate``."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from astro_dl.cli.options import (
    Arguments,
    VerbParser,
    add_bundle,
    add_color,
    add_folds,
    add_members,
    add_scheduler,
    add_settings,
    add_shorthand,
    setting,
)
from astro_dl.cli.shared import cross_validate, is_shipped


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser)
    parser.add_argument("--data", help="real set of the task, whose test split is scored instead")
    parser.add_argument("--out", type=Path, help="folder for figures too")
    add_settings(parser, "config key, as evaluation.bootstrap=50")
    add_shorthand(parser, "--n", "data.n_test", "number of test examples")
    parser.add_argument(
        "--uncertainty",
        dest="settings",
        type=lambda text: setting(f"evaluation.uncertainty=[{text}]"),
        action="append",
        metavar="WAYS",
        help="further ways to tell the uncertainty, compared: mc_dropout,ensemble",
    )
    parser.add_argument(
        "--robustness",
        action="store_true",
        help="measure the least change of the input that turns the answer",
    )
    add_color(parser)
    add_members(parser)
    add_folds(parser)
    add_scheduler(parser)


def run(arguments: Arguments) -> None:
    """Score a bundle beside the baselines; a run as configured keeps the result and figures."""
    from astro_dl.bundles.bundle import load_bundle
    from astro_dl.cluster.mapping import mapped_by
    from astro_dl.core.config import load_config
    from astro_dl.evaluation.evaluate import evaluate
    from astro_dl.inference.load import load_pretrained
    from astro_dl.training.composed.alternatives import check_blind

    bundle = load_bundle(arguments.bundle)
    config = load_config(bundle.config, **dict(arguments.settings))
    if arguments.cv:
        check_blind(bundle)
        out = arguments.out or Path("runs") / f"{bundle.folder.name}-cv"
        return cross_validate(arguments, _on(config, arguments.data), out)
    scored: Any = replace(bundle, config=config)
    if arguments.member:
        together = load_pretrained([arguments.bundle, *arguments.member])
        scored = replace(together, bundle=scored)
    changed = arguments.settings or arguments.member
    with mapped_by(arguments.scheduler):
        report = evaluate(
            scored,
            arguments.data,
            plots_folder=arguments.out,
            progress=not arguments.quiet,
            save=not changed and not is_shipped(arguments.bundle),
            attacked=arguments.robustness,
            color_by=arguments.color_by,
        )
    print(report.to_json() if arguments.json else report.to_text())
    return None


def _on(config: Any, dataset: str | None) -> Any:
    """Return a config that trains on a real set, if one is named."""
    return config if dataset is None else replace(config, data=replace(config.data, source=dataset))

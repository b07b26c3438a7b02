"""Metrics, calibration, figures and reports: arrays in, numbers and figures out; no Keras."""

"""
A merger in the strain of two detectors
=======================================

Half a minute of strain goes in, a table of triggers comes out. The signal, two black holes of 36
and 29 solar masses, is hidden in noise of the design sensitivity of LIGO.
"""

import h5py
import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import butter, sosfiltfilt

import astro_dl
from astro_dl.science.gravitational_waves.noise import gaussian_noise
from astro_dl.science.gravitational_waves.psd import named_psd
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd, polarizations

# %%
# The files
# ---------
# Noise and signal are made in the frequency domain. The signal reaches Hanford 7 ms after
# Livingston, upside down, and is scaled to a signal-to-noise ratio of 20 in each.

rate, seconds, start, merger = 4096, 32, 1_126_259_430, 16.4
frequency = np.fft.rfftfreq(rate * seconds, 1 / rate)
psd = named_psd("aligo_design", frequency)
noise = gaussian_noise(np.tile(psd, (2, 1)), 1, rate, seconds, np.random.default_rng(3))[0]

wave = polarizations(imrphenomd(frequency, 36.0, 29.0, dtype=np.complex128), inclination=2.6)[0][0]
density = np.divide(abs(wave) ** 2, psd, out=np.zeros(len(psd)), where=psd > 0)
wave *= 20 / np.sqrt(4 * density.sum() / seconds)

strain = {}
for detector, sign, delay, quiet in (("H1", 1, 0.007, noise[0]), ("L1", -1, 0.0, noise[1])):
    shifted = sign * wave * np.exp(-2j * np.pi * frequency * (merger + delay))
    strain[detector] = quiet + np.fft.irfft(shifted) * rate

# %%
# They are written in the layout of the `Gravitational Wave Open Science Center
# <https://gwosc.org>`_; files from there are read alike.

for detector, series in strain.items():
    with h5py.File(f"{detector}.hdf5", "w") as file:
        data = file.create_dataset("strain/Strain", data=series)
        data.attrs.update(Xstart=start, Xspacing=1 / rate, Npoints=len(series))
        file["meta/Detector"] = detector
        file["meta/GPSstart"] = start
        file["meta/Duration"] = seconds

# %%
# The search
# ----------
# ``gw_cnn`` looks at every second of whitened strain in both detectors. A trigger is a peak of the
# odds for a signal in both against noise or a glitch in each; how often noise alone does as well is
# counted by sliding the detectors against each other. The loudest comes first.

predictor = astro_dl.load_pretrained("gw_cnn")
triggers = predictor.predict(["H1.hdf5", "L1.hdf5"], stride_s=0.1)
print(triggers)

# %%
# The figure
# ----------
# Whitened and between 35 and 350 Hz, the chirp is there for the eye, too.

band = butter(4, (35, 350), "bandpass", fs=rate, output="sos")
amplitude = np.sqrt(np.where(psd > 0, psd, np.inf) * rate / 2)
figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
for detector, sign, delay in (("H1", 1, 0.007), ("L1", -1, 0.0)):
    white = np.fft.irfft(np.fft.rfft(strain[detector]) / amplitude)
    time = np.arange(len(white)) / rate - merger - delay
    near = (time > -0.25) & (time < 0.1)
    seen = sign * sosfiltfilt(band, white)[near]
    label = "Hanford" if detector == "H1" else "Livingston, upside down"
    axes.plot(time[near], seen, lw=1, label=label)
found = triggers["gps_time"][0].to_value("s") - start - merger
axes.axvline(found, color="k", ls=":", label="trigger")
axes.set(xlabel="time from the merger [s]", ylabel="whitened strain [σ]", xlim=(-0.25, 0.1))
axes.legend(frameon=False, loc="upper left")
plt.show()

# %%
# See :doc:`/gravitational_waves` for the ranking and its false alarms, and ``astro-dl explain`` for
# what in the strain moved the network.

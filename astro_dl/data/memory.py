"""Whether arrays fit into memory."""

import os

MEMORY_SHARE = 0.4


def fits_in_memory(nbytes: float) -> bool:
    """Whether an array may be held in memory: up to 40% of what can be taken."""
    return nbytes < MEMORY_SHARE * available_memory()


def available_memory() -> float:
    """Return the bytes that can be taken without swapping, 4 GB where the system won't say."""
    try:
        with open("/proc/meminfo") as file:
            facts = dict(line.split(":") for line in file)
        return int(facts["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2
        except (AttributeError, OSError, ValueError):
            return 4e9

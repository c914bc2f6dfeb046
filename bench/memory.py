"""Memory that the hypervisor takes back from an idle guest has to be given again at its first touch, which costs
several times what writing into it does. A measurement that begins on such memory measures the hypervisor. So memory is
touched before each one."""

import mmap

_POPULATE = 0x8000  # MAP_POPULATE


def warm(gigabytes):
    """Touches so much memory and gives it back to the kernel, which hands it out first."""
    size = int(gigabytes * 1e9) // mmap.PAGESIZE * mmap.PAGESIZE
    mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _POPULATE).close()

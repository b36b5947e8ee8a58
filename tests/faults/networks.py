"""Three network namespaces with a link between each two, which are really cut: the packets do not arrive.

A link is a veth pair, `fr-us` in fr and `us-fr` in us, with a network of its own. Needs root, Linux, and `ip` of
Debian's iproute2; `permitted` says what is missing where it cannot be.
"""

import ctypes
import itertools
import os
import shutil
import subprocess

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
#: Nobody has it: what is sent there is taken by nobody.
_NOBODY = "02:00:00:00:00:fe"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=30)


class Inside:
    """What this thread does within, and the processes that it starts there, are in the namespace."""

    def __init__(self, namespace):
        self.namespace = namespace

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.enter(f"/var/run/netns/{self.namespace}")

    def __exit__(self, *_):
        try:
            self.check(_libc.setns(self.home, _CLONE_NEWNET))
        finally:
            os.close(self.home)

    def enter(self, path):
        there = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.check(_libc.setns(there, _CLONE_NEWNET))
        finally:
            os.close(there)

    @staticmethod
    def check(result):
        if result != 0:
            raise OSError(ctypes.get_errno(), "setns: " + os.strerror(ctypes.get_errno()))


class Networks:
    def __init__(self, names):
        self.names = sorted(names)
        self.of = {name: f"tansiq-{os.getpid()}-{name}" for name in self.names}
        self.addresses = {}
        self.hardware = {}

    def open(self):
        for name in self.names:
            ip("netns", "add", self.of[name])
            ip("-n", self.of[name], "link", "set", "lo", "up")
        for number, (a, b) in enumerate(itertools.combinations(self.names, 2), 1):
            ip("link", "add", f"{a}-{b}", "netns", self.of[a], "type", "veth", "peer", "name", f"{b}-{a}", "netns",
               self.of[b])
            for host, (here, there) in enumerate(((a, b), (b, a)), 1):
                self.addresses[here, there] = f"10.77.{number}.{host}"
                self.hardware[here, there] = f"02:00:00:00:{number:02x}:{host:02x}"
                ip("-n", self.of[here], "link", "set", f"{here}-{there}", "address", self.hardware[here, there])
                ip("-n", self.of[here], "address", "add", f"10.77.{number}.{host}/30", "dev", f"{here}-{there}")
                ip("-n", self.of[here], "link", "set", f"{here}-{there}", "up")
            self.heal_one_way(a, b)
            self.heal_one_way(b, a)

    def close(self):
        for namespace in self.of.values():
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, timeout=30)

    def inside(self, name):
        return Inside(self.of[name])

    def address(self, of, seen_from):
        return self.addresses[of, seen_from]

    def cut(self, a, b):
        """The cable is pulled: nothing arrives, and nobody is told by a packet."""
        for here, there in ((a, b), (b, a)):
            ip("-n", self.of[here], "link", "set", f"{here}-{there}", "down")

    def heal(self, a, b):
        for here, there in ((a, b), (b, a)):
            ip("-n", self.of[here], "link", "set", f"{here}-{there}", "up")
        for here, there in ((a, b), (b, a)):  # a link that goes down forgets its neighbours
            self.heal_one_way(here, there)

    def cut_one_way(self, sender, receiver):
        """What `sender` sends does not arrive; what the other sends does."""
        self._neighbour(sender, receiver, _NOBODY)

    def heal_one_way(self, sender, receiver):
        self._neighbour(sender, receiver, self.hardware[receiver, sender])

    def lose(self, a, b, percent):
        """Packets are lost on the way, both ways; 0 ends it. False where the kernel has no netem."""
        for here, there in ((a, b), (b, a)):
            what = ["root", "netem", "loss", f"{percent}%", "delay", "5ms", "5ms"] if percent else ["root"]
            done = subprocess.run(["tc", "-n", self.of[here], "qdisc", "replace" if percent else "del", "dev",
                                   f"{here}-{there}", *what], capture_output=True, text=True, timeout=30)
            if done.returncode != 0:
                return False
        return True

    def _neighbour(self, sender, receiver, hardware):
        ip("-n", self.of[sender], "neighbour", "replace", self.addresses[receiver, sender], "lladdr", hardware, "dev",
           f"{sender}-{receiver}", "nud", "permanent")


def permitted():
    """None, or why there can be no namespaces here."""
    if os.geteuid() != 0:
        return "making network namespaces needs root"
    if not shutil.which("ip"):
        return "there is no `ip` here; install Debian's iproute2"
    probe = Networks(["x", "y"])
    try:
        probe.open()
        with probe.inside("x"):
            pass
        return None
    except (subprocess.CalledProcessError, OSError) as error:
        return f"no network namespaces here: {getattr(error, 'stderr', None) or error}"
    finally:
        probe.close()

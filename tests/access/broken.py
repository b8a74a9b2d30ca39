"""The first lock, broken in every way: each rule and each filter, where it is written and wherever it is asked.

Rules are the functions `may_…` of the rooms' rules.py; filters are the methods by which the rooms' querysets are narrowed. What
they say is broken in themselves and in what helps them; that they are asked, wherever they are. A fault is put into the running
function and taken out again; no file is changed.
"""

import ast
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import QuerySet

LEFT_OUT = {"tests", "migrations", "management", "demo", "base"}
IDENTITY = ("identity_of", "ids_led", "_without_lead")
"""What says for whom a request acts."""


REFUSED_AGAIN = "shows a button that is refused when it is pressed"
REGISTER = "the worker's: catalogue/tests/test_register.py"
ENDED_AGAIN = "what does not work any more is ended once more"
SURVIVORS: dict[str, str] = {
    "api.views.feeds.description: goes on after Http404": "what follows is public, and fails for a form that there is not",
    "candidates.queries.looks: without Candidate.objects.placed_by(user)": (
        "the log is of members that one leads, and so places for"
    ),
    "catalogue.actions.index_all: without Source.objects.standing()": "what is removed and found is not listed (queries.items)",
    "catalogue.keeping.ask_all: without Place.objects.open()": "stale_places asks again",
    "catalogue.queries.items: without Source.objects.standing()": "what is removed has no row in the index",
    "catalogue.views.place: without may_approve_places(request.user)": REFUSED_AGAIN,
    "organisations.actions.accept_invitation: without Invitation.objects.waiting()": (
        "for those who come at once; others are told before"
    ),
    "organisations.actions.invite: without Invitation.objects.waiting()": ENDED_AGAIN,
    "organisations.actions.mail_invitation: without Invitation.objects.waiting()": (
        "the worker's: organisations/tests/test_mailed.py"
    ),
    "organisations.actions.withdraw_invitation: without Invitation.objects.waiting()": ENDED_AGAIN,
    "organisations.queries.ids_of_coordinators: without current.get()": "the purpose opens, whoever acts",
    "organisations.queries.ids_of_deciding: without host=host": REGISTER,
    "organisations.queries.ids_of_deciding: without role__in=DECIDING_HOST_ROLES": REGISTER,
    "organisations.queries.ids_of_deciding: without HostContact.objects.current()": REGISTER,
    "organisations.views.first_run: goes on after Http404": "for those who come at once; others are told before",
    "rounds.views.draws.own_draw_file: goes on after Http404": "whoever came in after the run has an empty file",
    "rounds.views.runs._run_id: goes on after Http404": "what is no key is an error, and no page",
    "rounds.views.wishes._page: without may_rank_for(current_user(request), link)": REFUSED_AGAIN,
    "ways.queries.missing: without Place.objects.open()": "says that there is a place which nobody can have, and names none",
}
"""Faults that change nothing anyone could see, each with its reason."""


class Mutant(NamedTuple):
    """A function with a fault."""

    function: FunctionType
    fault: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.function.__module__.removeprefix('praksis.')}.{self.function.__qualname__}: {self.fault}"


class Names(NamedTuple):
    """What rules and filters are called."""

    rules: frozenset[str]
    filters: frozenset[str]


@contextmanager
def standing(mutant: Mutant) -> Iterator[None]:
    """The house with that fault, for as long as the block lasts."""
    sound = mutant.function.__code__
    mutant.function.__code__ = mutant.code
    try:
        yield
    finally:
        mutant.function.__code__ = sound


def mutants() -> list[Mutant]:
    """All, by module and function."""
    functions = sorted(_functions(), key=lambda one: (one.__module__, one.__qualname__))
    rules = {one.__name__ for one in functions if one.__module__.endswith(".rules") and one.__name__.startswith("may_")}
    names = Names(frozenset(rules), frozenset(one.__name__ for one in _filters()))
    return [Mutant(one, fault, _compiled(one, tree)) for one in functions for fault, tree in _broken(one, names)]


# ---------------------------------------------------------------- what there is


def _modules() -> list[ModuleType]:
    rooms = [config.name for config in apps.get_app_configs() if config.name.startswith("praksis.")]
    walked = [name for room in rooms for _, name, _ in pkgutil.walk_packages(import_module(room).__path__, f"{room}.")]
    return [import_module(name) for name in walked if not LEFT_OUT & set(name.split("."))]


def _functions() -> Iterator[FunctionType]:
    """Every function and method of the rooms, without its decorators."""
    for module in _modules():
        for value in vars(module).values():
            members = vars(value).values() if inspect.isclass(value) and value.__module__ == module.__name__ else [value]
            for member in members:
                inner = inspect.unwrap(member) if callable(member) else member
                if isinstance(inner, FunctionType) and _is_written_in(inner, module) and not inner.__code__.co_freevars:
                    yield inner


def _is_written_in(function: FunctionType, module: ModuleType) -> bool:
    is_def = function.__name__ != "<lambda>" and not inspect.iscoroutinefunction(function)
    return is_def and function.__module__ == module.__name__ and function.__code__.co_filename == module.__file__


def _filters() -> Iterator[FunctionType]:
    """What the rooms' querysets add to Django's."""
    for module in _modules():
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, QuerySet) and value.__module__ == module.__name__:
                yield from (member for member in vars(value).values() if isinstance(member, FunctionType))


# ---------------------------------------------------------------- faults


def _broken(function: FunctionType, names: Names) -> Iterator[tuple[str, ast.FunctionDef]]:
    sound = _tree(function)
    is_filter = "QuerySet." in function.__qualname__
    if is_filter or function.__name__ in names.rules:
        yield from _answers(sound, is_filter=is_filter)
        yield from _rescued(sound, is_filter=is_filter)
    if is_filter or function.__name__ in names.rules or function.__name__ in IDENTITY or _helps(sound):
        yield from _without_conditions(sound)
    for number, node in enumerate(_refused(sound)):
        made = deepcopy(sound)
        yield f"goes on after {ast.unparse(node.exc)}", _gone_on(made, _refused(made)[number])
    for number, node in enumerate(_asked(sound, names)):
        made = deepcopy(sound)
        yield f"without {ast.unparse(node)}", _not_asked(made, _asked(made, names)[number], names)


def _answers(sound: ast.FunctionDef, *, is_filter: bool) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Everything, always; and the opposite."""
    everything, opposite = ("self.all()", "self.exclude(pk__in={})") if is_filter else ("True", "not ({})")
    made = deepcopy(sound)
    made.body = ast.parse(f"return {everything}").body
    yield f"always {everything}", made
    made = deepcopy(sound)
    for node in ast.walk(made):
        if isinstance(node, ast.Return) and node.value:
            told = ast.unparse(node.value)
            node.value = ast.parse(opposite.format(f"({told}).order_by().values('pk')" if is_filter else told), mode="eval").body
    yield "the opposite", made


def _rescued(sound: ast.FunctionDef, *, is_filter: bool) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yes, or everything, where asking fails. What is asked for nobody is only put together here, and cannot fail."""
    if "user" in [argument.arg for argument in sound.args.args]:
        made = deepcopy(sound)
        rescue = f"try:\n    pass\nexcept Exception:\n    return {'self.all()' if is_filter else 'True'}"
        (attempt,) = ast.parse(rescue).body
        assert isinstance(attempt, ast.Try)
        attempt.body, made.body = made.body, [attempt]
        yield "yes where asking fails", made


def _asked(tree: ast.FunctionDef, names: Names) -> list[ast.Call]:
    """Where a rule or a filter is asked."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in calls if _name(node) in names.rules or (_name(node) in names.filters and not _is_bare(node))]


def _is_bare(node: ast.Call) -> bool:
    """A function of that name, not a queryset's method."""
    return isinstance(node.func, ast.Name) or ast.unparse(node.func).startswith("queries.")


def _name(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def _not_asked(tree: ast.FunctionDef, node: ast.Call, names: Names) -> ast.FunctionDef:
    """Where a filter stood, everything; where a rule stood, yes."""
    if _name(node) in names.rules:
        return _replaced(tree, node, ast.Constant(value=True))
    assert isinstance(node.func, ast.Attribute)
    everything = ast.Attribute(value=node.func.value, attr="all", ctx=ast.Load())
    return _replaced(tree, node, ast.Call(func=everything, args=[], keywords=[]))


def _refused(tree: ast.FunctionDef) -> list[ast.Raise]:
    """Where somebody is turned away for another reason than the answer of a rule, which is broken itself, or than their type:
    visitors are sent to sign in before."""
    asked = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and re.search(r"\bmay_|isinstance", ast.unparse(node.test))
    ]
    left_out = [node for one in asked for node in one.body]
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc and node not in left_out]
    return [node for node in raised if re.match(r"PermissionDenied|Http404", ast.unparse(node.exc))]


def _gone_on(tree: ast.FunctionDef, node: ast.Raise) -> ast.FunctionDef:
    return _replaced(tree, node, ast.Pass())


def _helps(tree: ast.FunctionDef) -> bool:
    """Whether it is a helper of a filter or of a rule: it says something of roles."""
    return any(isinstance(node, ast.keyword) and node.arg == "role__in" for node in ast.walk(tree))


def _without_conditions(sound: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each condition of an `and`, an `or`, a `filter(...)` or a `Q & Q` gone."""
    for number, node in enumerate(ast.walk(sound)):
        for part, told in enumerate(_parts(node)):
            made = deepcopy(sound)
            yield f"without {told}", _part_gone(made, list(ast.walk(made))[number], part)


def _parts(node: ast.AST) -> list[str]:
    if isinstance(node, ast.BoolOp):
        return [ast.unparse(value) for value in node.values]
    if isinstance(node, ast.Call) and _name(node) == "filter":
        return [ast.unparse(value) for value in [*node.args, *node.keywords]]
    if isinstance(node, ast.comprehension):
        return [ast.unparse(value) for value in node.ifs]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr) and "Q(" in ast.unparse(node):
        return [ast.unparse(node.left), ast.unparse(node.right)]
    return []


def _part_gone(tree: ast.FunctionDef, node: Any, part: int) -> ast.FunctionDef:
    if isinstance(node, ast.BoolOp):
        del node.values[part]
        return _replaced(tree, node, node.values[0]) if len(node.values) == 1 else tree
    if isinstance(node, ast.comprehension):
        del node.ifs[part]
        return tree
    if isinstance(node, ast.Call):
        positional = len(node.args)
        del (node.args if part < positional else node.keywords)[part if part < positional else part - positional]
        return tree
    return _replaced(tree, node, node.right if part == 0 else node.left)


def _replaced(tree: ast.FunctionDef, old: ast.AST, new: ast.AST) -> ast.FunctionDef:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return new if node is old else self.generic_visit(node)

    Replace().visit(tree)
    return tree


# ---------------------------------------------------------------- source and code


def _tree(function: FunctionType) -> ast.FunctionDef:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list, tree.returns = [], None
    for argument in [*tree.args.args, *tree.args.kwonlyargs]:
        argument.annotation = None
    tree.body = tree.body[1:] if ast.get_docstring(tree) and len(tree.body) > 1 else tree.body
    return tree


def _compiled(function: FunctionType, tree: ast.FunctionDef) -> CodeType:
    module = ast.fix_missing_locations(ast.Module(body=[tree], type_ignores=[]))
    compiled = compile(module, function.__code__.co_filename, "exec")
    return next(one for one in compiled.co_consts if isinstance(one, CodeType) and one.co_name == function.__name__)


# ---------------------------------------------------------------- who runs what


@contextmanager
def noting(functions: set[FunctionType], called: set[FunctionType]) -> Iterator[None]:
    """Put into `called` those of the functions that run in the block."""
    by_code = {function.__code__: function for function in functions}
    tool, event = sys.monitoring.PROFILER_ID, sys.monitoring.events.PY_START
    sys.monitoring.use_tool_id(tool, "broken")
    sys.monitoring.register_callback(tool, event, lambda code, _offset: called.add(by_code[code]))
    for code in by_code:
        sys.monitoring.set_local_events(tool, code, event)
    try:
        yield
    finally:
        for code in by_code:
            sys.monitoring.set_local_events(tool, code, 0)
        sys.monitoring.register_callback(tool, event, None)
        sys.monitoring.free_tool_id(tool)

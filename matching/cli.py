"""The commands of `python -m matching`. Exit code 0, 1 (does not hold) or 2 (cannot take)."""

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import matching
from matching import draw
from matching.bottlenecks import bottlenecks
from matching.certificates import certify
from matching.changes import read_changes
from matching.compare import POLICIES, SAMPLE, compare
from matching.explain import explain
from matching.form import InputError, write_json
from matching.generate import FAMILIES, generate
from matching.problem import Instance, digest, read_instance, warnings, with_seed, write_instance
from matching.repair import repair
from matching.result import Result, read_result, write_result
from matching.solve import Progress, solve
from matching.value import value
from matching.verify import verify

DONE, DOES_NOT_HOLD, CANNOT_TAKE = 0, 1, 2
_ERASE, _WIDE = "\x1b[K", 24  # a bar's line, and how wide it is
TOLD = 20  # faults that verify lists; a result of another round has thousands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Faults in the input become one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except InputError as error:
        return _complain(str(error))
    except BrokenPipeError:  # whoever read the output has seen enough
        _say_no_more()
        return DONE
    except OSError as error:
        _say_no_more()
        return _complain(f"cannot write to standard output: {error.strerror}")
    return code


def _say_no_more() -> None:
    """Keep the interpreter from flushing into nothing as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(problem: str, code: int = CANNOT_TAKE) -> int:
    line = problem.encode(errors="backslashreplace").decode()
    print(f"matching: {' '.join(line.splitlines())}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(CANNOT_TAKE, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m matching", description="Allocate practice places: exact, explained, checked.")
    parser.add_argument("--version", action="version", version=matching.__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_generate(commands)
    _add_solve(commands)
    _add_verify(commands)
    _add_explain(commands)
    _add_draw(commands)
    _add_bottlenecks(commands)
    _add_compare(commands)
    _add_repair(commands)
    _add_value(commands)
    return parser


type _Commands = argparse._SubParsersAction[_Parser]


def _add_generate(commands: _Commands) -> None:
    command = commands.add_parser("generate", help="make up a round", description="Make up a round of a family.")
    command.add_argument("--family", required=True, choices=FAMILIES, help="what the round is made of")
    command.add_argument("--candidates", required=True, type=_natural, metavar="N", help="how many candidates")
    command.add_argument("--seed", default=1, type=_natural, metavar="S", help="the same seed gives the same round (1)")
    command.add_argument("-o", dest="output", required=True, type=_writable, metavar="INSTANCE.json", help="where to write it")
    command.set_defaults(run=_generate)


def _add_solve(commands: _Commands) -> None:
    command = commands.add_parser(
        "solve", help="allocate a round", description="Allocate a round: as well as can be, stably, or first come, first served."
    )
    command.add_argument("instance", metavar="INSTANCE.json", help="the round, plain or gzip")
    command.add_argument("--policy", default="optimal", help="how to allocate: optimal, stable or queue")
    command.add_argument("--seed", type=_natural, metavar="N", help="use this seed, not the file's")
    command.add_argument("--time-limit", type=_seconds, metavar="S", help="stop after this many seconds with the best found")
    command.add_argument("--certify", action="store_true", help="add certificates of the bounds, in as much time again")
    command.add_argument("-o", dest="output", required=True, type=_writable, metavar="RESULT.json", help="where to write it")
    command.set_defaults(run=_solve)


def _add_verify(commands: _Commands) -> None:
    command = commands.add_parser(
        "verify", help="check a result", description="Check a result against its round, with code that is not the solver's."
    )
    _add_instance_and_result(command)
    command.set_defaults(run=_verify)


def _add_explain(commands: _Commands) -> None:
    command = commands.add_parser(
        "explain", help="say why", description="Say for every choice above the one received why it was not given, as JSON."
    )
    _add_instance_and_result(command)
    command.add_argument("--candidate", action="append", metavar="ID", help="only this candidate (may be repeated)")
    _add_output(command)
    command.set_defaults(run=_explain)


def _add_draw(commands: _Commands) -> None:
    told = "Commit to what everyone drew and got, so that each can check their own part and an auditor the whole."
    command = commands.add_parser("draw", help="commit to a result, and check it", description=told)
    parts = command.add_subparsers(title="commands", required=True, metavar="COMMAND")
    made = parts.add_parser("commit", help="make the root to publish", description="Make the root to publish, with new salts.")
    _add_instance_and_result(made)
    made.add_argument("-o", dest="output", required=True, type=_writable, metavar="COMMITMENT.json", help="what to publish")
    made.add_argument("--leaves", required=True, type=_writable, metavar="LEAVES.json", help="all leaves with salts: keep them")
    made.set_defaults(run=_draw_commit)
    taken = parts.add_parser("leaf", help="take out one candidate's leaf", description="Take out what one candidate may have.")
    taken.add_argument("leaves", metavar="LEAVES.json", help="all leaves with salts, plain or gzip")
    taken.add_argument("--candidate", required=True, metavar="ID", help="whose leaf")
    taken.add_argument("-o", dest="output", required=True, type=_writable, metavar="LEAF.json", help="where to write it")
    taken.set_defaults(run=_draw_leaf)
    _add_draw_check(parts)


def _add_draw_check(parts: "_Commands") -> None:
    told = "Check one leaf (LEAF.json), or the whole (INSTANCE.json RESULT.json --leaves), against the published root."
    command = parts.add_parser("check", help="check one leaf, or the whole", description=told)
    command.add_argument("files", nargs="+", metavar="FILE", help="LEAF.json, or INSTANCE.json RESULT.json; plain or gzip")
    command.add_argument("--leaves", metavar="LEAVES.json", help="all leaves with salts, to check the whole")
    command.add_argument("--root", required=True, type=_root, metavar="HEX", help="the published root")
    command.set_defaults(run=_draw_check)


def _add_bottlenecks(commands: _Commands) -> None:
    command = commands.add_parser(
        "bottlenecks",
        help="say where seats lack",
        description="Say who together compete for too few seats, so that some cannot be placed whatever anyone does, as JSON.",
    )
    command.add_argument("instance", metavar="INSTANCE.json", help="the round, plain or gzip")
    _add_output(command)
    command.set_defaults(run=_bottlenecks)


def _add_compare(commands: _Commands) -> None:
    told = (
        "Solve the round by each policy and tell how they differ, as JSON: who is placed, envy, and who gains by a shorter list."
    )
    command = commands.add_parser("compare", help="the policies side by side", description=told)
    command.add_argument("instance", metavar="INSTANCE.json", help="the round, plain or gzip")
    command.add_argument(
        "--policies", type=_policies, default=POLICIES, metavar="A,B", help=f"which, with commas between ({','.join(POLICIES)})"
    )
    command.add_argument(
        "--sample",
        type=_natural,
        default=SAMPLE,
        metavar="N",
        help=f"how many to try shorter lists for, many solves each ({SAMPLE})",
    )
    command.add_argument("--time-limit", type=_seconds, metavar="S", help="stop each solve after this many seconds")
    _add_output(command)
    command.set_defaults(run=_compare)


def _add_repair(commands: _Commands) -> None:
    told = "Mend a result after withdrawals and new seats: nobody who stays gets a worse rank, and the fewest move."
    command = commands.add_parser("repair", help="mend a result after changes", description=told)
    _add_instance_and_result(command)
    command.add_argument("--changes", required=True, metavar="FILE", help="who withdrew, and which seats came in addition")
    command.add_argument("--instance-out", required=True, type=_writable, metavar="INSTANCE2.json", help="the changed round")
    command.add_argument("-o", dest="output", required=True, type=_writable, metavar="RESULT2.json", help="its result")
    command.add_argument("--time-limit", type=_seconds, metavar="S", help="stop after this many seconds with the best found")
    command.set_defaults(run=_repair)


def _add_value(commands: _Commands) -> None:
    told = "Say what one more seat of each kind would do to every level: an estimate for all, exact for a sample, as JSON."
    command = commands.add_parser("value", help="say what one more seat would do", description=told)
    command.add_argument("instance", metavar="INSTANCE.json", help="the round, plain or gzip")
    command.add_argument("--sample", default=0, type=_natural, metavar="N", help="solve the round again for N drawn seats (0)")
    command.add_argument("--seed", default=1, type=_natural, metavar="S", help="the same seed draws the same sample (1)")
    command.add_argument("--time-limit", type=_seconds, metavar="S", help="stop each solve after this many seconds")
    _add_output(command)
    command.set_defaults(run=_value)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", dest="output", type=_writable, metavar="FILE", help="write here, not to standard output")


def _add_instance_and_result(command: argparse.ArgumentParser) -> None:
    command.add_argument("instance", metavar="INSTANCE.json", help="the round, plain or gzip")
    command.add_argument("result", metavar="RESULT.json", help="its result, plain or gzip")


def _generate(options: argparse.Namespace) -> int:
    write_instance(generate(options.family, options.candidates, options.seed), options.output)
    return DONE


def _solve(options: argparse.Namespace) -> int:
    instance = read_instance(options.instance)
    if options.seed is not None:
        instance = with_seed(instance, options.seed)
    for warning in warnings(instance):
        print(f"matching: warning: {warning}", file=sys.stderr)
    result = solve(instance, options.policy, options.time_limit, _tell)
    if options.certify:
        result = certify(instance, result, options.time_limit)
    write_result(result, options.output)
    if result.stable is not None:
        claim = "stable" if result.stable else f"not stable, {len(result.blocking)} blocking pairs"
        print(f"{claim}; closed places that could have opened: {result.could_open}")
    return DONE


def _tell(now: Progress) -> None:
    """A line for each level; on a terminal below it a bar, with the best so far while a level is searched."""
    if sys.stderr.isatty():
        print(f"\r{_ERASE}", end="", file=sys.stderr, flush=True)
    if now.decided:
        proven = "proven" if now.proven else f"not proven, bound {json.dumps(now.bound)}"
        print(f"{now.level} {json.dumps(now.value)} {proven} ({now.seconds:.1f} s)", flush=True)
    if sys.stderr.isatty() and now.share < 1:
        done = round(_WIDE * now.share)
        best = "" if now.decided else f" {now.level} {json.dumps(now.value)}, bound {json.dumps(now.bound)}, {now.seconds:.0f} s"
        print(f"[{'#' * done}{'.' * (_WIDE - done)}]{best}", end="", file=sys.stderr, flush=True)


def _verify(options: argparse.Namespace) -> int:
    instance, result = read_instance(options.instance), read_result(options.result)
    report = verify(instance, result)
    for level, how in report.checked.items():
        print(f"bound checked: {level} ({how})")
    for note in report.notes:
        print(f"note: {note}")
    for problem in report.problems[:TOLD]:
        print(problem)
    if len(report.problems) > TOLD:
        print(f"and {len(report.problems) - TOLD} more")
    if report.ok:
        print("the result holds")
        return DONE
    return _complain(f"the result does not hold, {len(report.problems)} faults: {report.problems[0]}", DOES_NOT_HOLD)


def _explain(options: argparse.Namespace) -> int:
    instance, result = _pair(options)
    wanted = options.candidate and list(dict.fromkeys(options.candidate))
    for unknown in set(wanted or ()) - {one.id for one in instance.candidates}:
        raise InputError("", f"there is no candidate {unknown!r}")
    reasons = {one: [reason.data() for reason in found] for one, found in explain(instance, result, wanted).items()}
    return _put(reasons, options.output)


def _bottlenecks(options: argparse.Namespace) -> int:
    return _put(bottlenecks(read_instance(options.instance)).data(), options.output)


def _compare(options: argparse.Namespace) -> int:
    told = compare(read_instance(options.instance), options.policies, sample=options.sample, time_limit=options.time_limit)
    return _put(told.data(), options.output)


def _repair(options: argparse.Namespace) -> int:
    instance, result = _pair(options)
    changes = read_changes(options.changes, instance)
    after, found = repair(instance, result, changes, options.time_limit, _tell)
    write_instance(after, options.instance_out)
    write_result(found, options.output)
    return DONE


def _value(options: argparse.Namespace) -> int:
    instance = read_instance(options.instance)
    result = solve(instance, time_limit=options.time_limit)
    told = value(instance, result, sample=options.sample, seed=options.seed, time_limit=options.time_limit)
    return _put(told.data(), options.output)


def _put(data: object, output: str | None) -> int:
    """Write JSON to the file, or to standard output where none is named."""
    if output is None:
        print(json.dumps(data))
    else:
        write_json(output, data)
    return DONE


def _draw_commit(options: argparse.Namespace) -> int:
    commitment, leaves = draw.commit(*_pair(options))
    draw.write_leaves(leaves, options.leaves)
    draw.write_commitment(commitment, options.output)
    print(f"root {commitment.root}, candidates {commitment.candidates}, seed {commitment.seed}")
    return DONE


def _draw_leaf(options: argparse.Namespace) -> int:
    for proof in draw.proofs(draw.read_leaves(options.leaves)):
        if proof.leaf.candidate == options.candidate:
            draw.write_proof(proof, options.output)
            return DONE
    raise InputError("", f"there is no candidate {options.candidate!r}")


def _draw_check(options: argparse.Namespace) -> int:
    if len(options.files) != (2 if options.leaves else 1):
        raise InputError("", "give LEAF.json alone, or INSTANCE.json RESULT.json with --leaves")
    if options.leaves:
        instance, result = read_instance(options.files[0]), read_result(options.files[1])
        faults = draw.leaves_faults(instance, result, draw.read_leaves(options.leaves), options.root)
        holds = f"the commitment holds: seed {result.seed}, candidates {len(instance.candidates)}, instance {result.instance}"
    else:
        proof = draw.read_proof(options.files[0])
        faults, leaf = draw.proof_faults(proof, options.root), proof.leaf
        got = "no place" if leaf.place is None else f"the place {leaf.place}"
        holds = f"the leaf holds: {leaf.candidate} drew {leaf.draw} with the seed {proof.seed} and got {got}"
    if faults:
        return _complain(f"does not hold, faults: {len(faults)}: {faults[0]}", DOES_NOT_HOLD)
    print(holds)
    return DONE


def _pair(options: argparse.Namespace) -> tuple[Instance, Result]:
    """The instance with the seed that was used, and a result that fits it."""
    instance, result = read_instance(options.instance), read_result(options.result)
    instance = with_seed(instance, result.seed)
    if digest(instance) != result.instance:
        raise InputError("", f"{options.result} is the result of another instance")
    report = verify(instance, result, prove_small=False)
    if not report.ok:
        raise InputError("", f"{options.result} does not hold: {report.problems[0]}")
    return instance, result


def _policies(written: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(written.split(",")))
    for unknown in set(named) - set(POLICIES):
        raise argparse.ArgumentTypeError(f"there is no policy {unknown!r}; there are {', '.join(POLICIES)}")
    return named


def _natural(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise argparse.ArgumentTypeError(f"{written!r} is not a whole number, not negative")
    return int(written)


def _root(written: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", written):
        raise argparse.ArgumentTypeError(f"{written!r} is not a root: 64 lowercase hexadecimal digits")
    return written


def _seconds(written: str) -> float:
    try:
        seconds = float(written)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"{written!r} is not a number of seconds above 0")
    return seconds


def _writable(written: str) -> str:
    if not Path(written).parent.is_dir():
        raise argparse.ArgumentTypeError(f"cannot write {written}: there is no folder {Path(written).parent}")
    return written

"""The program's commands, put together."""

from importlib.metadata import version

from cyclopts import App, Parameter

from layersync.cli.apply import apply
from layersync.cli.check import check
from layersync.cli.columns import columns
from layersync.cli.export import export
from layersync.cli.init import init
from layersync.cli.plan import plan
from layersync.cli.runs import runs
from layersync.cli.sandbox import sandbox
from layersync.cli.stdout import console_for
from layersync.cli.sync import sync
from layersync.cli.undo import undo
from layersync.cli.whoami import whoami

COMMANDS = (sync, plan, apply, undo, runs, check, export, columns, whoami, init)


def build_app() -> App:
    """Gives the parser of the whole command line. A command returns its exit code."""
    app = App(
        name="layersync",
        help="Keeps records of the Layers Partner API in step with a spreadsheet.",
        version=lambda: f"layersync {version('layersync')}",
        default_parameter=Parameter(negative="", show_default=False),
        result_action="return_value",
        console=console_for("auto"),
    )
    for command in COMMANDS:
        app.command(command)
    # the sandbox is a program of its own and answers --help itself
    app.command(sandbox, help_flags=(), version_flags=())
    return app

"""What each exit code means, in the words of the contract."""

from typing import Final

EXIT_CODES: Final = {
    "0": "in step: nothing to do, or everything applied and verified; dry run: the plan was made and holds no problem",
    "1": "unexpected error",
    "2": "only with `--detailed-exitcode`: changes are pending (dry run) or were made",
    "3": "finished, but some rows are invalid, not found, refused, failed, unknown, in conflict, or held by drift or "
    "a cycle; the good rows are done",
    "4": 'the sheet of a job cannot be used, or holds an invalid row under `invalid_rows = "abort"`; nothing of that '
    "job was sent",
    "5": "a guard held a job, or some of its rows",
    "6": "the API refuses us as a whole: key, scope, kill switch, redirect, TLS, or nearly every change refused",
    "7": "another run of the same job holds the lock",
    "8": "stopped early but safely (deadline, daily cap, outage, damaged listing, disk): the next run carries on",
    "9": "the saved plan cannot be applied here: damaged, another base URL or organisation, or every change of it "
    "already has its outcome",
    "64": "usage or configuration error: unknown flag, command, job, `--key`, field or config key; no key given",
    "129, 130, 143": "ended by HUP, INT, TERM; requests in flight were finished and the report written",
}

#!/usr/bin/env python3
"""Counts tests and says what failed.

usage: report.py --status STATUS LOG.json --save FILE
           reads the log of a `meson test` that ended with STATUS, prints the
           output of what failed, and writes the counts to FILE
       report.py --tap NAME --status STATUS OUTPUT --save FILE
           the same for the output of one program that ended with STATUS
       report.py --broken WHAT --save FILE
           one failure that happened before any test ran
       report.py --total FILE...
           adds up what was saved, prints `N passed, N failed` as the last
           line, and fails unless all passed

Every subtest of the Test Anything Protocol counts once. A test program that
crashes, runs out of time or ends early counts as one failure more.
"""

import argparse
import json
import os
import re
import signal
import sys

SUBTEST = re.compile(r'(not )?ok\b(?: +\d+)?(.*)')
PLAN = re.compile(r'1\.\.(\d+)(.*)')
DIRECTIVE = re.compile(r'#\s*(skip|todo)', re.IGNORECASE)
LONGEST_OUTPUT = 200  # lines shown of a failed program


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed = passed
        self.failed = failed
        self.skipped = skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        text = f'{self.passed} passed, {self.failed} failed'
        return text + (f', {self.skipped} skipped' if self.skipped else '')


def count_tap(output):
    """Returns the counts of a TAP stream, and what is wrong with it or ''."""
    counts = Counts()
    planned = None
    seen = 0
    for line in output.splitlines():
        if line.startswith('Bail out!'):
            return counts, line
        plan = PLAN.fullmatch(line)
        if plan:
            planned = int(plan[1])
            if planned == 0:
                counts.skipped += 1
            continue
        subtest = SUBTEST.fullmatch(line)
        if not subtest:
            continue
        seen += 1
        directive = DIRECTIVE.search(subtest[2])
        if directive:
            counts.skipped += 1
        elif subtest[1]:
            counts.failed += 1
        else:
            counts.passed += 1
    if planned is None:
        return counts, f'ended after {seen} subtests, without a plan'
    if planned != seen:
        return counts, f'ran {seen} subtests of {planned} planned'
    return counts, ''


def judge(test):
    """Returns the counts of one test program, and its own failure or ''."""
    counts, complaint = count_tap(test.get('stdout', ''))
    status = test.get('returncode', 0)
    if test['result'] == 'TIMEOUT':
        complaint = f'timed out after {test["duration"]:.0f} s'
    elif status < 0:
        complaint = describe_status(status)
    elif status > 0 and counts.failed == 0 and not complaint:
        # One that reports failed subtests may say so by its status, too.
        complaint = describe_status(status)
    elif test['result'] == 'INTERRUPT':
        complaint = 'interrupted'
    if complaint:
        counts.failed += 1
    return counts, complaint


def describe_status(status):
    if status < 0:
        return f'killed by {signal.Signals(-status).name}'
    return f'ended with status {status}'


def show_failure(test, complaint):
    title = f'-- {test["name"]}'
    print(title + (f': {complaint}' if complaint else ''))
    for stream in ('stdout', 'stderr'):
        lines = test.get(stream, '').splitlines()
        if stream == 'stdout':
            lines = [line for line in lines if not line.startswith('ok ')]
        if len(lines) > LONGEST_OUTPUT:
            print(f'   ({stream}: the last {LONGEST_OUTPUT} lines)')
        for line in lines[-LONGEST_OUTPUT:]:
            print('   ' + line)


def read_log(path):
    """The test programs of a log; none if there were none to run."""
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8', errors='replace') as log:
        return [json.loads(line) for line in log if line.strip()]


def report_tests(status, paths):
    total = Counts()
    for path in paths:
        for test in read_log(path):
            counts, complaint = judge(test)
            if counts.failed:
                show_failure(test, complaint)
            total.add(counts)
    if total.failed == 0 and (status != 0 or total.passed == 0):
        print(f'-- meson test {describe_status(status)}'
              f' with {total.passed} passed tests and none failed')
        total.failed = 1
    return total


def report_tap(name, status, paths):
    """As report_tests() for output that did not come through meson."""
    total = Counts()
    for path in paths:
        with open(path, encoding='utf-8', errors='replace') as output:
            test = {'name': name, 'stdout': output.read(),
                    'returncode': status, 'result': 'TAP'}
        counts, complaint = judge(test)
        if counts.failed:
            show_failure(test, complaint)
        total.add(counts)
    return total


def report_total(paths):
    total = Counts()
    for path in paths:
        with open(path, encoding='utf-8') as saved:
            total.add(Counts(**json.load(saved)))
    print(total)
    return 0 if total.failed == 0 and total.passed > 0 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--status', type=int, default=0)
    parser.add_argument('--tap')
    parser.add_argument('--broken')
    parser.add_argument('--save')
    parser.add_argument('--total', action='store_true')
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()

    if options.total:
        return report_total(options.files)
    if options.broken:
        print(f'-- {options.broken} failed')
        counts = Counts(failed=1)
    elif options.tap:
        counts = report_tap(options.tap, options.status, options.files)
    else:
        counts = report_tests(options.status, options.files)
    with open(options.save, 'w', encoding='utf-8') as saved:
        json.dump(vars(counts), saved)
    return 0


if __name__ == '__main__':
    sys.exit(main())

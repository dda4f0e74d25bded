#!/usr/bin/env python3
"""Checks that what the library exports is public, documented and used.

usage: exports.py LIBRARY [TREE]        prints TAP, one line per rule

  declared    every symbol that the shared library exports is declared in
              include/horo/
  defined     every function declared there is in the library
  documented  a comment stands right above the declaration
  used        a file of tests, examples, tools, bench or docs names it; an
              internal horo__name is used through the macro or inline function
              of the same header that names it
"""

import os
import re
import subprocess
import sys

USER_FOLDERS = ('tests', 'examples', 'tools', 'bench', 'docs')
MARK = 'HORO__API'

# `HORO__API int horo_name(` over one or more lines, or an object; macros with
# arguments, such as HORO__PRINTF(2, 3), may stand before the type.
DECLARATION = re.compile(
    rf'^{MARK}\b(?:\s+HORO__[A-Z_]+\b(?:\([^)]*\))?)*'
    r'[^;{(]*?\b(\w+)\s*(?:\[[^\]]*\]\s*)*(?=[(;])', re.MULTILINE)
# A macro with its continuation lines, or an inline function with its body.
WRAPPER = re.compile(
    r'^#define (\w+)\(((?:[^\n]*\\\n)*[^\n]*)'
    r'|^static inline [^;{]*?\b(\w+)\(([^;]*?\{.*?^\})',
    re.MULTILINE | re.DOTALL)


class Declaration:
    def __init__(self, path, text, match):
        self.name = match[1]
        self.place = f'{path}:{text.count(chr(10), 0, match.start()) + 1}'
        self.documented = is_documented(text[:match.start()])
        self.names = {self.name} | {
            wrapper[1] or wrapper[3] for wrapper in WRAPPER.finditer(text)
            if re.search(rf'\b{self.name}\b', wrapper[2] or wrapper[4])}


def is_documented(before):
    """Whether a comment ends right above; macros may stand in between, and
    declarations that follow each other without a blank line share one."""
    for line in reversed(before.splitlines()):
        line = line.strip()
        if line.endswith('*/') or line.startswith('//'):
            return True
        if not line:
            return False
    return False


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def files_below(top, folder, suffix=''):
    for parent, _, names in os.walk(os.path.join(top, folder)):
        for name in sorted(names):
            if name.endswith(suffix):
                yield os.path.relpath(os.path.join(parent, name), top)


def read_declarations(top):
    found = []
    for path in files_below(top, 'include/horo', '.h'):
        text = read(os.path.join(top, path))
        found += [Declaration(path, text, match)
                  for match in DECLARATION.finditer(text)]
    return found


def exported_symbols(library):
    listing = subprocess.run(
        ['nm', '--dynamic', '--defined-only', '--format=posix', library],
        check=True, capture_output=True, text=True).stdout
    return {line.split()[0].split('@')[0] for line in listing.splitlines()}


def words_of_users(top):
    words = set()
    for folder in USER_FOLDERS:
        for path in files_below(top, folder):
            words.update(re.findall(r'\w+', read(os.path.join(top, path))))
    return words


def undeclared(symbols, declarations):
    names = {declaration.name for declaration in declarations}
    return [f'{name}: is exported, but no header of include/horo declares it'
            f' with {MARK}: declare it, or make it hidden'
            for name in sorted(symbols - names)]


def undefined(symbols, declarations):
    return [f'{d.place}: {d.name} is declared, but not in the library: define'
            ' it, or drop the declaration'
            for d in declarations if d.name not in symbols]


def undocumented(declarations):
    return [f'{d.place}: {d.name} has no comment right above it: say what it'
            ' promises'
            for d in declarations if not d.documented]


def unused(declarations, words):
    return [f'{d.place}: {d.name} is named nowhere in'
            f' {", ".join(USER_FOLDERS)}: test it, or drop it'
            for d in declarations if not d.names & words]


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith('-'):
        print(__doc__)
        return 2
    top = sys.argv[2] if len(sys.argv) == 3 else \
        os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    declarations = read_declarations(top)
    if not declarations:
        print(f'Bail out! nothing marked {MARK} in {top}/include/horo')
        return 1
    symbols = exported_symbols(sys.argv[1])
    rules = [
        ('exports are declared', undeclared(symbols, declarations)),
        ('declared functions are exported', undefined(symbols, declarations)),
        ('exports are documented', undocumented(declarations)),
        ('exports are used', unused(declarations, words_of_users(top))),
    ]
    for number, (title, complaints) in enumerate(rules, 1):
        print(f'{"not ok" if complaints else "ok"} {number} - {title}')
        for complaint in complaints:
            print('# ' + complaint)
    print(f'1..{len(rules)}')
    return 1 if any(complaints for _, complaints in rules) else 0


if __name__ == '__main__':
    sys.exit(main())

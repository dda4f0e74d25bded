#!/usr/bin/env -S python3 -B
"""Proves that each rule of layers.py and exports.py can fail.

usage: test_layers.py        prints TAP

Every case writes a small tree, runs the check on it and compares what it
complains of with what it should: the place, and a word of the reason.
"""

import os
import subprocess
import sys
import tempfile

import exports
import layers

GUARD = '#ifndef X\n#define X\n#endif\n'

# What the tree contains, the rule that is asked, the complaints expected as
# (place, part of the message). An empty list: the rule must be content.
LAYER_CASES = [
    ('downward includes are fine', 'include',
     {'src/base/list.h': GUARD,
      'src/core/task.c': '#include "base/list.h"\n#include <stdio.h>\n'},
     []),
    ('an upward include', 'include',
     {'src/core/task.h': GUARD,
      'src/base/list.c': '\n#include "core/task.h"\n'},
     [('src/base/list.c:2', 'higher layer core')]),
    ('an include among equals', 'include',
     {'src/sync/lock.h': GUARD,
      'src/io/file.c': '#include "sync/lock.h"\n'},
     [('src/io/file.c:1', 'its equal')]),
    ('an include by relative path', 'include',
     {'src/net/tcp.h': GUARD,
      'src/core/task.c': '#include "../net/tcp.h"\n'},
     [('src/core/task.c:1', 'higher layer net')]),
    ('an include in a comment does not count', 'include',
     {'src/core/task.h': GUARD,
      'src/base/list.c': '/*\n#include "core/task.h"\n*/\n'},
     []),
    ('a public header of a higher layer', 'include',
     {'include/horo/tcp.h': GUARD,
      'src/core/task.c': '#include <horo/tcp.h>\n'},
     [('src/core/task.c:1', 'higher layer net')]),
    ('a public header of a lower layer is fine', 'include',
     {'include/horo/task.h': GUARD,
      'src/net/tcp.c': '#include <horo/task.h>\n'},
     []),
    ('a public header of no known layer', 'include',
     {'include/horo/unheard.h': GUARD},
     [('include/horo/unheard.h:1', 'PUBLIC_HEADERS')]),
    ('a public header that includes a private one', 'include',
     {'src/base/list.h': GUARD,
      'include/horo/task.h': '#include "base/list.h"\n'},
     [('include/horo/task.h:1', 'private')]),
    ('the umbrella header inside the library', 'include',
     {'include/horo.h': GUARD,
      'src/net/tcp.c': '#include <horo.h>\n'},
     [('src/net/tcp.c:1', 'umbrella')]),
    ('the composition root picks a backend', 'include',
     {'src/backend/epoll.h': GUARD,
      'src/runtime.c': '#include "backend/epoll.h"\n'},
     []),
    ('somebody else picks a backend', 'include',
     {'src/backend/epoll.h': GUARD,
      'src/net/tcp.c': '#include "backend/epoll.h"\n'},
     [('src/net/tcp.c:1', 'backend')]),
    ('a file outside the layers', 'include',
     {'src/misc/junk.c': 'int x;\n'},
     [('src/misc/junk.c:1', 'in no layer')]),
    ('a header that is not there', 'include',
     {'src/core/task.c': '#include "core/nothing.h"\n'},
     [('src/core/task.c:1', 'not there')]),
    ('a private header in angle brackets', 'include',
     {'src/core/task.h': GUARD, 'src/core/task.c': '#include <core/task.h>\n'},
     [('src/core/task.c:1', 'write "core/task.h"')]),
    ('the system has headers of the same name', 'include',
     {'src/sys/socket.h': '#include <sys/socket.h>\n'},
     []),

    ('a cycle of two headers', 'cycle',
     {'src/core/a.h': '\n\n#include "core/b.h"\n',
      'src/core/b.h': '#include "a.h"\n'},
     [('src/core/a.h:3', 'src/core/a.h -> src/core/b.h -> src/core/a.h')]),
    ('a header that includes itself', 'cycle',
     {'src/core/a.h': '#include "core/a.h"\n'},
     [('src/core/a.h:1', 'src/core/a.h -> src/core/a.h')]),
    ('a diamond is no cycle', 'cycle',
     {'src/core/a.h': '#include "core/b.h"\n#include "core/c.h"\n',
      'src/core/b.h': '#include "core/d.h"\n',
      'src/core/c.h': '#include "core/d.h"\n',
      'src/core/d.h': GUARD},
     []),

    ('malloc outside src/sys', 'system',
     {'src/core/task.c': 'void f(void)\n{\n    p = malloc(4);\n}\n'},
     [('src/core/task.c:3', 'malloc()')]),
    ('a system call outside src/sys', 'system',
     {'src/net/tcp.c': 'int f(int fd) { return (int)read (fd, b, 1); }\n'},
     [('src/net/tcp.c:1', 'read()')]),
    ('a ring submitted outside src/sys', 'system',
     {'src/backend/uring.c': 'int f(r *r) { return io_uring_submit(r); }\n'},
     [('src/backend/uring.c:1', 'io_uring_submit()')]),
    ('an exception', 'system',
     {'src/runtime.c': 'void f(void) { getenv("X"); }\n'},
     []),
    ('an exception holds for its file only', 'system',
     {'src/core/task.c': 'void f(void) { getenv("X"); }\n'},
     [('src/core/task.c:1', 'getenv()')]),
    ('src/sys may', 'system',
     {'src/sys/memory.c': 'void f(void) { p = malloc(4); }\n'},
     []),
    ('members, comments and strings are no calls', 'system',
     {'src/core/task.c': '/* read(fd) */ // close(fd)\n'
                         'char *s = "write(fd)";\n'
                         'int f(t *t) { return t->read(1) + s.close(2); }\n'
                         'int horo__sys_read(int fd);\n'},
     []),
    ('a call after a string with a comment in it', 'system',
     {'src/core/task.c': 'char *s = "/*"; int f(void) { close(1); } // */\n'},
     [('src/core/task.c:1', 'close()')]),

    ('printf in the library', 'print',
     {'src/sys/panic.c': 'void f(void)\n{\n    fprintf(stderr, "x");\n}\n'},
     [('src/sys/panic.c:3', 'fprintf()')]),
    ('perror in a public header', 'print',
     {'include/horo/task.h': 'static inline void f(void) { perror("x"); }\n'},
     [('include/horo/task.h:1', 'perror()')]),
    ('formatting into a buffer is no printing', 'print',
     {'src/net/text.c': 'void f(void) { snprintf(b, 2, "x"); }\n'},
     []),
    ('programs print', 'print',
     {'tools/main.c': 'void f(void) { printf("x"); }\n'},
     []),

    ('waiting in the kernel outside a backend', 'wait',
     {'src/net/tcp.c': 'int f(void) { return horo__sys_epoll_wait(1); }\n'},
     [('src/net/tcp.c:1', 'horo__sys_epoll_wait()')]),
    ('a backend waits', 'wait',
     {'src/backend/epoll.c': 'int f(void) { return'
                             ' horo__sys_epoll_wait(1); }\n'},
     []),

    ('liburing in core', 'foreign',
     {'src/core/task.c': '#include <liburing.h>\n'},
     [('src/core/task.c:1', 'liburing.h')]),
    ('liburing in a backend is fine', 'foreign',
     {'src/backend/uring.c': '#include <liburing.h>\n'},
     []),
]

HEADER = '''
/* Documented. */
HORO__API int horo_good(int x);

/* Documented, through a macro. */
#define horo_start(fn) horo__start(fn, #fn)
HORO__API HORO__PRINTF(2, 3) int horo__start(int (*fn)(void),
                                             const char *name);
/* A group */
HORO__API int horo_first(void);
HORO__API int horo_second(void);
'''
USER = 'horo_good(1); horo_start(f); horo_first(); horo_second();\n'
SYMBOLS = ['horo_good', 'horo__start', 'horo_first', 'horo_second']

# header, user, symbols of the library, complaints expected.
EXPORT_CASES = [
    ('all is well', HEADER, USER, SYMBOLS, []),
    ('an export without declaration', HEADER, USER, SYMBOLS + ['horo_stray'],
     [('horo_stray', 'no header')]),
    ('a declaration without definition', HEADER, USER, SYMBOLS[1:],
     [('include/horo/a.h:3', 'not in the library')]),
    ('an export without comment',
     HEADER + '\nHORO__API int horo_bare(void);\n', USER + 'horo_bare();',
     SYMBOLS + ['horo_bare'],
     [('include/horo/a.h:13', 'no comment')]),
    ('an export that nobody uses', HEADER, USER.replace('horo_first();', ''),
     SYMBOLS, [('include/horo/a.h:10', 'horo_first is named nowhere')]),
    ('an export whose macro nobody uses', HEADER,
     USER.replace('horo_start(f);', ''), SYMBOLS,
     [('include/horo/a.h:7', 'horo__start is named nowhere')]),
]


def write_tree(top, files):
    for path, text in files.items():
        path = os.path.join(top, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)


def layer_complaints(rule, files):
    check = next(check for name, _, check in layers.RULES if name == rule)
    with tempfile.TemporaryDirectory() as top:
        write_tree(top, files)
        return list(check(layers.Tree(top)))


def export_complaints(header, user, symbols):
    """Through a real library, so that reading its symbols is tested too."""
    with tempfile.TemporaryDirectory() as top:
        source = ''.join(f'int {name}(void) {{ return 0; }}\n'
                         for name in symbols)
        source += '__attribute__((visibility("hidden"))) int horo__in;\n'
        write_tree(top, {'include/horo/a.h': header, 'tests/unit/a.c': user,
                         'a.c': source})
        library = os.path.join(top, 'liba.so')
        subprocess.run(['gcc', '-shared', '-fPIC', '-o', library,
                        os.path.join(top, 'a.c')], check=True)
        declarations = exports.read_declarations(top)
        exported = exports.exported_symbols(library)
        return (exports.undeclared(exported, declarations)
                + exports.undefined(exported, declarations)
                + exports.undocumented(declarations)
                + exports.unused(declarations, exports.words_of_users(top)))


def matches(complaints, expected):
    return len(complaints) == len(expected) and all(
        complaint.startswith(place + ':') and reason in complaint
        for complaint, (place, reason) in zip(complaints, expected))


def status_follows_verdict():
    """Whether the program itself fails exactly when a rule does."""
    for text, wanted in ('', 0), ('void f(void) { malloc(1); }\n', 1):
        with tempfile.TemporaryDirectory() as top:
            write_tree(top, {'src/core/task.c': text})
            ran = subprocess.run([sys.executable, layers.__file__, top],
                                 stdout=subprocess.DEVNULL, check=False)
            if ran.returncode != wanted:
                return [f'status {ran.returncode}, not {wanted}']
    return []


def main():
    results = [(title, layer_complaints(rule, files), expected)
               for title, rule, files, expected in LAYER_CASES]
    results += [(title, export_complaints(header, user, symbols), expected)
                for title, header, user, symbols, expected in EXPORT_CASES]
    results.append(('the exit status follows', status_follows_verdict(), []))
    failed = False
    for number, (title, complaints, expected) in enumerate(results, 1):
        good = matches(complaints, expected)
        failed = failed or not good
        print(f'{"ok" if good else "not ok"} {number} - {title}')
        if not good:
            print(f'# expected {expected}\n# got {complaints}')
    print(f'1..{len(results)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

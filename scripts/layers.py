#!/usr/bin/env python3
"""Checks that the sources keep to the architecture.

usage: layers.py [TREE]        prints TAP, one line per rule

  include   a file includes its own layer or a lower one; layers of equal rank
            do not know each other; only the composition root sees a backend
  cycle     no chain of #includes leads back to where it began
  system    system calls and allocations are made in src/sys only
  print     the library does not print
  wait      only a backend waits in the kernel
  foreign   the headers of other libraries stay in the layers that wrap them

A violation is reported as file:line, what is wrong and what to do about it.
Everything that can be configured is in the tables below.
"""

import os
import re
import sys

# Layers from the lowest to the highest; those in one tuple have equal rank.
RANKS = [
    ('base',),
    ('sys',),
    ('core',),
    ('backend', 'sync', 'io'),
    ('root',),
    ('net',),
    ('http',),
    ('telegram', 'census'),
    ('tools',),
]

# The file that makes the library of its parts; a layer of its own.
COMPOSITION_ROOT = 'src/runtime.c'

# The layer that implements a public header; whoever is below must not use it.
PUBLIC_HEADERS = {
    'address.h': 'net',
    'barrier.h': 'sync',
    'callback.h': 'core',
    'chain.h': 'sync',
    'channel.h': 'sync',
    'condition.h': 'sync',
    'detail.h': 'base',
    'error.h': 'base',
    'event.h': 'sync',
    'fd.h': 'core',
    'future.h': 'core',
    'gather.h': 'sync',
    'generator.h': 'core',
    'limiter.h': 'sync',
    'local.h': 'core',
    'lock.h': 'sync',
    'loop.h': 'core',
    'resolver.h': 'net',
    'rwlock.h': 'sync',
    'scope.h': 'core',
    'select.h': 'sync',
    'semaphore.h': 'sync',
    'stream.h': 'net',
    'task.h': 'core',
    'tcp.h': 'net',
    'time.h': 'core',
    'wait.h': 'sync',
    'with.h': 'sync',
}

# Headers of other libraries, and the folders that may include them.
FOREIGN_HEADERS = {
    'ares.h': ['src/net/'],
    'liburing.h': ['src/sys/', 'src/backend/'],
    'sanitizer/': ['src/core/', 'src/sys/'],
    'valgrind/': ['src/core/', 'src/sys/'],
}

# What only src/sys may call.
SYSTEM_CALLS = set('''
    malloc calloc realloc reallocarray free aligned_alloc posix_memalign
    memalign valloc strdup strndup asprintf vasprintf getline getdelim
    open_memstream

    open openat creat close close_range dup dup2 dup3 fcntl ioctl flock
    read readv pread preadv preadv2 write writev pwrite pwritev pwritev2
    lseek fsync fdatasync ftruncate truncate fallocate sendfile splice tee
    stat fstat lstat fstatat statx access faccessat unlink unlinkat rename
    renameat link symlink readlink mkdir mkdirat rmdir opendir readdir
    closedir chdir fchdir chmod fchmod mkstemp mkostemp umask
    fopen fdopen freopen fclose fread fgets getc fgetc getchar fscanf scanf

    socket socketpair bind listen accept accept4 connect shutdown
    send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg
    getsockopt setsockopt getsockname getpeername
    getaddrinfo freeaddrinfo getnameinfo gethostbyname gethostname
    if_nametoindex if_indextoname

    poll ppoll select pselect epoll_create epoll_create1 epoll_ctl epoll_wait
    epoll_pwait epoll_pwait2 eventfd eventfd_read eventfd_write signalfd
    timerfd_create timerfd_settime inotify_init1 pipe pipe2

    mmap munmap mremap mprotect madvise mlock munlock memfd_create brk sbrk

    fork vfork clone execv execve execvp execvpe posix_spawn posix_spawnp
    wait waitpid waitid kill raise tgkill system popen pclose
    sigaction signal sigprocmask sigaltstack sigwaitinfo sigtimedwait
    pthread_create pthread_join pthread_detach pthread_kill pthread_sigmask
    pthread_mutex_lock pthread_mutex_unlock pthread_cond_wait
    pthread_cond_timedwait pthread_cond_signal sched_yield sched_getaffinity
    sched_setaffinity

    time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep
    sleep usleep alarm setitimer

    getpid gettid getuid getenv secure_getenv setenv putenv sysconf getrlimit
    setrlimit prlimit getrusage prctl getrandom getentropy uname getauxval

    exit _exit _Exit quick_exit abort syscall
    io_uring_setup io_uring_enter io_uring_register
    io_uring_queue_init io_uring_queue_init_params io_uring_queue_exit
    io_uring_submit io_uring_submit_and_wait
    io_uring_submit_and_wait_timeout io_uring_submit_and_get_events
    io_uring_wait_cqe io_uring_wait_cqes io_uring_wait_cqe_nr
    io_uring_wait_cqe_timeout io_uring_get_events io_uring_get_probe_ring
    io_uring_register_buf_ring io_uring_unregister_buf_ring
    io_uring_register_ring_fd io_uring_enable_rings
'''.split())

# What the library must not call anywhere.
PRINT_CALLS = set('''
    printf fprintf vprintf vfprintf dprintf vdprintf puts fputs putchar putc
    fputc fwrite fflush perror psignal psiginfo err errx verr verrx warn warnx
    vwarn vwarnx error syslog vsyslog
'''.split())

# file: the calls that it may make against the two lists above, with a reason.
EXCEPTIONS = {
    # HORO_BACKEND and its like are read where the parts are put together.
    COMPOSITION_ROOT: {'getenv'},
}

# The wrappers that park the thread: for the backends alone.
WAITING_CALLS = {'horo__sys_epoll_wait', 'horo__ring_wait'}

SOURCE_FOLDERS = ('include', 'src', 'tools')
SOURCE_SUFFIXES = ('.c', '.h', '.S')

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
CALL = re.compile(r'(?<![\w.])(?<!->)([A-Za-z_]\w*)\s*\(')
NOISE = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*")', re.DOTALL)


def blank(match):
    """Spaces of the same shape, so that line numbers stay true."""
    return re.sub(r'[^\n]', ' ', match[0])


def without_comments(text):
    return COMMENT.sub(lambda m: m[0] if m[1] else blank(m), text)


def code_only(text):
    return NOISE.sub(blank, text)


def line_of(text, position):
    return text.count('\n', 0, position) + 1


class Tree:
    """The sources below one folder, and who includes whom."""

    def __init__(self, top):
        self.top = top
        self.texts = {}
        for folder in SOURCE_FOLDERS:
            for path in self.walk(folder):
                with open(os.path.join(top, path), encoding='utf-8') as file:
                    self.texts[path] = file.read()
        self.includes = {path: list(self.find_includes(path))
                         for path in sorted(self.texts)}

    def walk(self, folder):
        for parent, _, names in os.walk(os.path.join(self.top, folder)):
            for name in names:
                if name.endswith(SOURCE_SUFFIXES):
                    yield os.path.relpath(os.path.join(parent, name), self.top)

    def find_includes(self, path):
        """Yields (line, bracket, name as written, file of ours or None)."""
        text = without_comments(self.texts[path])
        for match in INCLUDE.finditer(text):
            bracket, name = match[1], match[2]
            folders = ['include']
            if bracket == '"':
                folders = [os.path.dirname(path), 'src', 'include', '']
            candidates = (os.path.normpath(os.path.join(folder, name))
                          for folder in folders)
            found = next((c for c in candidates if c in self.texts), None)
            yield line_of(text, match.start(1)), bracket, name, found


def layer_of(path):
    """The layer of a file, or None for a file that has no place."""
    if path == COMPOSITION_ROOT:
        return 'root'
    parts = path.split('/')
    if parts[0] == 'include':
        return PUBLIC_HEADERS.get(parts[-1])
    if parts[0] == 'tools':
        return 'tools'
    if parts[0] == 'src' and len(parts) > 2 and rank_of(parts[1]) is not None:
        return parts[1]
    return None


def rank_of(layer):
    return next((rank for rank, layers in enumerate(RANKS)
                 if layer in layers), None)


def wrong_include(path, target):
    """Why `path` must not include `target`, or ''."""
    if path == 'include/horo.h':
        return ''
    if target == 'include/horo.h':
        return ('includes the umbrella header: include the topical headers'
                ' that it needs, <horo/...>')
    layer, target_layer = layer_of(path), layer_of(target)
    if layer is None or target_layer is None:
        return ''
    if path.startswith('include/') and not target.startswith('include/'):
        return (f'a public header includes the private {target}:'
                ' move what it needs to include/horo/')
    rank, target_rank = rank_of(layer), rank_of(target_layer)
    if target_rank > rank:
        return (f'{layer} includes {target} of the higher layer'
                f' {target_layer}: move the code down, or let the lower layer'
                ' call a function it is given')
    if target_rank == rank and layer != target_layer:
        return (f'{layer} includes {target} of {target_layer}, its equal:'
                ' move what both need to a lower layer')
    if target_layer == 'backend' and layer not in ('backend', 'root'):
        return (f'{layer} includes the backend {target}: go through'
                f' core/backend.h; only {COMPOSITION_ROOT} picks a backend')
    return ''


def check_include(tree):
    for path, includes in tree.includes.items():
        if path.startswith('include/') and path != 'include/horo.h' \
                and layer_of(path) is None:
            yield (f'{path}:1: no layer is known for this public header: add'
                   ' it to PUBLIC_HEADERS in scripts/layers.py')
        elif path.startswith('src/') and layer_of(path) is None:
            yield (f'{path}:1: is in no layer: move it to one of the folders'
                   ' named in RANKS of scripts/layers.py')
        for line, bracket, name, target in includes:
            if target is not None:
                reason = wrong_include(path, target)
            elif bracket == '"' or name.startswith('horo/'):
                reason = (f'includes {name}, which is not there: write the'
                          ' path from src/, include/ or the top, and the'
                          ' system\'s headers in <>')
            elif 'src/' + name in tree.texts and not name.startswith('sys/'):
                reason = (f'includes <{name}>: write "{name}", because <>'
                          ' does not look into src/')
            else:
                reason = ''
            if reason:
                yield f'{path}:{line}: {reason}'


def check_cycle(tree):
    done = set()
    for start in tree.includes:
        yield from find_cycles(tree, start, [], done)


def find_cycles(tree, path, trail, done):
    if path in trail:
        ring = trail[trail.index(path):] + [path]
        line = next(line for line, _, _, target in tree.includes[ring[0]]
                    if target == ring[1])
        yield (f'{path}:{line}: includes itself: {" -> ".join(ring)}: move'
               ' what they share to a header of its own')
        return
    if path in done:
        return
    for _, _, _, target in tree.includes[path]:
        if target is not None:
            yield from find_cycles(tree, target, trail + [path], done)
    done.add(path)


def calls(tree, path, names):
    text = code_only(tree.texts[path])
    for match in CALL.finditer(text):
        if match[1] in names and match[1] not in EXCEPTIONS.get(path, ()):
            yield line_of(text, match.start()), match[1]


def check_system(tree):
    for path in tree.includes:
        if path.startswith('src/') and not path.startswith('src/sys/'):
            for line, name in calls(tree, path, SYSTEM_CALLS):
                yield (f'{path}:{line}: calls {name}(): use or add a wrapper'
                       ' in src/sys, where a fault can be injected')


def check_print(tree):
    for path in tree.includes:
        if path.startswith(('src/', 'include/')):
            for line, name in calls(tree, path, PRINT_CALLS):
                yield (f'{path}:{line}: calls {name}(): the library is silent;'
                       ' return an error code and let the program speak')


def check_wait(tree):
    for path in tree.includes:
        if path.startswith('src/') and \
                not path.startswith(('src/sys/', 'src/backend/')):
            for line, name in calls(tree, path, WAITING_CALLS):
                yield (f'{path}:{line}: calls {name}(): it would stop all'
                       ' tasks; wait through core/wait.h or an operation')


def check_foreign(tree):
    for path, includes in tree.includes.items():
        for line, _, name, target in includes:
            for header, folders in FOREIGN_HEADERS.items():
                if target is None and name.startswith(header) and \
                        not path.startswith(tuple(folders)):
                    yield (f'{path}:{line}: includes <{name}>: only'
                           f' {", ".join(folders)} may; use its wrapper')


RULES = [
    ('include', 'files include downward only', check_include),
    ('cycle', 'no cycle of includes', check_cycle),
    ('system', 'system calls and allocations in src/sys only', check_system),
    ('print', 'the library does not print', check_print),
    ('wait', 'only a backend waits in the kernel', check_wait),
    ('foreign', 'foreign headers stay where they are wrapped', check_foreign),
]


def main():
    if len(sys.argv) > 2 or sys.argv[1:] in (['-h'], ['--help']):
        print(__doc__)
        return 2
    top = sys.argv[1] if len(sys.argv) == 2 else \
        os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    tree = Tree(top)
    if not tree.texts:
        print(f'Bail out! no sources below {top}')
        return 1
    failed = False
    for number, (_, title, check) in enumerate(RULES, 1):
        complaints = list(check(tree))
        failed = failed or bool(complaints)
        print(f'{"not ok" if complaints else "ok"} {number} - {title}')
        for complaint in complaints:
            print('# ' + complaint)
    print(f'1..{len(RULES)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

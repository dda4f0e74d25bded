/* Error codes. Every horo function that can fail returns >= 0 for success and
 * a negative code for failure: -errno of errno(3), or the negative of a code
 * below. Codes of ours begin at 4096, one range of 256 for each domain. */
#ifndef HORO_ERROR_H
#define HORO_ERROR_H

#include <errno.h>

#include <horo/detail.h>

HORO__BEGIN

enum horo_error {
    /* tasks and loops */
    HORO_ENOTASK = 4096, /* not inside a task, or no loop on this thread */
    HORO_EBUSYLOOP,      /* the thread has a loop already, or it is running */
    HORO_EOTHERLOOP,     /* the object belongs to another thread's loop */
    HORO_EBACKEND,       /* no backend of that name: uring, epoll */
    HORO_ECLOCK,         /* no clock of that name: real, virtual */
    HORO_EINVALIDSTATE,  /* a result asked for too early, or set twice */
    HORO_EDONE,          /* there is nothing more to come */
    HORO_EBROKEN,        /* a barrier that was broken */

    /* streams */
    HORO_EINCOMPLETE = 4352, /* the stream ended before all bytes came */
    HORO_EOVERRUN,           /* no delimiter within the limit; data kept */

    /* names, RFC 1035 section 4.1.1 and RFC 2308 where they have a number */
    HORO_ENAME_NOTFOUND = 4608, /* no such name (NXDOMAIN) */
    HORO_ENAME_NODATA,          /* the name exists, but has no address */
    HORO_ENAME_SERVFAIL,        /* the name server failed (SERVFAIL) */
    HORO_ENAME_REFUSED,         /* the name server refused to answer */
    HORO_ENAME_TIMEOUT,         /* no name server answered in time */
    HORO_ENAME_INVALID,         /* not a well-formed host name */
    HORO_ENAME_GARBAGE,         /* the name server's answer is malformed */
    HORO_ENAME_UNREACHABLE,     /* no name server could be contacted */

    /* HTTP */
    HORO_EHTTP_GARBAGE = 4864, /* not HTTP, or HTTP that breaks its rules */
    HORO_EHTTP_TOOLARGE        /* a message head beyond the limit */
};

/* A short English sentence for a code returned by any horo function (the sign
 * does not matter). The string is static; unknown codes give a generic text.
 * Never suspends; may be called from any thread. */
HORO__API const char *horo_strerror(int code);

HORO__END

#endif

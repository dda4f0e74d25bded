/* What each error code means, in words. */
#include <horo/error.h>
#include <string.h>

static const char *own_code(enum horo_error code)
{
    switch (code) {
    case HORO_ENOTASK:
        return "not inside a task, or no loop on this thread";
    case HORO_EBUSYLOOP:
        return "this thread has a loop already, or the loop is running";
    case HORO_EOTHERLOOP:
        return "the object belongs to another loop";
    case HORO_EBACKEND:
        return "no such backend (HORO_BACKEND is uring or epoll)";
    case HORO_ECLOCK:
        return "no such clock (HORO_CLOCK is real or virtual)";
    case HORO_EINVALIDSTATE:
        return "the result is not there yet, or was set before";
    case HORO_EDONE:
        return "nothing more to come";
    case HORO_EBROKEN:
        return "the barrier is broken";
    case HORO_EINCOMPLETE:
        return "the stream ended too early";
    case HORO_EOVERRUN:
        return "no delimiter within the limit";
    case HORO_ENAME_NOTFOUND:
        return "no such host name";
    case HORO_ENAME_NODATA:
        return "the host name has no address";
    case HORO_ENAME_SERVFAIL:
        return "the name server failed";
    case HORO_ENAME_REFUSED:
        return "the name server refused to answer";
    case HORO_ENAME_TIMEOUT:
        return "no name server answered in time";
    case HORO_ENAME_INVALID:
        return "not a valid host name";
    case HORO_ENAME_GARBAGE:
        return "the name server's answer is malformed";
    case HORO_ENAME_UNREACHABLE:
        return "no name server could be contacted";
    case HORO_EHTTP_GARBAGE:
        return "the answer is not valid HTTP";
    case HORO_EHTTP_TOOLARGE:
        return "the HTTP head is too large";
    }
    return NULL;
}

const char *horo_strerror(int code)
{
    int positive = code < 0 ? -(unsigned)code : (unsigned)code;
    const char *text = positive >= 4096 ? own_code((enum horo_error)positive)
                                        : strerrordesc_np(positive);

    return text ? text : "unknown error";
}

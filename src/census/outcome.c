/* Which code in which phase is which outcome. */
#include "census/outcome.h"

#include <errno.h>
#include <horo/error.h>
#include <stddef.h>

static const struct {
    const char *name;
    const char *meaning;
} outcomes[HORO__OUTCOME_COUNT] = {
    [HORO__OUTCOME_ANSWER] = { "answer", "answered" },

    [HORO__OUTCOME_DNS_NXDOMAIN] = { "dns.nxdomain", "no such name" },
    [HORO__OUTCOME_DNS_NODATA] = { "dns.nodata", "the name has no address" },
    [HORO__OUTCOME_DNS_SERVFAIL] = { "dns.servfail", "the name server failed" },
    [HORO__OUTCOME_DNS_REFUSED] = { "dns.refused", "the name server refused" },
    [HORO__OUTCOME_DNS_TIMEOUT] = { "dns.timeout", "no name server answered" },
    [HORO__OUTCOME_DNS_BOGUS] = { "dns.bogus", "an address that is no host's" },
    [HORO__OUTCOME_DNS_INVALID] = { "dns.invalid", "not a valid host name" },
    [HORO__OUTCOME_DNS_GARBAGE] = { "dns.garbage", "malformed DNS answer" },
    [HORO__OUTCOME_DNS_UNREACHABLE] = { "dns.unreachable",
                                        "no name server could be contacted" },

    [HORO__OUTCOME_TCP_REFUSED] = { "tcp.refused", "nothing listens there" },
    [HORO__OUTCOME_TCP_RESET] = { "tcp.reset", "reset while connecting" },
    [HORO__OUTCOME_TCP_TIMEOUT] = { "tcp.timeout", "no connection in time" },
    [HORO__OUTCOME_TCP_UNREACHABLE] = { "tcp.unreachable", "no route there" },
    [HORO__OUTCOME_TCP_FAILED] = { "tcp.failed", "another connection error" },

    [HORO__OUTCOME_HTTP_TIMEOUT] = { "http.timeout", "no full answer in time" },
    [HORO__OUTCOME_HTTP_RESET] = { "http.reset", "reset before the answer" },
    [HORO__OUTCOME_HTTP_EMPTY] = { "http.empty", "closed without a byte" },
    [HORO__OUTCOME_HTTP_INCOMPLETE] = { "http.incomplete",
                                        "closed within the head" },
    [HORO__OUTCOME_HTTP_GARBAGE] = { "http.garbage", "not valid HTTP" },
    [HORO__OUTCOME_HTTP_TOOLARGE] = { "http.toolarge", "head over the limit" },
    [HORO__OUTCOME_HTTP_FAILED] = { "http.failed", "another stream error" },

    [HORO__OUTCOME_INPUT_INVALID] = { "input.invalid", "unreadable line" },

    [HORO__OUTCOME_LOCAL_FILES] = { "local.files",
                                    "too many open files here (ulimit -n)" },
    [HORO__OUTCOME_LOCAL_MEMORY] = { "local.memory", "out of memory here" },
    [HORO__OUTCOME_LOCAL_PORTS] = { "local.ports", "no free port here" },
    [HORO__OUTCOME_LOCAL_FORBIDDEN] = { "local.forbidden",
                                        "this system forbids it" },
    [HORO__OUTCOME_LOCAL_UNSUPPORTED] = { "local.unsupported",
                                          "this system or build cannot" },
    [HORO__OUTCOME_LOCAL_CANCELLED] = { "local.cancelled",
                                        "interrupted while asking" },
};

/* Codes that speak of this machine, whatever was being done; ANSWER for the
 * others. */
static enum horo__outcome local_outcome(int code)
{
    switch (-code) {
    case ECANCELED:
        return HORO__OUTCOME_LOCAL_CANCELLED;
    case EMFILE:
    case ENFILE:
        return HORO__OUTCOME_LOCAL_FILES;
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN:
        return HORO__OUTCOME_LOCAL_MEMORY;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return HORO__OUTCOME_LOCAL_PORTS;
    case EACCES:
    case EPERM:
        return HORO__OUTCOME_LOCAL_FORBIDDEN;
    case ENOSYS:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
        return HORO__OUTCOME_LOCAL_UNSUPPORTED;
    }
    return HORO__OUTCOME_ANSWER;
}

static enum horo__outcome resolve_outcome(int code)
{
    switch (-code) {
    case HORO_ENAME_NOTFOUND:
        return HORO__OUTCOME_DNS_NXDOMAIN;
    case HORO_ENAME_NODATA:
        return HORO__OUTCOME_DNS_NODATA;
    case HORO_ENAME_REFUSED:
        return HORO__OUTCOME_DNS_REFUSED;
    case HORO_ENAME_TIMEOUT:
    case ETIMEDOUT:
        return HORO__OUTCOME_DNS_TIMEOUT;
    case EDESTADDRREQ:
        return HORO__OUTCOME_DNS_BOGUS;
    case HORO_ENAME_INVALID:
        return HORO__OUTCOME_DNS_INVALID;
    case HORO_ENAME_GARBAGE:
        return HORO__OUTCOME_DNS_GARBAGE;
    case HORO_ENAME_UNREACHABLE:
        return HORO__OUTCOME_DNS_UNREACHABLE;
    }
    return HORO__OUTCOME_DNS_SERVFAIL;
}

static enum horo__outcome connect_outcome(int code)
{
    switch (-code) {
    case ECONNREFUSED:
        return HORO__OUTCOME_TCP_REFUSED;
    case ECONNRESET:
    case ECONNABORTED:
        return HORO__OUTCOME_TCP_RESET;
    case ETIMEDOUT:
        return HORO__OUTCOME_TCP_TIMEOUT;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
        return HORO__OUTCOME_TCP_UNREACHABLE;
    }
    return HORO__OUTCOME_TCP_FAILED;
}

static enum horo__outcome stream_outcome(int code)
{
    switch (-code) {
    case ETIMEDOUT:
        return HORO__OUTCOME_HTTP_TIMEOUT;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
        return HORO__OUTCOME_HTTP_RESET;
    case ENODATA:
        return HORO__OUTCOME_HTTP_EMPTY;
    case HORO_EINCOMPLETE:
        return HORO__OUTCOME_HTTP_INCOMPLETE;
    case HORO_EHTTP_GARBAGE:
        return HORO__OUTCOME_HTTP_GARBAGE;
    case HORO_EHTTP_TOOLARGE:
        return HORO__OUTCOME_HTTP_TOOLARGE;
    }
    return HORO__OUTCOME_HTTP_FAILED;
}

enum horo__outcome horo__outcome_of(enum horo__phase phase, int code)
{
    enum horo__outcome outcome = local_outcome(code);

    if (outcome != HORO__OUTCOME_ANSWER) {
        return outcome;
    }
    switch (phase) {
    case HORO__PHASE_RESOLVE:
        return resolve_outcome(code);
    case HORO__PHASE_CONNECT:
        return connect_outcome(code);
    case HORO__PHASE_SEND:
    case HORO__PHASE_HEAD:
        return stream_outcome(code);
    case HORO__PHASE_DONE:
        break;
    }
    return HORO__OUTCOME_ANSWER;
}

const char *horo__outcome_name(enum horo__outcome outcome)
{
    return outcomes[outcome].name;
}

const char *horo__outcome_meaning(enum horo__outcome outcome)
{
    return outcomes[outcome].meaning;
}

const char *horo__phase_name(enum horo__phase phase)
{
    switch (phase) {
    case HORO__PHASE_RESOLVE:
        return "resolve";
    case HORO__PHASE_CONNECT:
        return "connect";
    case HORO__PHASE_SEND:
        return "send";
    case HORO__PHASE_HEAD:
        return "head";
    case HORO__PHASE_DONE:
        return "done";
    }
    return NULL;
}

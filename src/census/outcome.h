/* How asking a host ended. Every host ends in exactly one outcome, and a fault
 * of this machine is never a host's. */
#ifndef HORO_CENSUS_OUTCOME_H
#define HORO_CENSUS_OUTCOME_H

/* What was being done. */
enum horo__phase {
    HORO__PHASE_RESOLVE, /* the name to addresses */
    HORO__PHASE_CONNECT, /* to one of them */
    HORO__PHASE_SEND,    /* the request */
    HORO__PHASE_HEAD,    /* waiting for and reading the response's head */
    HORO__PHASE_DONE,
};

enum horo__outcome {
    HORO__OUTCOME_ANSWER, /* a response head was read */

    HORO__OUTCOME_DNS_NXDOMAIN,
    HORO__OUTCOME_DNS_NODATA,
    HORO__OUTCOME_DNS_SERVFAIL,
    HORO__OUTCOME_DNS_REFUSED,
    HORO__OUTCOME_DNS_TIMEOUT,
    HORO__OUTCOME_DNS_BOGUS,
    HORO__OUTCOME_DNS_INVALID,
    HORO__OUTCOME_DNS_GARBAGE,
    HORO__OUTCOME_DNS_UNREACHABLE,

    HORO__OUTCOME_TCP_REFUSED,
    HORO__OUTCOME_TCP_RESET,
    HORO__OUTCOME_TCP_TIMEOUT,
    HORO__OUTCOME_TCP_UNREACHABLE,
    HORO__OUTCOME_TCP_FAILED,

    HORO__OUTCOME_HTTP_TIMEOUT,
    HORO__OUTCOME_HTTP_RESET,
    HORO__OUTCOME_HTTP_EMPTY,
    HORO__OUTCOME_HTTP_INCOMPLETE,
    HORO__OUTCOME_HTTP_GARBAGE,
    HORO__OUTCOME_HTTP_TOOLARGE,
    HORO__OUTCOME_HTTP_FAILED,

    HORO__OUTCOME_INPUT_INVALID,

    HORO__OUTCOME_LOCAL_FILES,
    HORO__OUTCOME_LOCAL_MEMORY,
    HORO__OUTCOME_LOCAL_PORTS,
    HORO__OUTCOME_LOCAL_FORBIDDEN,
    HORO__OUTCOME_LOCAL_UNSUPPORTED,
    HORO__OUTCOME_LOCAL_CANCELLED,

    HORO__OUTCOME_COUNT
};

/* The outcome of a phase that failed with `code`, negative, of any function of
 * horo. Some are given a meaning here: a name that has bogus addresses only is
 * -EDESTADDRREQ; a stream that ended within the head is -HORO_EINCOMPLETE, one
 * that ended without a byte -ENODATA. */
enum horo__outcome horo__outcome_of(enum horo__phase phase, int code);

/* "dns.nxdomain"; "answer" for HORO__OUTCOME_ANSWER. */
const char *horo__outcome_name(enum horo__outcome outcome);

/* A few words for people: "no such name". */
const char *horo__outcome_meaning(enum horo__outcome outcome);

/* "resolve", "connect", "send", "head", "done". */
const char *horo__phase_name(enum horo__phase phase);

#endif

/* Asking one host what it runs. */
#ifndef HORO_CENSUS_PROBE_H
#define HORO_CENSUS_PROBE_H

#include <horo/time.h>
#include <stddef.h>
#include <stdint.h>

#include "census/record.h"
#include "census/target.h"

/* A response head may be this long, interim responses before it included,
 * and have this many field lines. */
#define HORO__PROBE_HEAD_LIMIT 65536
#define HORO__PROBE_FIELD_LIMIT 512

/* The longest user agent. */
#define HORO__PROBE_USER_AGENT_LIMIT 256

struct horo__probe_options {
    horo_time timeout;      /* for all phases together; 0: none */
    uint16_t port;          /* for targets that name none */
    const char *user_agent; /* the field's value, not empty */
};

typedef void horo__record_fn(void *arg, const struct horo__record *record);

/* Resolves, connects, sends `GET / HTTP/1.1`, reads the response's head and
 * hands what came of it to `report`, which is called exactly once and does not
 * count against the timeout. Suspends. */
void horo__probe(const struct horo__target *target,
                 const struct horo__probe_options *options,
                 horo__record_fn *report, void *report_arg);

#endif

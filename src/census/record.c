/* Records as JSON Lines. */
#include "census/record.h"

#include <string.h>

static void add_key(struct horo__text *text, const char *key)
{
    horo__text_add_string(text, ",\"");
    horo__text_add_string(text, key);
    horo__text_add_string(text, "\":");
}

static void add_number(struct horo__text *text, const char *key,
                       uint64_t number)
{
    add_key(text, key);
    horo__text_add_number(text, number);
}

/* null for a number that is unknown. */
static void add_known_number(struct horo__text *text, const char *key,
                             uint64_t number)
{
    add_key(text, key);
    if (number > 0) {
        horo__text_add_number(text, number);
    } else {
        horo__text_add_string(text, "null");
    }
}

/* null for NULL. */
static void add_string(struct horo__text *text, const char *key,
                       const char *bytes, size_t size)
{
    add_key(text, key);
    if (bytes) {
        horo__text_add_json(text, bytes, size);
    } else {
        horo__text_add_string(text, "null");
    }
}

/* The address without its port, which has a key of its own. */
static void add_address(struct horo__text *text,
                        const struct horo_address *address)
{
    char buffer[HORO_ADDRESS_TEXT_SIZE];
    const char *start = buffer, *end;
    int length = address->size > 0
                     ? horo_address_format(address, buffer, sizeof buffer)
                     : -1;

    if (length <= 0) {
        add_string(text, "address", NULL, 0);
        return;
    }
    if (buffer[0] == '[') {
        start = buffer + 1;
        end = strchr(buffer, ']');
    } else {
        end = strchr(buffer, ':');
    }
    add_string(text, "address", start,
               end ? (size_t)(end - start) : strlen(start));
}

void horo__record_write_json(const struct horo__record *record,
                             struct horo__text *text)
{
    const char *error = record->outcome == HORO__OUTCOME_ANSWER
                            ? NULL
                            : horo__outcome_name(record->outcome);
    const char *phase = horo__phase_name(record->phase);

    horo__text_add_string(text, "{\"host\":");
    horo__text_add_json(text, record->host, record->host_size);
    if (record->rank > 0) {
        add_number(text, "rank", record->rank);
    }
    add_known_number(text, "port", record->port);
    add_address(text, &record->address);
    add_known_number(text, "status", record->status);
    add_string(text, "server", record->server, record->server_size);
    add_string(text, "product", record->product, record->product_size);
    add_string(text, "error", error, error ? strlen(error) : 0);
    add_string(text, "phase", phase, strlen(phase));
    add_key(text, "elapsed_ms");
    horo__text_add_milliseconds(text, record->elapsed_ns);
    horo__text_add_string(text, "}\n");
}

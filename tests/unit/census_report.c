/* Outcomes, records and reports. */
#include "census/report.h"

#include <horo/error.h>
#include <string.h>

#include "harness.h"

static void count(struct horo__counts *counts, const char *product,
                  enum horo__outcome outcome, int times)
{
    struct horo__record record = {
        .outcome = outcome,
        .product = product,
        .product_size = product ? strlen(product) : 0,
    };

    while (times-- > 0) {
        horo__counts_add(counts, &record);
    }
}

static void fill(struct horo__counts *counts)
{
    horo__counts_init(counts, 100);
    count(counts, "Apache", HORO__OUTCOME_ANSWER, 34);
    count(counts, "nginx", HORO__OUTCOME_ANSWER, 31);
    count(counts, "'; drop\x1b", HORO__OUTCOME_ANSWER, 1);
    count(counts, NULL, HORO__OUTCOME_ANSWER, 2);
    count(counts, NULL, HORO__OUTCOME_TCP_REFUSED, 3);
    count(counts, NULL, HORO__OUTCOME_DNS_NXDOMAIN, 1);
}

static const char *table(struct horo__counts *counts, size_t top)
{
    static char buffer[4096];
    struct horo__text text;

    horo__text_init(&text, buffer, sizeof buffer, NULL, NULL);
    horo__report_table(counts, top, &text);
    CHECK_NUMBER(text.failure, 0);
    return horo__text_string(&text);
}

static const char *dict(struct horo__counts *counts)
{
    static char buffer[4096];
    struct horo__text text;

    horo__text_init(&text, buffer, sizeof buffer, NULL, NULL);
    horo__report_dict(counts, &text);
    return horo__text_string(&text);
}

static void the_table_lists_products_failures_and_sums(void)
{
    struct horo__counts counts;

    fill(&counts);
    CHECK_TEXT(table(&counts, 0),
               "Apache               34  47.2%\n"
               "nginx                31  43.1%\n"
               "'; drop\\x1b           1   1.4%\n"
               "(none)                2   2.8%  no Server header\n"
               "------------------------------\n"
               "answered             68  94.4%\n"
               "\n"
               "dns.nxdomain          1   1.4%  no such name\n"
               "tcp.refused           3   4.2%  nothing listens there\n"
               "------------------------------\n"
               "no answer             4   5.6%\n"
               "\n"
               "total                72 100.0%\n");
    horo__counts_fini(&counts);
}

static void the_table_can_be_cut_and_still_adds_up(void)
{
    struct horo__counts counts;

    fill(&counts);
    CHECK(strstr(table(&counts, 1), "Apache               34  47.2%\n"
                                    "(less frequent)      32  44.4%\n"
                                    "(none)                2   2.8%"));
    horo__counts_fini(&counts);
}

static void an_empty_census_has_an_empty_table(void)
{
    struct horo__counts counts;

    horo__counts_init(&counts, 100);
    CHECK_TEXT(table(&counts, 0), "answered              0   0.0%\n"
                                  "\n"
                                  "total                 0   0.0%\n");
    CHECK_TEXT(dict(&counts), "{}\n");
    horo__counts_fini(&counts);
}

static void what_was_not_asked_stays_outside_the_total(void)
{
    struct horo__counts counts;

    fill(&counts);
    counts.not_asked = 7;
    count(&counts, NULL, HORO__OUTCOME_LOCAL_CANCELLED, 5);
    CHECK_NUMBER(horo__counts_total(&counts), 72);
    CHECK(strstr(table(&counts, 0), "total                72 100.0%\n"
                                    "not asked            12\n"));
    counts.more_unread = true;
    CHECK(strstr(table(&counts, 0), "not asked            12  and what was "
                                    "not read\n"));
    horo__counts_fini(&counts);
}

static void the_dictionary_is_python(void)
{
    struct horo__counts counts;

    fill(&counts);
    CHECK_TEXT(dict(&counts),
               "{'Apache': 34, 'nginx': 31, \"'; drop\\x1b\": 1, "
               "'(none)': 2}\n");
    horo__counts_fini(&counts);
}

static void products_beyond_the_limit_are_other(void)
{
    struct horo__counts counts;

    horo__counts_init(&counts, 1);
    count(&counts, "nginx", HORO__OUTCOME_ANSWER, 2);
    count(&counts, "Apache", HORO__OUTCOME_ANSWER, 3);
    CHECK_TEXT(dict(&counts), "{'nginx': 2, '(other)': 3}\n");
    CHECK(strstr(table(&counts, 0), "(other)               3"));
    CHECK_NUMBER(horo__counts_total(&counts), 5);
    horo__counts_fini(&counts);
}

static const char *json(const struct horo__record *record)
{
    static char buffer[1024];
    struct horo__text text;

    horo__text_init(&text, buffer, sizeof buffer, NULL, NULL);
    horo__record_write_json(record, &text);
    return horo__text_string(&text);
}

static void a_record_is_one_line_of_json(void)
{
    struct horo__record record = {
        .host = "a.test",
        .host_size = 6,
        .port = 8080,
        .outcome = HORO__OUTCOME_ANSWER,
        .phase = HORO__PHASE_DONE,
        .elapsed_ns = 1234567,
        .status = 301,
        .server = "ngin\"x/1\x1b",
        .server_size = 9,
        .product = "ngin\"x",
        .product_size = 6,
    };

    horo_address_parse("127.0.0.9", 8080, &record.address);
    CHECK_TEXT(json(&record),
               "{\"host\":\"a.test\",\"port\":8080,"
               "\"address\":\"127.0.0.9\",\"status\":301,"
               "\"server\":\"ngin\\\"x/1\\u001b\",\"product\":\"ngin\\\"x\","
               "\"error\":null,\"phase\":\"done\",\"elapsed_ms\":1.234}\n");
    horo_address_parse("2001:db8::1", 8080, &record.address);
    record.rank = 5;
    CHECK(strstr(json(&record), "\"rank\":5,\"port\":8080,"
                                "\"address\":\"2001:db8::1\",\"status\""));
}

static void what_a_record_does_not_know_is_null(void)
{
    struct horo__record record = {
        .host = "\xff",
        .host_size = 1,
        .outcome = HORO__OUTCOME_DNS_NXDOMAIN,
    };

    CHECK_TEXT(json(&record),
               "{\"host\":\"\\u00ff\",\"port\":null,\"address\":null,"
               "\"status\":null,\"server\":null,\"product\":null,"
               "\"error\":\"dns.nxdomain\",\"phase\":\"resolve\","
               "\"elapsed_ms\":0.000}\n");
}

static void every_outcome_has_its_own_name(void)
{
    for (int i = 0; i < HORO__OUTCOME_COUNT; i++) {
        CHECK(horo__outcome_name(i) && horo__outcome_meaning(i));
        for (int j = 0; j < i; j++) {
            CHECK(strcmp(horo__outcome_name(i), horo__outcome_name(j)) != 0);
        }
    }
}

static const char *outcome(enum horo__phase phase, int code)
{
    return horo__outcome_name(horo__outcome_of(phase, code));
}

static void the_phase_decides_what_a_code_means(void)
{
    CHECK_TEXT(outcome(HORO__PHASE_RESOLVE, -ETIMEDOUT), "dns.timeout");
    CHECK_TEXT(outcome(HORO__PHASE_CONNECT, -ETIMEDOUT), "tcp.timeout");
    CHECK_TEXT(outcome(HORO__PHASE_SEND, -ETIMEDOUT), "http.timeout");
    CHECK_TEXT(outcome(HORO__PHASE_HEAD, -ETIMEDOUT), "http.timeout");
    CHECK_TEXT(outcome(HORO__PHASE_CONNECT, -ECONNRESET), "tcp.reset");
    CHECK_TEXT(outcome(HORO__PHASE_HEAD, -ECONNRESET), "http.reset");
    CHECK_TEXT(outcome(HORO__PHASE_SEND, -EPIPE), "http.reset");
    CHECK_TEXT(outcome(HORO__PHASE_CONNECT, -ECONNREFUSED), "tcp.refused");
    CHECK_TEXT(outcome(HORO__PHASE_CONNECT, -ENETUNREACH), "tcp.unreachable");
    CHECK_TEXT(outcome(HORO__PHASE_HEAD, -HORO_EINCOMPLETE), "http.incomplete");
    CHECK_TEXT(outcome(HORO__PHASE_HEAD, -HORO_EHTTP_GARBAGE), "http.garbage");
    CHECK_TEXT(outcome(HORO__PHASE_HEAD, -EIO), "http.failed");
}

static void local_faults_are_local_in_every_phase(void)
{
    for (int phase = 0; phase < HORO__PHASE_DONE; phase++) {
        CHECK_TEXT(outcome(phase, -EMFILE), "local.files");
        CHECK_TEXT(outcome(phase, -ENFILE), "local.files");
        CHECK_TEXT(outcome(phase, -ENOMEM), "local.memory");
        CHECK_TEXT(outcome(phase, -ECANCELED), "local.cancelled");
        CHECK_TEXT(outcome(phase, -EADDRNOTAVAIL), "local.ports");
        CHECK_TEXT(outcome(phase, -ENOSYS), "local.unsupported");
    }
}

int main(void)
{
    RUN(the_table_lists_products_failures_and_sums);
    RUN(the_table_can_be_cut_and_still_adds_up);
    RUN(an_empty_census_has_an_empty_table);
    RUN(what_was_not_asked_stays_outside_the_total);
    RUN(the_dictionary_is_python);
    RUN(products_beyond_the_limit_are_other);
    RUN(a_record_is_one_line_of_json);
    RUN(what_a_record_does_not_know_is_null);
    RUN(every_outcome_has_its_own_name);
    RUN(the_phase_decides_what_a_code_means);
    RUN(local_faults_are_local_in_every_phase);
    return tap_end();
}

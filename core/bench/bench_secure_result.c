/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums the records of a measured run up, and tabulates them.
 */
#include "bench/bench_secure_result.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "report/report.h"

/* The parties' truncations round by chance, the reference's always down: what is left of that at
 * the logits, with room. */
#define LARGEST_ROUNDING 0.02

struct records {
    json_t *report, *provider, *user, *dealer;
};

static double number(const json_t *record, const char *path)
{
    return json_number_value(report_get(record, path));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

/* Of the value at PATH of every run; 0 where memory is short, which json_end() notices. */
static double median(const json_t *runs, const char *path)
{
    const size_t count = json_array_size(runs);
    double *values = mpcf_alloc_array(count + 1, sizeof *values), result = 0;

    if (values != NULL && count > 0) {
        for (size_t i = 0; i < count; i++) {
            values[i] = number(json_array_get(runs, i), path);
        }
        qsort(values, count, sizeof *values, by_value);
        result = (values[(count - 1) / 2] + values[count / 2]) / 2;
    }
    mpcf_free(values);
    return result;
}

static json_int_t per_run(const struct records *r, const char *path)
{
    return (json_int_t) (number(r->user, path) / number(r->user, "runs"));
}

static json_t *functions_of(const struct records *r)
{
    const json_t *list = json_object_get(r->user, "functions");
    const double runs = number(r->user, "runs");
    json_t *result = json_array();

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(f, "name"));
        char path[96];

        (void) snprintf(path, sizeof path, "functions.%s", name);
        (void) json_array_append_new(
            result, json_pack("{s:s, s:f, s:I, s:I, s:I, s:I}", "name", name, "seconds",
                              median(json_object_get(r->user, "each"), path), "bytes",
                              (json_int_t) (number(f, "bytes") / runs), "rounds",
                              (json_int_t) number(f, "rounds"), "offline_bytes",
                              (json_int_t) (number(f, "offline_bytes") / runs), "dealer_bytes",
                              (json_int_t) (number(f, "dealer_bytes") / runs)));
    }
    return result;
}

static json_t *online_of(const struct records *r)
{
    return json_pack("{s:f, s:I, s:I, s:{s:I, s:I}}", "seconds",
                     median(json_object_get(r->user, "each"), "online_seconds"), "bytes",
                     per_run(r, "online.bytes"), "rounds",
                     (json_int_t) number(r->user, "online.rounds"), "bytes_sent", "provider",
                     per_run(r, "online.bytes_sent.provider"), "user",
                     per_run(r, "online.bytes_sent.user"));
}

/* Dealer to user, and user to provider: two delays where the user has something to send. */
static json_t *offline_of(const struct records *r)
{
    const json_int_t user = per_run(r, "offline.user_offline_bytes");
    const json_int_t dealer = per_run(r, "offline.dealer_user_bytes") +
                              (json_int_t) (number(r->provider, "offline.dealer_provider_bytes") /
                                            number(r->provider, "runs"));

    return json_pack("{s:f, s:I, s:I, s:I, s:I}", "seconds",
                     median(json_object_get(r->user, "each"), "offline_seconds"), "bytes",
                     user + dealer, "rounds", (json_int_t) (user > 0 ? 2 : 1), "user_offline_bytes",
                     user, "dealer_bytes", dealer);
}

static json_t *memory_of(const json_t *record)
{
    return json_pack("{s:I}", "peak_rss_bytes", (json_int_t) number(record, "peak_rss_bytes"));
}

/* "equal" where both parties' meters are what the cost engine says, else the first word that is
 * another; NULL: a record without one. */
static const char *cost_engine_of(const struct records *r)
{
    const char *provider = json_string_value(json_object_get(r->provider, "cost_engine"));
    const char *user = json_string_value(json_object_get(r->user, "cost_engine"));

    return provider == NULL || strcmp(provider, "equal") != 0 ? provider : user;
}

static json_t *summary(const struct bench_secure_request *q, const struct records *r)
{
    const bool has_norm = q->layer_norm != NULL && q->layer_norm[0] != '\0';
    char approximations[768];

    (void) snprintf(approximations, sizeof approximations, "%s,%s%s%s", q->activation,
                    q->normaliser, has_norm ? "," : "", has_norm ? q->layer_norm : "");
    return json_pack(
        "{s:s, s:I, s:I, s:s, s:s, s:I, s:s, s:o, s:o, s:{s:f, s:I}, s:o, s:o, s:o, s:f, s:f, s:s,"
        " s:o}",
        "model", q->model, "tokens", (json_int_t) q->tokens, "batch", (json_int_t) q->batch,
        "approximations", approximations, "transport", q->transport, "runs",
        (json_int_t) number(r->user, "runs"), "kernels",
        json_string_value(report_get(r->report, "machine.kernels")), "online", online_of(r),
        "offline", offline_of(r), "setup", "seconds", number(r->user, "setup.seconds"), "bytes",
        (json_int_t) number(r->user, "setup.bytes"), "provider", memory_of(r->provider), "user",
        memory_of(r->user), "dealer", memory_of(r->dealer), "max_error_vs_fixed",
        number(r->report, "secure.max_error_vs_fixed"), "max_error_vs_float",
        number(r->report, "secure.max_logit_error"), "cost_engine", cost_engine_of(r), "functions",
        functions_of(r));
}

static mpcf_status read_one(const char *output, const char *name, json_t **out, mpcf_error *err)
{
    char *path = file_join(output, name);
    mpcf_status status =
        path != NULL ? json_read_file(path, out, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

static mpcf_status read_all(const char *output, struct records *r, mpcf_error *err)
{
    MPCF_TRY(read_one(output, "report.json", &r->report, err));
    MPCF_TRY(read_one(output, "infer/provider.json", &r->provider, err));
    MPCF_TRY(read_one(output, "infer/user.json", &r->user, err));
    return read_one(output, "infer/dealer.json", &r->dealer, err);
}

static mpcf_status check(const struct records *r, mpcf_error *err)
{
    const double error = number(r->report, "secure.max_error_vs_fixed");
    const char *word = cost_engine_of(r);

    if (error > LARGEST_ROUNDING) {
        return mpcf_fail(err, MPCF_E_RANGE,
                         "a logit is %g off the plaintext reference; rounding explains %g at most",
                         error, LARGEST_ROUNDING);
    }
    if (word == NULL || strcmp(word, "equal") != 0) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "meter and cost engine differ: %s",
                         word != NULL ? word : "a party compared nothing");
    }
    return MPCF_OK;
}

mpcf_status bench_secure_summarise(const struct bench_secure_request *request,
                                   const struct lower_network *plan, const char *output,
                                   json_t **out, mpcf_error *err)
{
    struct records r = {0};
    mpcf_status status = read_all(output, &r, err);

    if (status == MPCF_OK) {
        status = check(&r, err);
    }
    if (status == MPCF_OK) {
        const size_t begun = json_begin();

        json_t *result = summary(request, &r);

        (void) json_object_set_new(result, "plan", named_network_json(plan));
        *out = json_end(result, begun);
        status = *out != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a summary");
    }
    json_decref(r.report);
    json_decref(r.provider);
    json_decref(r.user);
    json_decref(r.dealer);
    return status;
}

/* --- For people --- */

static void print_function(struct text_buffer *text, const json_t *f)
{
    text_printf(text, "%-14s %10.4f %8.0f %12.3f %12.3f %12.3f\n",
                json_string_value(json_object_get(f, "name")), number(f, "seconds"),
                number(f, "rounds"), number(f, "bytes") / 1e6, number(f, "offline_bytes") / 1e6,
                number(f, "dealer_bytes") / 1e6);
}

static void print_range(struct text_buffer *text, const char *what, const json_t *range)
{
    if (json_array_size(range) == 2) {
        text_printf(text, "; %s %.3g to %.3g", what, json_number_value(json_array_get(range, 0)),
                    json_number_value(json_array_get(range, 1)));
    }
}

/* What widths follow from. */
static void print_ranges(struct text_buffer *text, const json_t *result)
{
    const json_t *ranges = json_object_get(result, "ranges");

    if (ranges == NULL) {
        return;
    }
    text_printf(text, "weights: %s; length: %s",
                json_string_value(json_object_get(result, "weights")),
                json_string_value(json_object_get(result, "length")));
    print_range(text, "scores", json_object_get(ranges, "scores"));
    print_range(text, "row sums", json_object_get(ranges, "row_sums"));
    print_range(text, "variances", json_object_get(ranges, "variances"));
    text_printf(text, ", at one node %.1f octaves\n\n", number(ranges, "variance_octaves"));
}

char *bench_secure_table(const json_t *result)
{
    const json_t *list = json_object_get(result, "functions");
    struct text_buffer text = {0};

    text_printf(
        &text, "%s, batch %.0f of %.0f tokens, %s, planned for %s, over %s; medians of %.0f runs\n",
        json_string_value(json_object_get(result, "model")), number(result, "batch"),
        number(result, "tokens"), json_string_value(json_object_get(result, "approximations")),
        json_string_value(json_object_get(result, "plan")),
        json_string_value(json_object_get(result, "transport")), number(result, "runs"));
    print_ranges(&text, result);
    text_printf(&text, "%-14s %10s %8s %12s %12s %12s\n", "", "seconds", "rounds", "online MB",
                "offline MB", "dealer MB");
    for (size_t i = 0; i < json_array_size(list); i++) {
        print_function(&text, json_array_get(list, i));
    }
    text_printf(&text, "%-14s %10.4f %8.0f %12.3f\n", "online", number(result, "online.seconds"),
                number(result, "online.rounds"), number(result, "online.bytes") / 1e6);
    text_printf(&text, "%-14s %10.4f %8.0f %12s %12.3f %12.3f\n", "offline",
                number(result, "offline.seconds"), number(result, "offline.rounds"), "",
                number(result, "offline.user_offline_bytes") / 1e6,
                number(result, "offline.dealer_bytes") / 1e6);
    text_printf(&text, "%-14s %10.4f %8s %12.3f  once\n\n", "setup",
                number(result, "setup.seconds"), "", number(result, "setup.bytes") / 1e6);
    text_printf(&text, "peak memory MB: provider %.0f, user %.0f, dealer %.0f\n",
                number(result, "provider.peak_rss_bytes") / 1e6,
                number(result, "user.peak_rss_bytes") / 1e6,
                number(result, "dealer.peak_rss_bytes") / 1e6);
    text_printf(&text, "largest error of a logit: %.6f to the plaintext reference, %.6f to float\n",
                number(result, "max_error_vs_fixed"), number(result, "max_error_vs_float"));
    if (text.failed) {
        text_clear(&text);
        return NULL;
    }
    return text.data;
}

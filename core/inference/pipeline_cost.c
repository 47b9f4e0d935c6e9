/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer costs by the cost engine, for every padded length that the file allows.
 */
#include "inference/pipeline_cost.h"

#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "inference/secure_student.h"
#include "pipeline/padded_length.h"
#include "secure/cost.h"

enum { LENGTHS_MAX = 64 };

static json_t *functions_of(const struct cost *cost, const struct cost_network *network)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; i < cost->line_count; i++) {
        const struct cost_line *l = &cost->lines[i];

        (void) json_array_append_new(
            list, json_pack("{s:s, s:f, s:I, s:I, s:I, s:I}", "name", l->function, "seconds",
                            cost_network_seconds(network, l->rounds, l->link_bytes), "bytes",
                            (json_int_t) l->online_bytes, "rounds", (json_int_t) l->rounds,
                            "offline_bytes", (json_int_t) l->offline_bytes, "dealer_bytes",
                            (json_int_t) l->dealer_bytes));
    }
    return json_end(list, begun);
}

static json_t *cost_json(const struct secure_shape *shape, const struct cost *c,
                         const struct cost_network *network)
{
    const uint64_t online = c->provider_bytes + c->user_bytes;
    const uint64_t dealer = c->dealer_provider_bytes + c->dealer_user_bytes;
    const uint64_t offline = c->user_offline_bytes + dealer;

    return json_pack("{s:I, s:I, s:{s:f, s:I, s:I, s:I, s:{s:I, s:I}}, s:{s:f, s:I, s:I, s:I}, "
                     "s:{s:f, s:I}, s:o}",
                     "tokens", (json_int_t) shape->tokens, "batch", (json_int_t) shape->batch,
                     "online", "seconds", cost_network_seconds(network, c->rounds, c->link_bytes),
                     "rounds", (json_int_t) c->rounds, "bytes", (json_int_t) online, "link_bytes",
                     (json_int_t) c->link_bytes, "bytes_sent", "provider",
                     (json_int_t) c->provider_bytes, "user", (json_int_t) c->user_bytes, "offline",
                     "seconds",
                     cost_network_seconds(network, c->user_offline_bytes > 0 ? 2 : 1, offline),
                     "bytes", (json_int_t) offline, "user_offline_bytes",
                     (json_int_t) c->user_offline_bytes, "dealer_bytes", (json_int_t) dealer,
                     "setup", "seconds", cost_network_seconds(network, 1, c->setup_bytes), "bytes",
                     (json_int_t) c->setup_bytes, "functions", functions_of(c, network));
}

static mpcf_status price(struct secure_student *student, const struct secure_shape *shape,
                         const struct cost_network *network, json_t *list, mpcf_error *err)
{
    struct secure_program program;
    struct cost *cost = NULL;
    json_t *entry = NULL;

    MPCF_TRY(secure_student_program(student, shape, &program, err));
    MPCF_TRY(cost_run(program.program, &cost, err));
    entry = cost_json(shape, cost, network);
    cost_destroy(cost);
    secure_student_drop_programs(student);
    if (entry == NULL || json_array_append_new(list, entry) != 0) {
        return mpcf_fail_memory(err, 0, "costs");
    }
    return MPCF_OK;
}

/* With exact lengths the longest text is priced. */
static mpcf_status price_all(const struct pipeline *p, struct secure_student *student,
                             const struct cost_network *network, json_t *list, mpcf_error *err)
{
    const bool is_exact = p->infer.length == LENGTH_EXACT;
    size_t lengths[LENGTHS_MAX] = {(size_t) p->max_length};
    size_t count = is_exact ? 1 : pipeline_padded_lengths(p, lengths, LENGTHS_MAX);

    for (size_t i = 0; i < count; i++) {
        const struct secure_shape shape = {.batch = is_exact ? 1 : (size_t) p->infer.batch,
                                           .tokens = lengths[i],
                                           .exact = is_exact};

        MPCF_TRY(price(student, &shape, network, list, err));
    }
    return MPCF_OK;
}

mpcf_status pipeline_cost(const struct pipeline *p, const struct cost_network *network,
                          json_t **out, mpcf_error *err)
{
    struct secure_student student = {0};
    json_t *list = json_array();
    mpcf_status status = list != NULL ? secure_student_open(p, STUDENT_PUBLIC, &student, err)
                                      : mpcf_fail_memory(err, 0, "costs");

    if (status == MPCF_OK) {
        status = price_all(p, &student, network, list, err);
    }
    secure_student_close(&student);
    if (status != MPCF_OK) {
        json_decref(list);
        return status;
    }
    *out = json_pack("{s:{s:s, s:f, s:f}, s:o}", "network", "name", network->name, "delay_seconds",
                     network->delay_seconds, "bytes_per_second", network->bytes_per_second,
                     "lengths", list);
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "costs");
}

/* --- For people --- */

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_length(struct text_buffer *text, const json_t *entry)
{
    const json_t *functions = json_object_get(entry, "functions");
    const json_t *online = json_object_get(entry, "online");
    const json_t *offline = json_object_get(entry, "offline");
    const json_t *setup = json_object_get(entry, "setup");

    text_printf(text, "\nbatch %.0f of %.0f tokens\n%-14s %10s %8s %12s %12s %12s\n",
                number(entry, "batch"), number(entry, "tokens"), "", "seconds", "rounds",
                "online MB", "offline MB", "dealer MB");
    for (size_t i = 0; i < json_array_size(functions); i++) {
        const json_t *f = json_array_get(functions, i);

        text_printf(text, "%-14s %10.4f %8.0f %12.3f %12.3f %12.3f\n",
                    json_string_value(json_object_get(f, "name")), number(f, "seconds"),
                    number(f, "rounds"), number(f, "bytes") / 1e6, number(f, "offline_bytes") / 1e6,
                    number(f, "dealer_bytes") / 1e6);
    }
    text_printf(text, "%-14s %10.4f %8.0f %12.3f\n", "online", number(online, "seconds"),
                number(online, "rounds"), number(online, "bytes") / 1e6);
    text_printf(text, "%-14s %10.4f %8s %12s %12.3f %12.3f\n", "offline",
                number(offline, "seconds"), "", "", number(offline, "user_offline_bytes") / 1e6,
                number(offline, "dealer_bytes") / 1e6);
    text_printf(text, "%-14s %10.4f %8s %12.3f  once a session\n", "setup",
                number(setup, "seconds"), "", number(setup, "bytes") / 1e6);
}

char *pipeline_cost_table(const json_t *cost)
{
    const json_t *network = json_object_get(cost, "network");
    const json_t *lengths = json_object_get(cost, "lengths");
    struct text_buffer text = {0};

    text_printf(&text, "network %s: %.3g ms one way, %.4g MB/s; times are the link's alone\n",
                json_string_value(json_object_get(network, "name")),
                number(network, "delay_seconds") * 1e3, number(network, "bytes_per_second") / 1e6);
    for (size_t i = 0; i < json_array_size(lengths); i++) {
        print_length(&text, json_array_get(lengths, i));
    }
    if (text.failed) {
        text_clear(&text);
        return NULL;
    }
    return text.data;
}

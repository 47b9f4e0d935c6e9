/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over inferences, and where meter and cost engine first differ. */
#include "inference/secure_totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "roles/control.h"

static struct cost_line *line_of(struct secure_totals *t, const char *function)
{
    for (size_t i = 0; i < t->line_count; i++) {
        if (strcmp(t->lines[i].function, function) == 0) {
            return &t->lines[i];
        }
    }
    if (t->line_count == SECURE_FUNCTIONS_MAX) {
        return NULL;
    }
    t->lines[t->line_count].function = function;
    return &t->lines[t->line_count++];
}

static void compare(struct secure_totals *t, const char *what, uint64_t metered, uint64_t expected)
{
    t->compared++;
    if (metered != expected && t->differing++ == 0) {
        (void) snprintf(t->difference, sizeof t->difference,
                        "%s: metered %" PRIu64 ", the cost engine says %" PRIu64, what, metered,
                        expected);
    }
}

static void compare_of(struct secure_totals *t, const char *what, const char *function,
                       uint64_t metered, uint64_t expected)
{
    char text[96];

    (void) snprintf(text, sizeof text, "%s of %s", what, function);
    compare(t, text, metered, expected);
}

static void compare_lines(struct secure_totals *t, enum role role, const struct cost *m,
                          const struct cost *e)
{
    compare(t, "functions", m->line_count, e->line_count);
    for (size_t i = 0; i < m->line_count && i < e->line_count; i++) {
        const struct cost_line *metered = &m->lines[i], *expected = &e->lines[i];
        const char *function = metered->function;

        compare_of(t, "online bytes", function, metered->online_bytes, expected->online_bytes);
        compare_of(t, "offline bytes", function, metered->offline_bytes, expected->offline_bytes);
        compare_of(t, "rounds", function, metered->rounds, expected->rounds);
        if (role == ROLE_USER) {
            compare_of(t, "dealer's bytes", function, metered->dealer_bytes,
                       expected->dealer_bytes);
        }
    }
}

/* Weights are set up once for each set of masked weights: the first program has all of its own. */
static void add_setup(struct secure_totals *t, enum role role, const struct session_run *run,
                      const struct cost *expected)
{
    t->setup_seconds += run->setup_seconds;
    t->setup_bytes += run->metered->setup_bytes;
    t->setup_kept_bytes += run->kept_bytes;
    t->offline_seconds += run->offline_seconds;
    if (!t->has_setup && role != ROLE_DEALER) {
        compare(t, "setup bytes", run->metered->setup_bytes,
                run->has_kept ? 0 : expected->setup_bytes);
        compare(t, "setup bytes that were kept", run->kept_bytes,
                run->has_kept ? expected->setup_bytes : 0);
    }
    t->has_setup = true;
}

void secure_totals_add_deal(struct secure_totals *t, enum role role, const struct session_run *run,
                            const struct cost *expected, size_t count)
{
    t->dealt += count;
    add_setup(t, role, run, expected);
}

/* Each party sees the link between them; only the user what the dealer sends it. */
static void compare_costs(struct secure_totals *t, enum role role, const struct cost *m,
                          const struct cost *e)
{
    if (role == ROLE_DEALER) {
        return;
    }
    compare(t, "rounds", m->rounds, e->rounds);
    compare(t, "online bytes of the provider", m->provider_bytes, e->provider_bytes);
    compare(t, "online bytes of the user", m->user_bytes, e->user_bytes);
    compare(t, "longer messages", m->link_bytes, e->link_bytes);
    compare(t, "offline bytes", m->user_offline_bytes, e->user_offline_bytes);
    compare_lines(t, role, m, e);
    if (role == ROLE_USER) {
        compare(t, "bytes from dealer to user", m->dealer_user_bytes, e->dealer_user_bytes);
    }
}

static void add_to_list(struct secure_totals *t, const struct session_run *run, size_t examples)
{
    const size_t begun = json_begin();
    const uint64_t bytes = run->metered->provider_bytes + run->metered->user_bytes;
    json_t *seconds = json_object();

    if (t->each == NULL) {
        t->each = json_array();
    }
    for (size_t i = 0; i < run->metered->line_count; i++) {
        (void) json_object_set_new(seconds, run->metered->lines[i].function,
                                   json_real(run->metered->lines[i].seconds));
    }
    (void) json_array_append_new(
        t->each,
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o}", "examples",
                  (json_int_t) examples, "batch", (json_int_t) run->program->batch, "tokens",
                  (json_int_t) run->program->tokens, "rounds", (json_int_t) run->metered->rounds,
                  "bytes", (json_int_t) bytes, "online_seconds", run->online_seconds,
                  "offline_seconds", run->offline_seconds, "setup_seconds", run->setup_seconds,
                  "functions", seconds));
    t->each = json_end(t->each, begun);
    t->is_short = t->is_short || t->each == NULL;
}

void secure_totals_clear(struct secure_totals *t)
{
    json_decref(t->each);
    *t = (struct secure_totals){0};
}

/* Bytes and seconds of all runs; rounds of the longest one, as its own sum is. */
static void add_lines(struct secure_totals *t, const struct cost *m)
{
    const bool is_longest = m->rounds >= t->rounds;

    for (size_t i = 0; is_longest && i < t->line_count; i++) {
        t->lines[i].rounds = 0;
    }
    for (size_t i = 0; i < m->line_count; i++) {
        struct cost_line *line = line_of(t, m->lines[i].function);

        if (line != NULL) {
            line->online_bytes += m->lines[i].online_bytes;
            line->offline_bytes += m->lines[i].offline_bytes;
            line->dealer_bytes += m->lines[i].dealer_bytes;
            line->seconds += m->lines[i].seconds;
            line->rounds = is_longest ? m->lines[i].rounds : line->rounds;
        }
    }
}

void secure_totals_add(struct secure_totals *t, enum role role, const struct session_run *run,
                       const struct cost *expected, size_t examples)
{
    const struct cost *m = run->metered;

    t->runs++;
    t->examples += examples;
    t->online_seconds += run->online_seconds;
    t->provider_bytes += m->provider_bytes;
    t->user_bytes += m->user_bytes;
    t->link_bytes += m->link_bytes;
    t->user_offline_bytes += m->user_offline_bytes;
    t->dealer_provider_bytes += m->dealer_provider_bytes;
    t->dealer_user_bytes += m->dealer_user_bytes;
    add_setup(t, role, run, expected);
    add_lines(t, m);
    t->rounds = m->rounds > t->rounds ? m->rounds : t->rounds;
    add_to_list(t, run, examples);
    compare_costs(t, role, m, expected);
}

static json_t *functions_json(const struct secure_totals *t)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; i < t->line_count; i++) {
        const struct cost_line *l = &t->lines[i];

        (void) json_array_append_new(
            list, json_pack("{s:s, s:f, s:I, s:I, s:I, s:I}", "name", l->function, "seconds",
                            l->seconds, "bytes", (json_int_t) l->online_bytes, "rounds",
                            (json_int_t) l->rounds, "offline_bytes", (json_int_t) l->offline_bytes,
                            "dealer_bytes", (json_int_t) l->dealer_bytes));
    }
    return json_end(list, begun);
}

/* "equal", or the first difference and how many there are. */
static json_t *comparison_json(const struct secure_totals *t)
{
    return t->differing == 0 ? json_string("equal")
           : t->differing == 1
               ? json_string(t->difference)
               : json_sprintf("%s, and %" PRIu64 " more of %" PRIu64 " figures differ",
                              t->difference, t->differing - 1, t->compared);
}

json_t *secure_totals_json(const struct secure_totals *t)
{
    const uint64_t online = t->provider_bytes + t->user_bytes;
    const uint64_t offline =
        t->user_offline_bytes + t->dealer_provider_bytes + t->dealer_user_bytes;

    if (t->is_short) {
        return NULL;
    }
    return json_pack(
        "{s:I, s:I, s:I, s:{s:f, s:I, s:I, s:I, s:{s:I, s:I}}, s:{s:f, s:I, s:I, s:I, s:I, s:I},"
        " s:{s:f, s:I, s:I}, s:o, s:O?, s:o*, s:I}",
        "runs", (json_int_t) t->runs, "dealt", (json_int_t) t->dealt, "examples",
        (json_int_t) t->examples, "online", "seconds", t->online_seconds, "rounds",
        (json_int_t) t->rounds, "bytes", (json_int_t) online, "link_bytes",
        (json_int_t) t->link_bytes, "bytes_sent", "provider", (json_int_t) t->provider_bytes,
        "user", (json_int_t) t->user_bytes, "offline", "seconds", t->offline_seconds, "bytes",
        (json_int_t) offline, "user_offline_bytes", (json_int_t) t->user_offline_bytes,
        "dealer_provider_bytes", (json_int_t) t->dealer_provider_bytes, "dealer_user_bytes",
        (json_int_t) t->dealer_user_bytes, "taken_up", (json_int_t) t->taken_up, "setup", "seconds",
        t->setup_seconds, "bytes", (json_int_t) t->setup_bytes, "kept_bytes",
        (json_int_t) t->setup_kept_bytes, "functions", functions_json(t), "each", t->each,
        "cost_engine", t->compared > 0 ? comparison_json(t) : NULL, "peak_rss_bytes",
        (json_int_t) control_peak_memory());
}

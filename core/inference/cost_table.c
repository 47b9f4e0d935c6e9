/* SPDX-License-Identifier: Apache-2.0 */
/* Prices as tables: by function, by layer, by network, by set. */
#include "inference/cost_table.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

/* Where the seconds come from. */
static void print_networks(struct text_buffer *text, const json_t *cost)
{
    const json_t *networks = json_object_get(cost, "networks");

    for (size_t i = 0; i < json_array_size(networks); i++) {
        const json_t *n = json_array_get(networks, i);

        text_printf(text, "%s%s: %.3g ms one way, %.4g MB/s each way", i == 0 ? "" : "; ",
                    word(n, "name"), number(n, "delay_seconds") * 1e3,
                    number(n, "bytes_per_second") / 1e6);
    }
    text_append(text, "\n");
}

static void print_computing(struct text_buffer *text, const json_t *cost)
{
    const json_t *c = json_object_get(cost, "computing");

    if (c == NULL) {
        text_append(text, "times are the links' alone: computing is not priced\n");
        return;
    }
    text_printf(
        text,
        "computing: each role on a machine such as this one (%s, %s kernels, %.0f threads, %.2f "
        "times one), measured %s, ",
        word(c, "cpu"), word(c, "kernels"), number(c, "threads"), number(c, "speedup"),
        word(c, "measured"));
    if (json_object_get(c, "file") != NULL) {
        text_printf(text, "kept in %s (--measure: anew)\n", word(c, "file"));
    } else {
        text_printf(text, "not kept: %s\n", word(c, "not_kept"));
    }
}

/* --- One length --- */

static void print_functions(struct text_buffer *text, const json_t *entry)
{
    const json_t *functions = json_object_get(entry, "functions");

    for (size_t i = 0; i < json_array_size(functions); i++) {
        const json_t *f = json_array_get(functions, i);

        text_printf(text, "%-14s %10.4f %8.0f %12.3f %12.3f %12.3f\n", word(f, "name"),
                    number(f, "seconds"), number(f, "rounds"), number(f, "bytes") / 1e6,
                    number(f, "offline_bytes") / 1e6, number(f, "dealer_bytes") / 1e6);
    }
}

static void print_totals(struct text_buffer *text, const json_t *cost, const json_t *entry)
{
    const json_t *online = json_object_get(entry, "online");
    const json_t *offline = json_object_get(entry, "offline");
    const json_t *setup = json_object_get(entry, "setup");

    text_printf(text, "%-14s %10.4f %8.0f %12.3f\n", "online", number(online, "seconds"),
                number(online, "rounds"), number(online, "bytes") / 1e6);
    text_printf(text, "%-14s %10.4f %8s %12s %12.3f %12.3f\n", "offline",
                number(offline, "seconds"), "", "", number(offline, "user_offline_bytes") / 1e6,
                number(offline, "dealer_bytes") / 1e6);
    text_printf(text, "%-14s %10.4f %8s %12.3f  %s\n", "setup", number(setup, "seconds"), "",
                number(setup, "bytes") / 1e6,
                strcmp(word(cost, "weight_masks"), "kept") == 0
                    ? "once a user, and 0 B where it is kept (weight_masks: kept)"
                    : "once a session");
}

static void print_by_network(struct text_buffer *text, const json_t *entry)
{
    const json_t *networks = json_object_get(entry, "networks");

    text_printf(text, "%-14s %10s %10s %10s\n", "seconds on", "online", "offline", "setup");
    for (size_t i = 0; i < json_array_size(networks); i++) {
        const json_t *n = json_array_get(networks, i);

        text_printf(text, "%-14s %10.4f %10.4f %10.4f\n", word(n, "name"),
                    number(n, "online_seconds"), number(n, "offline_seconds"),
                    number(n, "setup_seconds"));
    }
    if (number(json_object_get(entry, "online"), "computing_seconds") > 0) {
        text_printf(text, "%-14s %10.4f %10.4f  (online: %.4f of matrix products)\n",
                    "of computing", number(json_object_get(entry, "online"), "computing_seconds"),
                    number(json_object_get(entry, "offline"), "computing_seconds"),
                    number(json_object_get(entry, "online"), "product_seconds"));
    }
}

static void print_layer(struct text_buffer *text, const json_t *layer)
{
    const json_t *networks = json_object_get(layer, "networks");

    text_printf(text, "%-14s %8.0f %12.3f %12.3f %12.3f", word(layer, "name"),
                number(layer, "rounds"), number(layer, "bytes") / 1e6,
                number(layer, "offline_bytes") / 1e6, number(layer, "dealer_bytes") / 1e6);
    for (size_t i = 0; i < json_array_size(networks); i++) {
        const json_t *n = json_array_get(networks, i);

        text_printf(text, " %10.4f %4.0f%%", number(n, "seconds"), 100 * number(n, "share"));
    }
    text_append(text, "\n");
}

static void print_layers(struct text_buffer *text, const json_t *cost, const json_t *entry)
{
    const json_t *layers = json_object_get(entry, "layers");
    const json_t *networks = json_object_get(cost, "networks");

    if (layers == NULL) {
        return;
    }
    text_printf(text, "%-14s %8s %12s %12s %12s", "layer", "rounds", "online MB", "early MB",
                "dealer MB");
    for (size_t i = 0; i < json_array_size(networks); i++) {
        text_printf(text, " %16s", word(json_array_get(networks, i), "name"));
    }
    text_append(text, "\n");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        print_layer(text, json_array_get(layers, i));
    }
}

static void print_openings(struct text_buffer *text, const json_t *cost)
{
    const json_t *nodes = json_object_get(cost, "second_openings");

    for (size_t i = 0; i < json_array_size(nodes); i++) {
        const json_t *n = json_array_get(nodes, i);

        text_printf(text,
                    "second opening: '%s', of values from %.3g to %.3g with their margin, is more "
                    "than one holds\n",
                    word(n, "node"), number(n, "low"), number(n, "high"));
    }
}

static void print_guesses(struct text_buffer *text, const json_t *entry)
{
    const json_t *kinds = json_object_get(entry, "not_measured");

    for (size_t i = 0; i < json_array_size(kinds); i++) {
        text_printf(text, "%s%s%s", i == 0 ? "not measured, taken as the mean of others: " : ", ",
                    json_string_value(json_array_get(kinds, i)),
                    i + 1 == json_array_size(kinds) ? "\n" : "");
    }
}

static void print_length(struct text_buffer *text, const json_t *cost, const json_t *entry)
{
    text_printf(text, "\nbatch %.0f of %.0f tokens, seconds on %s\n", number(entry, "batch"),
                number(entry, "tokens"), word(json_object_get(cost, "network"), "name"));
    text_printf(text, "%-14s %10s %8s %12s %12s %12s\n", "", "seconds", "rounds", "online MB",
                "early MB", "dealer MB");
    print_functions(text, entry);
    print_totals(text, cost, entry);
    print_layers(text, cost, entry);
    print_by_network(text, entry);
    print_guesses(text, entry);
}

static char *finish(struct text_buffer *text)
{
    if (text->failed) {
        text_clear(text);
        return NULL;
    }
    return text->data;
}

char *cost_table(const json_t *cost)
{
    const json_t *lengths = json_object_get(cost, "lengths");
    struct text_buffer text = {0};

    print_networks(&text, cost);
    print_computing(&text, cost);
    for (size_t i = 0; i < json_array_size(lengths); i++) {
        print_length(&text, cost, json_array_get(lengths, i));
    }
    print_openings(&text, cost);
    return finish(&text);
}

/* --- Sets --- */

static const json_t *first_that_runs(const json_t *sets)
{
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const json_t *cost = json_object_get(json_array_get(sets, i), "cost");

        if (cost != NULL) {
            return cost;
        }
    }
    return NULL;
}

static void print_set_line(struct text_buffer *text, const json_t *set, size_t length)
{
    const json_t *cost = json_object_get(set, "cost");
    const json_t *entry = json_array_get(json_object_get(cost, "lengths"), length);
    const json_t *online = json_object_get(entry, "online");
    const json_t *offline = json_object_get(entry, "offline");
    const json_t *networks = json_object_get(entry, "networks");

    if (entry == NULL) {
        return;
    }
    text_printf(text, "%-24s %8.0f %12.3f %12.3f %12.3f", word(set, "approximations"),
                number(online, "rounds"), number(online, "bytes") / 1e6,
                number(offline, "user_offline_bytes") / 1e6, number(offline, "dealer_bytes") / 1e6);
    for (size_t i = 0; i < json_array_size(networks); i++) {
        const json_t *n = json_array_get(networks, i);

        text_printf(text, " %9.4f %9.4f", number(n, "online_seconds"),
                    number(n, "offline_seconds"));
    }
    text_append(text, "\n");
}

static void print_sets_of_length(struct text_buffer *text, const json_t *sets, const json_t *cost,
                                 size_t length)
{
    const json_t *entry = json_array_get(json_object_get(cost, "lengths"), length);
    const json_t *networks = json_object_get(cost, "networks");

    text_printf(text, "\nbatch %.0f of %.0f tokens; seconds online and offline\n",
                number(entry, "batch"), number(entry, "tokens"));
    text_printf(text, "%-24s %8s %12s %12s %12s", "", "rounds", "online MB", "early MB",
                "dealer MB");
    for (size_t i = 0; i < json_array_size(networks); i++) {
        text_printf(text, " %19s", word(json_array_get(networks, i), "name"));
    }
    text_append(text, "\n");
    for (size_t i = 0; i < json_array_size(sets); i++) {
        print_set_line(text, json_array_get(sets, i), length);
    }
}

static void print_set_layers(struct text_buffer *text, const json_t *set)
{
    const json_t *cost = json_object_get(set, "cost");
    const json_t *lengths = json_object_get(cost, "lengths");

    for (size_t i = 0; i < json_array_size(lengths); i++) {
        const json_t *entry = json_array_get(lengths, i);

        if (json_object_get(entry, "layers") != NULL) {
            text_printf(text, "\n%s, batch %.0f of %.0f tokens\n", word(set, "approximations"),
                        number(entry, "batch"), number(entry, "tokens"));
            print_layers(text, cost, entry);
        }
        print_guesses(text, entry);
    }
}

static void print_set_notes(struct text_buffer *text, const json_t *set)
{
    const json_t *failed = json_object_get(set, "failed");

    print_set_layers(text, set);
    if (failed != NULL) {
        text_printf(text, "%s cannot run: %s\n", word(set, "approximations"),
                    json_string_value(failed));
    }
    if (json_array_size(json_object_get(json_object_get(set, "cost"), "second_openings")) > 0) {
        text_printf(text, "%s:\n", word(set, "approximations"));
        print_openings(text, json_object_get(set, "cost"));
    }
}

char *cost_sets_table(const json_t *result)
{
    const json_t *sets = json_object_get(result, "sets"), *cost = first_that_runs(sets);
    struct text_buffer text = {0};

    if (cost != NULL) {
        print_networks(&text, cost);
        print_computing(&text, cost);
    }
    text_append(&text,
                "ranges: of the teacher's weights; those of a distilled student may differ\n");
    for (size_t i = 0; i < json_array_size(json_object_get(cost, "lengths")); i++) {
        print_sets_of_length(&text, sets, cost, i);
    }
    for (size_t i = 0; i < json_array_size(sets); i++) {
        print_set_notes(&text, json_array_get(sets, i));
    }
    return finish(&text);
}

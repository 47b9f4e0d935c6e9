/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin eval: an approximation at points of the command line or of a file, beside the exact function.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "bench/eval_approx.h"
#include "format/json.h"
#include "host.h"
#include "standard_output.h"

/* --- Points --- */

static mpcf_status read_lines(FILE *in, const char *name, struct number_rows *rows, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;
    char *line = NULL, where[4352];
    size_t room = 0;
    ssize_t length = 0;

    for (size_t number = 1; status == MPCF_OK; number++) {
        errno = 0;
        length = getline(&line, &room, in);
        if (length < 0) {
            break;
        }
        (void) snprintf(where, sizeof where, "%.4096s:%zu", name, number);
        status = number_rows_add(rows, line, (size_t) length, where, err);
    }
    if (status == MPCF_OK && !feof(in)) {
        status = interrupt_pending()
                     ? mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped")
                     : mpcf_fail(err, MPCF_E_CONFIG, "--input: cannot read '%s': %s", name,
                                 strerror(errno));
    }
    free(line);
    return status;
}

static mpcf_status read_file(const char *path, struct number_rows *rows, mpcf_error *err)
{
    FILE *in;
    mpcf_status status;

    if (strcmp(path, "-") == 0) {
        return read_lines(stdin, "standard input", rows, err);
    }
    in = fopen(path, "re");
    if (in == NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "--input: cannot read '%s': %s", path,
                         strerror(errno));
    }
    status = read_lines(in, path, rows, err);
    (void) fclose(in);
    return status;
}

/* Words behind the name, else the file, else standard input. */
static mpcf_status read_points(const struct args *args, struct number_rows *rows, mpcf_error *err)
{
    const char *input = args_value(args, "--input");
    char where[32];

    if (args->operand_count == 1) {
        MPCF_TRY(read_file(input == NULL ? "-" : input, rows, err));
    }
    for (size_t i = 1; i < args->operand_count; i++) {
        (void) snprintf(where, sizeof where, "point %zu", i);
        MPCF_TRY(number_rows_add(rows, args->operands[i], strlen(args->operands[i]), where, err));
    }
    return rows->row_count > 0 ? MPCF_OK
                               : mpcf_fail(err, MPCF_E_CONFIG, "there are no points to evaluate");
}

/* --- Which --- */

/* The one of the plug-in loaded last. */
static mpcf_status only_one(const struct plugins *p, const char *path, const mpcf_approx **out,
                            mpcf_error *err)
{
    const char *owner = plugins_facts(p, 0)->name;
    const mpcf_approx *approx;
    size_t count = 0;

    for (size_t i = 0; (approx = plugins_component(p, COMPONENT_APPROX, i)) != NULL; i++) {
        if (strcmp(plugins_owner(p, approx), owner) == 0) {
            *out = approx;
            count++;
        }
    }
    return count == 1 ? MPCF_OK
                      : mpcf_fail(err, MPCF_E_CONFIG,
                                  "'%s' has %zu approximations; one is named as `plugin list` "
                                  "shows it",
                                  path, count);
}

static mpcf_status find(struct plugins *p, const char *name, const mpcf_approx **out,
                        mpcf_error *err)
{
    const void *found = NULL;

    if (plugin_is_path(name)) {
        MPCF_TRY(plugins_load(p, name, err));
        return only_one(p, name, out, err);
    }
    MPCF_TRY(plugins_find(p, COMPONENT_APPROX, name, &found, err));
    *out = found;
    return MPCF_OK;
}

/* --- What is printed --- */

static json_t *floats(const float *x, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        (void) json_array_append_new(array, json_real((double) x[i]));
    }
    return array;
}

static json_t *doubles(const double *x, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        (void) json_array_append_new(array, json_real(x[i]));
    }
    return array;
}

/* Of one row: arrays. JSON has no number that is not finite: null. */
static mpcf_status print_json(const float *x, const struct eval_approx_result *r, size_t begin,
                              size_t count, mpcf_error *err)
{
    const size_t begun = json_begin();
    json_t *line =
        json_pack("{s:o, s:o, s:o}", "input", floats(x, count), "float",
                  floats(r->value + begin, count), "exact", floats(r->exact + begin, count));
    char *text = NULL;

    if (r->reference != NULL) {
        (void) json_object_set_new(line, "reference", doubles(r->reference + begin, count));
    }
    line = json_end(line, begun);
    text = line == NULL ? NULL : json_text(line, JSON_COMPACT);
    json_decref(line);
    if (text == NULL) {
        return mpcf_fail_memory(err, count, "a line");
    }
    (void) fprintf(standard_output(), "%s\n", text);
    free(text);
    return MPCF_OK;
}

static void print_row(size_t row, const float *x, const struct eval_approx_result *r, size_t begin,
                      size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const size_t at = begin + k;
        char reference[32] = "-";

        if (r->reference != NULL) {
            (void) snprintf(reference, sizeof reference, "%.8g", r->reference[at]);
        }
        (void) fprintf(standard_output(), "%6zu %16.8g %16.8g %16.8g %16s\n", row + 1,
                       (double) x[k], (double) r->value[at], (double) r->exact[at], reference);
    }
}

static mpcf_status print(const struct number_rows *rows, const struct eval_approx_result *r,
                         bool is_json, mpcf_error *err)
{
    size_t begin = 0, count = 0;

    if (!is_json) {
        (void) fprintf(standard_output(), "%6s %16s %16s %16s %16s\n", "row", "input", "float",
                       "exact", "reference");
    }
    for (size_t i = 0; i < rows->row_count; i++) {
        const float *x = number_rows_at(rows, i, &count);

        if (is_json) {
            MPCF_TRY(print_json(x, r, begin, count, err));
        } else {
            print_row(i, x, r, begin, count);
        }
        begin += count;
    }
    return MPCF_OK;
}

/* --- The command --- */

static mpcf_status run(const struct args *args, struct plugins *p, size_t layer,
                       struct number_rows *rows, struct eval_approx_result *result, mpcf_error *err)
{
    struct eval_approx_request request = {.plugins = p,
                                          .options = args_value(args, "--options"),
                                          .exact = args_value(args, "--exact"),
                                          .layer = layer,
                                          .rows = rows};

    MPCF_TRY(find(p, args->operands[0], &request.approx, err));
    MPCF_TRY(read_points(args, rows, err));
    MPCF_TRY(eval_approx(&request, result, err));
    MPCF_TRY(print(rows, result, args_has(args, "--json"), err));
    return result->refused == NULL
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_RANGE, "a secure run of these points is refused: %s",
                           result->refused);
}

int cmd_plugin_eval(const struct args *args)
{
    struct number_rows rows = {0};
    struct eval_approx_result result = {0};
    struct plugins *p = NULL;
    int64_t layer = 0;
    mpcf_error *err;
    mpcf_status status;
    int code;

    if (args_value(args, "--input") != NULL && args->operand_count > 1) {
        return host_usage("plugin eval",
                          "points come from --input or from the command line, not both");
    }
    if (!args_number(args, "--layer", 0, 999, &layer)) {
        return EXIT_USAGE;
    }
    err = mpcf_error_create();
    status = plugins_create(args_value(args, "--plugin-dir"), &p, err);
    if (status == MPCF_OK) {
        status = run(args, p, (size_t) layer, &rows, &result, err);
    }
    code = status == MPCF_OK      ? EXIT_DONE
           : result.value == NULL ? host_refused(err) /* nothing ran */
                                  : host_failed(err);
    eval_approx_clear(&result);
    number_rows_clear(&rows);
    plugins_destroy(p);
    mpcf_error_destroy(err);
    return code;
}

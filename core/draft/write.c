/* SPDX-License-Identifier: Apache-2.0 */
/* The draft's words: keys, values, and why, beside them. */
#include "draft/write.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/class_names.h"

enum { COMMENT_COLUMN = 34, WIDTH = 112 };

/* WHY as comments from COLUMN on, in lines of WIDTH; the first goes on in the line that stands. */
static void put_comment(struct text_buffer *out, size_t column, const char *why)
{
    size_t at = column;

    text_append(out, "#");
    while (*why != '\0') {
        const size_t word = strcspn(why, " ");

        if (at + word + 2 > WIDTH && at > column) {
            text_printf(out, "\n%*s#", (int) column, "");
            at = column;
        }
        text_printf(out, " %.*s", (int) word, why);
        at += word + 1;
        why += word + strspn(why + word, " ");
    }
    text_append(out, "\n");
}

static void put(struct text_buffer *out, int indent, const char *key, const char *value,
                const char *why)
{
    const size_t begin = out->length;
    size_t length;

    text_printf(out, "%*s%s: %s", indent, "", key, value);
    if (why == NULL) {
        text_append(out, "\n");
        return;
    }
    length = out->length - begin;
    if (length > COMMENT_COLUMN - 2) {
        text_printf(out, "\n%*s", COMMENT_COLUMN, "");
    } else {
        text_printf(out, "%*s", (int) (COMMENT_COLUMN - length), "");
    }
    put_comment(out, COMMENT_COLUMN, why);
}

/* A line of its own. */
static void note(struct text_buffer *out, int indent, const char *text)
{
    text_printf(out, "%*s", indent, "");
    put_comment(out, (size_t) indent, text);
}

/* --- Facts --- */

static void describe_lengths(const struct draft_lengths *l, char *out, size_t size)
{
    (void) snprintf(
        out, size,
        "tokens of an example that are kept; of %zu texts measured, half have %zu at most, "
        "nine tenths %zu, the longest %zu, and %zu are cut. The network has %zu positions",
        l->measured, l->half, l->most, l->longest, l->cut, l->positions);
}

/* --- The file --- */

static void write_head(const struct sketch *s, struct text_buffer *out)
{
    const char *slash = strrchr(s->file, '/'), *name = slash == NULL ? s->file : slash + 1;
    char output[128];

    text_append(
        out, "# Written by `mpcf-host init`: what it chose, and beside it why, or what else could "
             "stand there.\n# `mpcf-host options` and docs/pipeline-file.md have every key.\n");
    put(out, 0, "version", "1", NULL);
    (void) snprintf(output, sizeof output, "\"runs/%.*s\"", (int) strcspn(name, ".\"\\"), name);
    put(out, 0, "output", output, "networks, answers, report.html; from this file's folder");
    if (s->plugins[0] != NULL || s->plugins[1] != NULL) {
        text_printf(out, "plugins: [%s%s%s]\n", s->plugins[0] != NULL ? s->plugins[0] : "",
                    s->plugins[0] != NULL && s->plugins[1] != NULL ? ", " : "",
                    s->plugins[1] != NULL ? s->plugins[1] : "");
    }
}

static void write_model(const struct sketch *s, struct text_buffer *out)
{
    text_append(out, "\nmodel:\n");
    put(out, 2, "family", s->family, "as config.json says; may be left out");
    put(out, 2, "path", s->checkpoint, NULL);
}

static void write_dataset(const struct sketch *s, const struct draft_lengths *lengths,
                          struct text_buffer *out)
{
    char number[24], why[400], columns[1200];

    text_append(out, "\ndataset:\n");
    put(out, 2, "reader", s->reader, "its options: `mpcf-host plugin show`; or glue, imdb, table");
    put(out, 2, "path", s->data, NULL);
    if (s->columns != NULL) {
        (void) snprintf(columns, sizeof columns, "columns: %s", s->columns);
        note(out, 2, columns);
    }
    for (size_t i = 0; i < s->option_count; i++) {
        put(out, 2, s->options[i].key, s->options[i].value, s->options[i].why);
    }
    (void) snprintf(number, sizeof number, "%zu", lengths->max_length);
    describe_lengths(lengths, why, sizeof why);
    put(out, 2, "max_length", number, why);
}

static void write_approximations(const struct sketch *s, struct text_buffer *out)
{
    const char *own = json_string_value(json_object_get(s->config, "hidden_act"));
    char why[160];

    (void) snprintf(why, sizeof why, "or relu; without the line the teacher's own%s%.40s, exactly",
                    own != NULL ? ", " : "", own != NULL ? own : "");
    text_append(out, "\n");
    note(out, 0,
         "What the student has in place of functions that are dear under secure computation. "
         "Without "
         "the section it computes the teacher's own, about three times as long, and needs no "
         "distill.");
    text_append(out, "approximations:\n");
    put(out, 2, "activation", "quad", why);
    put(out, 2, "normaliser", "2quad",
        "or 2relu, nearer to softmax and slower; without the line softmax, exactly");
}

static void write_stages(const struct sketch *s, const mpcf_task *task,
                         const struct draft_lengths *lengths, struct text_buffer *out)
{
    char buckets[128];
    size_t length = 0;

    text_append(out, "\nstages:\n");
    if (sketch_is_classifier(s, task)) {
        note(out, 2,
             "config.json says that the checkpoint classifies into as many classes, so it is the "
             "teacher. Where it was not trained for this task:");
        note(out, 2, "finetune: {epochs: 3}");
    } else {
        put(out, 2, "finetune", "{epochs: 3}",
            s->is_other_task ? "trains a new head: the checkpoint's own is for other classes, and "
                               "is not used"
                             : "the checkpoint has no head for this task, so one is trained");
    }
    put(out, 2, "convert", "{}", "teacher to student");
    put(out, 2, "distill", "{}",
        "the student learns from the teacher; {layers: {epochs: 3}, prediction: {epochs: 1}} for a "
        "first try");
    length = (size_t) snprintf(buckets, sizeof buckets, "[");
    for (size_t i = 0; i < lengths->bucket_count; i++) {
        length += (size_t) snprintf(buckets + length, sizeof buckets - length, "%s%zu",
                                    i == 0 ? "" : ", ", lengths->buckets[i]);
    }
    (void) snprintf(buckets + length, sizeof buckets - length, "]");
    text_append(out, "  infer:\n");
    put(out, 4, "examples", "16", "rows of the evaluation split that run securely; 0: all");
    put(out, 4, "length", "bucket",
        "others learn a text's bucket; full: nothing, and each text costs as the longest; exact: "
        "its length");
    put(out, 4, "buckets", buckets, "padded lengths, from those measured");
}

static void write_links(struct text_buffer *out)
{
    text_append(
        out,
        "\n"
        "# Three machines, each with this file (keys: `mpcf-host keys new`):\n"
        "# transport: {name: tcp, require: [authenticated]}\n"
        "# parties:\n"
        "#   provider: {listen: \"0.0.0.0:9001\", address: \"10.0.0.2:9001\", keys: provider.key}\n"
        "#   dealer: {listen: \"0.0.0.0:9002\", address: \"10.0.0.3:9002\", keys: dealer.key}\n"
        "#   user: {keys: user.key}\n");
}

void draft_write(const struct sketch *s, const mpcf_task *task, const struct draft_lengths *lengths,
                 struct text_buffer *out)
{
    write_head(s, out);
    write_model(s, out);
    write_dataset(s, lengths, out);
    write_approximations(s, out);
    write_stages(s, task, lengths, out);
    write_links(out);
}

/* The checkpoint's head, and whether it is used. */
static const char *head_of(const struct sketch *s, const mpcf_task *task)
{
    if (sketch_is_classifier(s, task)) {
        return "a classifier, taken as the teacher";
    }
    return s->is_other_task ? "whose trained head is NOT USED, as the data's classes are others: "
                              "finetune trains "
                              "a new one"
                            : "without a head for the task: finetune makes one";
}

static void tell_labels(const struct sketch *s, const mpcf_task *task, struct text_buffer *out)
{
    const bool has_head = sketch_is_classifier(s, task);

    const bool are_given = sketch_given(s, "labels") != NULL && task->label_names != NULL;
    const char *const *labels = are_given ? task->label_names : s->labels;
    const size_t count = are_given ? task->classes : s->label_count;

    for (size_t i = 0; i < count; i++) {
        const char *name = class_name_of(s->config, i);

        text_printf(out, "%s%zu = %s", i == 0 ? "labels   " : ", ", i, labels[i]);
        if (has_head && name != NULL && strcmp(name, labels[i]) != 0) {
            text_printf(out, " (%s)", name);
        }
    }
    if (count > 0) {
        text_append(out, "\n");
    }
    for (size_t i = 0; s->order == ORDER_BY_NUMBER && has_head && i < task->classes; i++) {
        const char *name = class_name_of(s->config, i);

        text_printf(out, "%s%zu = %s%s", i == 0 ? "labels   are numbers: " : ", ", i,
                    name != NULL ? name : "?", i + 1 == task->classes ? "\n" : "");
    }
}

void draft_tell(const struct sketch *s, const mpcf_task *task, const struct draft_lengths *lengths,
                struct text_buffer *out)
{
    text_printf(out, "model    %s, %zu layers, %zu positions, %s\n", s->family, lengths->layers,
                lengths->positions, head_of(s, task));
    text_printf(out, "data     %s%s%s, %zu %srows, ", s->reader,
                strcmp(s->reader, task->name) == 0 ? "" : ", ",
                strcmp(s->reader, task->name) == 0 ? "" : task->name, lengths->rows,
                s->rows > 0 ? "" : "training ");
    if (task->classes == 1) {
        text_append(out, "a score\n");
    } else {
        text_printf(out, "%zu classes\n", task->classes);
    }
    tell_labels(s, task, out);
    text_append(out, text_string(&s->said));
    text_printf(
        out,
        "lengths  half of the texts have %zu tokens at most, nine tenths %zu, the longest %zu; "
        "max_length %zu\n",
        lengths->half, lengths->most, lengths->longest, lengths->max_length);
}

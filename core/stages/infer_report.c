/* SPDX-License-Identifier: Apache-2.0 */
/* What infer puts into the report: how far the runs are from each other, and what they cost. */
#include "stages/infer_report.h"

#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "channel/role.h"
#include "inference/cost_network.h"
#include "inference/marked_answer.h"
#include "network/judged.h"
#include "report/report.h"

/* What is known of each row: WIDTH numbers, the CLASSES logits of a network, or one that is a label
 * (or the only score there is). */
struct answers {
    const float *numbers;
    size_t width;
};

static const float *answer_of(const struct answers *a, size_t row)
{
    return a->numbers + row * a->width;
}

static mpcf_status put_difference(json_t *report, const char *path, const struct difference *d,
                                  mpcf_error *err)
{
    char name[96];

    (void) snprintf(name, sizeof name, "%s.agreement", path);
    MPCF_TRY(report_set_real(report, name,
                             d->count > 0 ? (double) d->agreeing / (double) d->count : 0, err));
    (void) snprintf(name, sizeof name, "%s.disagreement_margin", path);
    MPCF_TRY(report_set_real(report, name, d->margin, err));
    (void) snprintf(name, sizeof name, "%s.max_logit_error", path);
    report_drop(report, name); /* an earlier run's */
    return d->has_logits ? report_set_real(report, name, d->largest, err) : MPCF_OK;
}

mpcf_status infer_report_calibration(json_t *report, const struct infer_evaluation *e,
                                     const struct reference_outcome *outcome, mpcf_error *err)
{
    const size_t count = e->corpus->count;
    const struct answers reference = {e->reference, e->answer}, exact = {e->exact, e->classes};
    struct difference d = {.leaves_out = e->has_marks};

    for (size_t i = 0; i < count; i++) {
        difference_add(&d, answer_of(&reference, i), e->answer, answer_of(&exact, i), e->classes);
    }
    MPCF_TRY(report_set_count(report, "calibration.examples", count, err));
    MPCF_TRY(put_difference(report, "calibration", &d, err));
    MPCF_TRY(report_set_count(report, "calibration.examples_outside", outcome->outside, err));
    MPCF_TRY(
        report_set_real(report, "calibration.smallest_margin_bits", outcome->smallest_margin, err));
    return report_set_text(report, "calibration.node", outcome->margin_node, err);
}

static mpcf_status judge_answers(json_t *report, const char *name, const struct infer_evaluation *e,
                                 const float *answers, uint32_t *rows, size_t count, float *kept,
                                 mpcf_error *err)
{
    struct judged judged = {
        .corpus = e->corpus, .rows = rows, .count = count, .answers = answers, .width = e->answer};

    if (e->has_marks) {
        judged.count = marked_answers_leave_out(answers, rows, e->answer, count, kept, rows);
        judged.answers = kept;
    }
    return judged_report(report, name, &judged, err);
}

static mpcf_status judge_reference(json_t *report, const struct infer_evaluation *e,
                                   mpcf_error *err)
{
    const size_t count = e->corpus->count;
    uint32_t *rows = mpcf_alloc_array(count + 1, sizeof *rows);
    float *kept = mpcf_alloc_array(count * e->answer + 1, sizeof *kept);
    mpcf_status status = rows != NULL && kept != NULL
                             ? MPCF_OK
                             : mpcf_fail_memory(err, count * e->answer * sizeof *kept, "answers");

    for (size_t i = 0; rows != NULL && i < count; i++) {
        rows[i] = (uint32_t) i;
    }
    if (status == MPCF_OK) {
        status = judge_answers(report, "fixed", e, e->reference, rows, count, kept, err);
    }
    mpcf_free(rows);
    mpcf_free(kept);
    return status;
}

mpcf_status infer_report_reference(json_t *report, const struct infer_evaluation *e,
                                   const struct reference_outcome *outcome, mpcf_error *err)
{
    const size_t count = e->corpus->count;
    const struct answers reference = {e->reference, e->answer}, exact = {e->exact, e->classes};
    struct difference d = {.leaves_out = e->has_marks};

    /* Rows outside the ranges have no score and no label: the reason is the news then, not metrics. */
    if (e->answer > 1 || outcome->outside == outcome->marked) {
        MPCF_TRY(judge_reference(report, e, err));
    } else {
        judged_drop(report, "fixed"); /* an earlier run's must not stay */
        MPCF_TRY(report_set(report, "fixed.metrics", json_object(), err));
    }
    for (size_t i = 0; i < count; i++) {
        difference_add(&d, answer_of(&reference, i), e->answer, answer_of(&exact, i), e->classes);
    }
    MPCF_TRY(report_set_count(report, "fixed.examples", count, err));
    MPCF_TRY(report_set_count(report, "fixed.different_predictions", d.count - d.agreeing, err));
    MPCF_TRY(put_difference(report, "fixed", &d, err));
    MPCF_TRY(report_set_real(report, "ranges.smallest_margin_bits", outcome->smallest_margin, err));
    MPCF_TRY(report_set_count(report, "ranges.examples_outside", outcome->outside, err));
    return report_set_text(report, "ranges.node", outcome->margin_node, err);
}

/* --- The secure run --- */

static const struct corpus_item *item_of(const struct corpus *corpus, json_int_t id, size_t *place)
{
    /* The whole split is in order: nearly always a direct hit. */
    for (size_t i = 0; i < corpus->count; i++) {
        const size_t at = ((size_t) id + i) % corpus->count;

        if (corpus->items[at].id == (uint64_t) id) {
            *place = at;
            return &corpus->items[at];
        }
    }
    return NULL;
}

/* The numbers of row I of the user's record: the logits, or the label alone. A marked answer has none. */
static bool read_numbers(const json_t *user, size_t i, const struct infer_evaluation *e,
                         float *numbers)
{
    if (e->has_marks && json_is_null(json_array_get(json_object_get(user, "predictions"), i))) {
        for (size_t k = 0; k < e->answer; k++) {
            numbers[k] = NAN;
        }
        return true;
    }
    if (e->answer < e->classes) {
        const json_t *label = json_array_get(json_object_get(user, "predictions"), i);

        numbers[0] = (float) json_number_value(label);
        return json_is_number(label);
    }
    const json_t *row = json_array_get(json_object_get(user, "logits"), i);

    for (size_t k = 0; k < e->classes; k++) {
        numbers[k] = (float) json_number_value(json_array_get(row, k));
    }
    return json_array_size(row) == e->classes;
}

/* Row I of the user's record, and its place in the corpus. */
static mpcf_status read_row(const json_t *user, size_t i, const struct infer_evaluation *e,
                            float *numbers, size_t *place, mpcf_error *err)
{
    const json_t *id = json_array_get(json_object_get(user, "rows"), i);

    if (!read_numbers(user, i, e, numbers) || !json_is_integer(id) ||
        item_of(e->corpus, json_integer_value(id), place) == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "infer/user.json: row %zu is not of this data", i);
    }
    return MPCF_OK;
}

static mpcf_status compare_rows(const json_t *user, const struct infer_evaluation *e,
                                const struct answers *against, struct difference *d,
                                mpcf_error *err)
{
    const size_t count = json_array_size(json_object_get(user, "rows"));
    float *numbers = mpcf_alloc_array(e->answer, sizeof *numbers);
    mpcf_status status =
        numbers != NULL ? MPCF_OK : mpcf_fail_memory(err, e->answer * sizeof *numbers, "logits");

    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        size_t place = 0;

        status = read_row(user, i, e, numbers, &place, err);
        if (status == MPCF_OK && !(e->has_marks && against->numbers == e->reference &&
                                   marked_answer_is(answer_of(against, place)))) {
            difference_add(d, numbers, e->answer, answer_of(against, place), against->width);
        }
    }
    mpcf_free(numbers);
    return status;
}

/* The user's answers, and the items that they are of. */
static mpcf_status judge_rows(json_t *report, const json_t *user, const struct infer_evaluation *e,
                              uint32_t *rows, float *answers, mpcf_error *err)
{
    const size_t count = json_array_size(json_object_get(user, "rows"));

    for (size_t i = 0; i < count; i++) {
        size_t place = 0;

        MPCF_TRY(read_row(user, i, e, answers + i * e->answer, &place, err));
        rows[i] = (uint32_t) place;
    }
    return judge_answers(report, "secure", e, answers, rows, count, answers, err);
}

static mpcf_status put_judged(json_t *report, const json_t *user, const struct infer_evaluation *e,
                              mpcf_error *err)
{
    const size_t count = json_array_size(json_object_get(user, "rows"));
    uint32_t *rows = mpcf_alloc_array(count + 1, sizeof *rows);
    float *answers = mpcf_alloc_array(count * e->answer + 1, sizeof *answers);
    mpcf_status status =
        rows != NULL && answers != NULL
            ? judge_rows(report, user, e, rows, answers, err)
            : mpcf_fail_memory(err, count * e->answer * sizeof *answers, "the user's answers");

    mpcf_free(rows);
    mpcf_free(answers);
    return status;
}

static double number_at(const json_t *record, const char *path)
{
    return json_number_value(report_get(record, path));
}

static mpcf_status put_online(json_t *report, const json_t *user, mpcf_error *err)
{
    const double examples = number_at(user, "examples");

    MPCF_TRY(report_set_real(report, "secure.online.seconds_per_example",
                             examples > 0 ? number_at(user, "online.seconds") / examples : 0, err));
    MPCF_TRY(report_set_count(report, "secure.online.rounds",
                              (uint64_t) number_at(user, "online.rounds"), err));
    MPCF_TRY(report_set_count(report, "secure.online.bytes_sent.provider",
                              (uint64_t) number_at(user, "online.bytes_sent.provider"), err));
    return report_set_count(report, "secure.online.bytes_sent.user",
                            (uint64_t) number_at(user, "online.bytes_sent.user"), err);
}

static mpcf_status put_offline(json_t *report, const json_t *user, const json_t *provider,
                               mpcf_error *err)
{
    const double bytes = number_at(user, "offline.user_offline_bytes") +
                         number_at(user, "offline.dealer_user_bytes") +
                         number_at(provider, "offline.dealer_provider_bytes");

    MPCF_TRY(
        report_set_real(report, "secure.offline.seconds", number_at(user, "offline.seconds"), err));
    MPCF_TRY(report_set_count(report, "secure.offline.bytes", (uint64_t) bytes, err));
    MPCF_TRY(report_set_count(report, "secure.offline.taken_up",
                              (uint64_t) number_at(user, "offline.taken_up"), err));
    MPCF_TRY(
        report_set_real(report, "secure.setup.seconds", number_at(user, "setup.seconds"), err));
    MPCF_TRY(report_set_count(report, "secure.setup.bytes",
                              (uint64_t) number_at(user, "setup.bytes"), err));
    return report_set_count(report, "secure.setup.kept_bytes",
                            (uint64_t) number_at(user, "setup.kept_bytes"), err);
}

/* Rounds of all runs, one behind the other. */
static uint64_t rounds_of_all(const json_t *user)
{
    const json_t *each = json_object_get(user, "each");
    uint64_t rounds = 0;

    for (size_t i = 0; i < json_array_size(each); i++) {
        rounds += (uint64_t) number_at(json_array_get(each, i), "rounds");
    }
    return rounds;
}

/* What the links that the cost engine knows would add to an example's computing. */
static mpcf_status put_networks(json_t *report, const json_t *user, mpcf_error *err)
{
    const uint64_t rounds = rounds_of_all(user);
    const uint64_t online = (uint64_t) number_at(user, "online.link_bytes");
    const uint64_t offline = (uint64_t) number_at(report, "secure.offline.bytes");
    const uint64_t setup = (uint64_t) number_at(user, "setup.bytes");
    const double examples = number_at(user, "examples");
    /* As the cost engine has it: the dealer's corrections, and the user's values behind them. */
    const uint64_t delays = (uint64_t) number_at(user, "runs") *
                            (number_at(user, "offline.user_offline_bytes") > 0 ? 2 : 1);

    MPCF_TRY(report_set(report, "secure.networks", json_array(), err));
    for (size_t i = 0; examples > 0 && i < NAMED_NETWORKS; i++) {
        const struct named_network *n = &named_networks[i];
        json_t *entry = json_pack(
            "{s:s, s:f, s:f, s:f, s:f, s:f}", "name", n->name, "delay_seconds",
            n->link.delay_seconds, "bytes_per_second", n->link.bits_per_second / 8,
            "online_seconds_per_example", cost_network_seconds(n, rounds, online) / examples,
            "offline_seconds_per_example", cost_network_seconds(n, delays, offline) / examples,
            "setup_seconds", cost_network_seconds(n, 1, setup));

        if (entry == NULL ||
            json_array_append_new(report_get(report, "secure.networks"), entry) != 0) {
            return mpcf_fail_memory(err, 0, "the report");
        }
    }
    return MPCF_OK;
}

static mpcf_status put_functions(json_t *report, const json_t *user, mpcf_error *err)
{
    const json_t *list = json_object_get(user, "functions");

    MPCF_TRY(report_set(report, "secure.functions", json_array(), err));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);
        const struct report_function function = {
            .name = json_string_value(json_object_get(f, "name")),
            .seconds = number_at(f, "seconds"),
            .bytes = (uint64_t) number_at(f, "bytes"),
            .offline_bytes =
                (uint64_t) (number_at(f, "offline_bytes") + number_at(f, "dealer_bytes")),
            .rounds = (uint64_t) number_at(f, "rounds")};

        MPCF_TRY(report_add_function(report, &function, err));
    }
    return MPCF_OK;
}

/* ROLE's own word. */
static mpcf_status check_meter(const json_t *record, enum role role, mpcf_error *err)
{
    const char *word = json_string_value(json_object_get(record, "cost_engine"));

    return word != NULL && strcmp(word, "equal") == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INTERNAL, "the %s's meter and the cost engine differ: %s",
                           role_name(role), word != NULL ? word : "nothing was compared");
}

static mpcf_status put_memory(json_t *report, const json_t *record, enum role role, mpcf_error *err)
{
    char path[96];

    (void) snprintf(path, sizeof path, "secure.peak_rss_bytes.%s", role_name(role));
    return report_set_count(report, path, (uint64_t) number_at(record, "peak_rss_bytes"), err);
}

static mpcf_status put_roles(json_t *report, const struct infer_records *records, mpcf_error *err)
{
    for (int r = 0; r < 3; r++) {
        const enum role role = (enum role) r;

        MPCF_TRY(put_memory(report, records->roles[r], role, err));
        if (role != ROLE_DEALER) {
            MPCF_TRY(check_meter(records->roles[r], role, err));
        }
    }
    return MPCF_OK;
}

/* How far the logits are from the plaintext reference's; labels have no distance. */
static mpcf_status put_reference(json_t *report, const json_t *user,
                                 const struct infer_evaluation *e, mpcf_error *err)
{
    const struct answers reference = {e->reference, e->answer};
    struct difference d = {.leaves_out = e->has_marks};

    report_drop(report, "secure.max_error_vs_fixed"); /* an earlier run's */
    if (e->reference == NULL || e->answer < e->classes) {
        return MPCF_OK;
    }
    MPCF_TRY(compare_rows(user, e, &reference, &d, err));
    return report_set_real(report, "secure.max_error_vs_fixed", d.largest, err);
}

/* How many answers are marked; nothing of that where nothing is compared. */
static mpcf_status put_marked(json_t *report, size_t count, const struct infer_evaluation *e,
                              mpcf_error *err)
{
    report_drop(report, "secure.out_of_range"); /* an earlier run's */
    if (count > 0) {
        log_line(LOG_WARN, "%zu answers are marked out of range (stages.infer.check_ranges)",
                 count);
    }
    return e->has_marks ? report_set_count(report, "secure.out_of_range", count, err) : MPCF_OK;
}

mpcf_status infer_report_secure(json_t *report, const struct infer_records *records,
                                const struct infer_evaluation *e, mpcf_error *err)
{
    const json_t *user = records->roles[ROLE_USER];
    const struct answers exact = {e->exact, e->classes};
    struct difference of_float = {.leaves_out = e->has_marks};

    MPCF_TRY(compare_rows(user, e, &exact, &of_float, err));
    MPCF_TRY(report_set_count(report, "secure.examples", of_float.count + of_float.left_out, err));
    MPCF_TRY(put_marked(report, of_float.left_out, e, err));
    MPCF_TRY(report_set_count(report, "secure.runs", (uint64_t) number_at(user, "runs"), err));
    MPCF_TRY(put_judged(report, user, e, err));
    MPCF_TRY(put_difference(report, "secure", &of_float, err));
    MPCF_TRY(put_reference(report, user, e, err));
    MPCF_TRY(put_online(report, user, err));
    MPCF_TRY(put_offline(report, user, records->roles[ROLE_PROVIDER], err));
    MPCF_TRY(put_networks(report, user, err));
    MPCF_TRY(put_functions(report, user, err));
    return put_roles(report, records, err);
}

/* --- One role alone --- */

/* KEY of the record as it stands, where it is there. */
static mpcf_status copy(json_t *report, const char *path, const json_t *record, const char *key,
                        mpcf_error *err)
{
    const json_t *value = json_object_get(record, key);

    return value != NULL ? report_set(report, path, json_deep_copy(value), err) : MPCF_OK;
}

/* What the two parties meter, which the dealer does not. */
static mpcf_status put_party(json_t *report, const json_t *record, enum role role, mpcf_error *err)
{
    MPCF_TRY(put_online(report, record, err));
    MPCF_TRY(put_offline(report, record, role == ROLE_PROVIDER ? record : NULL, err));
    MPCF_TRY(put_networks(report, record, err));
    MPCF_TRY(put_functions(report, record, err));
    return json_object_get(record, "cost_engine") != NULL ? check_meter(record, role, err)
                                                          : MPCF_OK; /* nothing ran */
}

mpcf_status infer_report_role(json_t *report, enum role role, const json_t *record, mpcf_error *err)
{
    MPCF_TRY(report_set(report, "secure", json_object(), err));
    MPCF_TRY(copy(report, "secure", record, "judged", err));
    MPCF_TRY(copy(report, "secure.examples", record, "examples", err));
    MPCF_TRY(copy(report, "secure.out_of_range", record, "out_of_range", err));
    MPCF_TRY(copy(report, "secure.runs", record, "runs", err));
    MPCF_TRY(copy(report, "secure.dealt", record, "dealt", err));
    MPCF_TRY(copy(report, "secure.kept", record, "kept", err));
    MPCF_TRY(copy(report, "secure.links", record, "links", err));
    MPCF_TRY(put_memory(report, record, role, err));
    return role != ROLE_DEALER ? put_party(report, record, role, err) : MPCF_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each loss is and its gradient, summed in an order that does not depend on the number of
 * threads.
 */
#include "train/loss.h"

#include <assert.h>
#include <math.h>

#include "base/workers.h"
#include "float/optimizer.h"

static double log_sum_exp(const float *row, size_t count, double scale)
{
    double most = (double) row[0], sum = 0;

    assert(count > 0);
    for (size_t i = 1; i < count; i++) {
        most = fmax(most, (double) row[i]);
    }
    for (size_t i = 0; i < count; i++) {
        sum += exp(((double) row[i] - most) * scale);
    }
    return most * scale + log(sum);
}

double loss_cross_entropy(const float *logits, const double *labels, size_t rows, size_t classes,
                          float *seed)
{
    double loss = 0;

    for (size_t r = 0; r < rows; r++) {
        const float *row = logits + r * classes;
        double norm = log_sum_exp(row, classes, 1);
        size_t label = (size_t) labels[r];

        loss += norm - (double) row[label];
        for (size_t i = 0; i < classes; i++) {
            double p = exp((double) row[i] - norm) - (i == label ? 1 : 0);

            seed[r * classes + i] += (float) (p / (double) rows);
        }
    }
    return loss / (double) rows;
}

double loss_regression(const float *scores, const double *labels, size_t rows, float *seed)
{
    double loss = 0;

    for (size_t r = 0; r < rows; r++) {
        double d = (double) scores[r] - labels[r];

        loss += d * d;
        seed[r] += (float) (2 * d / (double) rows);
    }
    return loss / (double) rows;
}

double loss_soft(const float *logits, const float *teacher, double temperature, size_t rows,
                 size_t classes, float *seed)
{
    double scale = temperature > 0 ? 1 / temperature : 1;
    double loss = 0;

    for (size_t r = 0; r < rows; r++) {
        const float *s = logits + r * classes, *t = teacher + r * classes;
        double s_norm = log_sum_exp(s, classes, scale), t_norm = log_sum_exp(t, classes, scale);

        for (size_t i = 0; i < classes; i++) {
            double want = exp((double) t[i] * scale - t_norm);
            double got = (double) s[i] * scale - s_norm;

            loss -= want * got;
            seed[r * classes + i] += (float) ((exp(got) - want) * scale / (double) rows);
        }
    }
    return loss / (double) rows;
}

/* Sums over fixed pieces, added in order: the same value whatever the number of threads. */
enum { PIECE = 32768, PIECES_MAX = 2048 };
struct square_job {
    const float *a, *b;
    float *seed, scale;
    size_t count;
    double sums[PIECES_MAX];
};

static void square_pieces(void *context, size_t begin, size_t end)
{
    struct square_job *job = context;

    for (size_t i = begin; i < end; i++) {
        size_t first = i * PIECE;
        size_t n = job->count - first < PIECE ? job->count - first : PIECE;

        job->sums[i] =
            optimizer_difference(job->a + first, job->b + first, job->seed + first, job->scale, n);
    }
}

double loss_mean_square(const float *a, const float *b, size_t count, float *seed)
{
    struct square_job job = {.scale = 2.0f / (float) count};
    double sum = 0;

    for (size_t at = 0; at < count; at += (size_t) PIECE * PIECES_MAX) {
        size_t left = count - at;
        size_t part = left < (size_t) PIECE * PIECES_MAX ? left : (size_t) PIECE * PIECES_MAX;
        size_t pieces = (part + PIECE - 1) / PIECE;

        job.a = a + at;
        job.b = b + at;
        job.seed = seed + at;
        job.count = part;
        workers_for(pieces, 1, square_pieces, &job);
        for (size_t i = 0; i < pieces; i++) {
            sum += job.sums[i];
        }
    }
    return sum / (double) count;
}

struct score_job {
    const float *a, *b;
    const int32_t *mask;
    float *seed, scale;
    size_t heads, tokens;
    double sums[PIECES_MAX]; /* one an example */
};

static double score_rows(const struct score_job *job, size_t example)
{
    size_t tokens = job->tokens, kept = 0;
    double sum = 0;

    /* Padding is on the right: the kept keys come first. */
    while (kept < tokens && job->mask[example * tokens + kept] != 0) {
        kept++;
    }
    for (size_t r = 0; r < job->heads * tokens; r++) {
        size_t at = (example * job->heads * tokens + r) * tokens;

        sum += optimizer_difference(job->a + at, job->b + at, job->seed + at, job->scale, kept);
    }
    return sum;
}

static void score_examples(void *context, size_t begin, size_t end)
{
    struct score_job *job = context;

    for (size_t i = begin; i < end; i++) {
        job->sums[i % PIECES_MAX] = score_rows(job, i);
    }
}

double loss_scores(const float *a, const float *b, const int32_t *mask, size_t batch, size_t heads,
                   size_t tokens, float *seed)
{
    size_t count = batch * heads * tokens * tokens;
    double sum = 0;

    for (size_t at = 0; at < batch; at += PIECES_MAX) {
        size_t part = batch - at < PIECES_MAX ? batch - at : PIECES_MAX;
        size_t offset = at * heads * tokens * tokens;
        struct score_job job = {.a = a + offset,
                                .b = b + offset,
                                .mask = mask + at * tokens,
                                .seed = seed + offset,
                                .scale = 2.0f / (float) count,
                                .heads = heads,
                                .tokens = tokens};

        workers_for(part, 1, score_examples, &job);
        for (size_t i = 0; i < part; i++) {
            sum += job.sums[i];
        }
    }
    return sum / (double) count;
}

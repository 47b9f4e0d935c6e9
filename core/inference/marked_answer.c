/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a program that marks those it cannot give. */
#include "inference/marked_answer.h"

#include <math.h>
#include <string.h>

/* The last of the numbers that a marking program reveals of an example is the mark. */
void marked_answer_take(const struct program *p, const double *output, size_t i, size_t width,
                        float *answer)
{
    const double *numbers = output + i * (p->revealed / p->batch);
    const bool is_marked = p->is_marked && numbers[width] == 0;

    for (size_t c = 0; c < width; c++) {
        answer[c] = is_marked ? NAN : (float) numbers[c];
    }
}

bool marked_answer_is(const float *answer)
{
    return isnan(answer[0]);
}

size_t marked_answers_leave_out(const float *answers, const uint32_t *rows, size_t width,
                                size_t count, float *kept, uint32_t *items)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (!marked_answer_is(answers + i * width)) {
            memmove(kept + n * width, answers + i * width, width * sizeof *kept);
            items[n++] = rows != NULL ? rows[i] : (uint32_t) i;
        }
    }
    return n;
}

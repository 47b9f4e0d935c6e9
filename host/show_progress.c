/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far long work is, on standard error: a line that is rewritten on a terminal, else one now and
 * then. One line stays of each stage.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"
#include "base/standard_error.h"
#include "base/text.h"
#include "host.h"

#define TERMINAL_PAUSE_NS INT64_C(100000000)
#define LOG_PAUSE_NS      INT64_C(30000000000)
#define ESTIMATE_AFTER    4.0 /* seconds, without the first step, which takes longer than others */

struct pace {
    char stage[64];
    int64_t began_ns; /* when its first step was done, and BEFORE of its work */
    uint64_t before;
};

struct display {
    bool terminal;
    int64_t last_ns;     /* when the last line was written */
    struct pace pace[2]; /* of a stage, and of passing work within it */
};

/* Seconds that the stage will still take, from its own pace; negative: it is too early to say. */
static double seconds_left(const struct display *display, const struct progress *p)
{
    const struct pace *pace = &display->pace[p->is_passing];
    const double seconds = clock_seconds_since(pace->began_ns);

    if (p->is_final || p->total == 0 || p->done <= pace->before || seconds < ESTIMATE_AFTER) {
        return -1;
    }
    return (double) (p->total - p->done) * seconds / (double) (p->done - pace->before);
}

static void write_left(struct text_buffer *line, double seconds)
{
    if (seconds >= 3600) {
        text_printf(line, ", %.0f h %02.0f min left", floor(seconds / 3600),
                    floor(fmod(seconds, 3600) / 60));
    } else if (seconds >= 0) {
        text_printf(line, ", %.0f:%02.0f left", floor(seconds / 60), fmod(floor(seconds), 60));
    }
}

static void write_line(struct text_buffer *line, const struct display *display,
                       const struct progress *p)
{
    text_append(line, p->stage);
    if (p->epochs > 0) {
        text_printf(line, ", epoch %llu of %llu", (unsigned long long) p->epoch,
                    (unsigned long long) p->epochs);
    }
    text_printf(line, ", %llu", (unsigned long long) p->done);
    if (p->total > 0) {
        text_printf(line, " of %llu", (unsigned long long) p->total);
    }
    if (!isnan(p->loss)) {
        text_printf(line, ", loss %.4g", p->loss);
    }
    if (p->rate > 0) {
        text_printf(line, p->rate >= 100 ? ", %.0f %s/s" : ", %.3g %s/s", p->rate,
                    p->unit == NULL ? "steps" : p->unit);
    }
    write_left(line, seconds_left(display, p));
}

/* Another stage is measured anew. */
static void note_stage(struct display *display, const struct progress *p)
{
    struct pace *pace = &display->pace[p->is_passing];

    if (strncmp(pace->stage, p->stage, sizeof pace->stage - 1) != 0 || p->done < pace->before) {
        (void) snprintf(pace->stage, sizeof pace->stage, "%s", p->stage);
        pace->began_ns = clock_now_ns();
        pace->before = p->done;
    }
}

/* Ten times a second at most on a terminal, every half minute else; and the last of each stage. */
static bool is_due(struct display *display, const struct progress *p)
{
    const int64_t now = clock_now_ns();
    const bool stays = p->is_final && !p->is_passing;

    if (p->is_final && p->is_passing && display->terminal) {
        return true; /* it hides its line; many short ones must not keep the stage's own from showing */
    }
    if (!stays && now - display->last_ns < (display->terminal ? TERMINAL_PAUSE_NS : LOG_PAUSE_NS)) {
        return false;
    }
    display->last_ns = now;
    return true;
}

static void put_line(const struct display *display, const struct progress *p,
                     struct text_buffer *line)
{
    if (!display->terminal) {
        text_append(line, "\n");
        standard_error_write(line->failed ? "" : line->data);
    } else if (p->is_final && p->is_passing) {
        standard_error_hide_line();
    } else {
        standard_error_show_line(text_string(line));
        if (p->is_final) {
            standard_error_keep_line();
        }
    }
}

static void show(void *context, const struct progress *p)
{
    struct display *display = context;
    struct text_buffer line = {0};

    note_stage(display, p);
    if (is_due(display, p)) {
        write_line(&line, display, p);
        put_line(display, p, &line);
        text_clear(&line);
    }
}

void host_show_progress(void)
{
    static struct display display;

    display.terminal = isatty(STDERR_FILENO) == 1;
    display.last_ns = clock_now_ns();
    progress_set_sink(show, &display);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far long work is, on standard error.
 */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"
#include "base/text.h"
#include "host.h"

struct display {
    bool terminal;
    int64_t last_ns;
    int width; /* of the line that stands on the terminal */
};

static void write_left(struct text_buffer *line, double seconds)
{
    if (seconds >= 3600) {
        text_printf(line, ", %.0f h %02.0f min left", floor(seconds / 3600),
                    floor(fmod(seconds, 3600) / 60));
    } else if (seconds >= 0) {
        text_printf(line, ", %.0f:%02.0f left", floor(seconds / 60), fmod(floor(seconds), 60));
    }
}

static void write_line(struct text_buffer *line, const struct progress *p)
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
    write_left(line, p->is_final ? -1 : p->seconds_left);
}

/* A terminal's line is rewritten ten times a second at most; others get one every ten seconds. */
static bool is_due(struct display *display, const struct progress *p)
{
    const int64_t now = clock_now_ns();
    const int64_t pause = display->terminal ? 100000000 : 10000000000;

    if (!p->is_final && now - display->last_ns < pause) {
        return false;
    }
    display->last_ns = now;
    return true;
}

static void show(void *context, const struct progress *p)
{
    struct display *display = context;
    struct text_buffer line = {0};

    if (!is_due(display, p)) {
        return;
    }
    write_line(&line, p);
    if (line.data == NULL) {
        return;
    }
    if (display->terminal) {
        (void) fprintf(stderr, "\r%-*s%s", display->width, line.data, p->is_final ? "\n" : "");
        display->width = p->is_final ? 0 : (int) line.length;
    } else {
        (void) fprintf(stderr, "%s\n", line.data);
    }
    (void) fflush(stderr);
    text_clear(&line);
}

void host_show_progress(void)
{
    static struct display display;

    display.terminal = isatty(STDERR_FILENO) == 1;
    progress_set_sink(show, &display);
}
